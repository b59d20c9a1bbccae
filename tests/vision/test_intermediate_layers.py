"""Parts of networks as networks."""

from __future__ import annotations

import pytest

import graphnet as torch
from graphnet.vision.models import resnet18
from graphnet.vision.models._utils import IntermediateLayerGetter


def test_the_parts_that_are_asked_for_give_their_results() -> None:
    network = resnet18().eval()
    features = IntermediateLayerGetter(network, {"layer1": "near", "layer3": "far"})
    results = features(torch.ones(1, 3, 32, 32))
    assert list(results) == ["near", "far"]
    assert tuple(results["far"].shape) == (1, 256, 2, 2)
    assert list(features)[-1] == "layer3"
    wanted = network.layer1(
        network.maxpool(network.relu(network.bn1(network.conv1(torch.ones(1, 3, 32, 32)))))
    )
    assert torch.equal(results["near"], wanted)
    names = [name for name in network.state_dict() if not name.startswith(("layer4", "fc"))]
    assert list(features.state_dict()) == names


def test_a_part_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match=r"return_layers are not present in model: \['layer5'\]"):
        IntermediateLayerGetter(resnet18(), {"layer5": "x"})
