"""Densely connected networks and MobileNets: their shapes, their names, and that they learn."""

from __future__ import annotations

import pytest

import graphnet as torch
from graphnet.vision import models


@pytest.mark.parametrize(
    ("name", "parameters"),
    # The counts are those of the papers' networks, as torchvision's pages give them.
    [("densenet121", 7978856), ("densenet169", 14149480), ("mobilenet_v2", 3504872)],
)
def test_networks_have_as_many_parameters_as_torchvisions(name: str, parameters: int) -> None:
    with torch.device("meta"):
        model = getattr(models, name)(weights=None)
    assert sum(p.numel() for p in model.parameters()) == parameters


def test_they_have_torchvisions_names() -> None:
    dense = models.DenseNet(4, (1, 2), 8, num_classes=3)
    names = list(dense.state_dict())
    assert names[0] == "features.conv0.weight"
    assert "features.denseblock2.denselayer2.conv1.weight" in names
    assert "features.transition1.norm.running_mean" in names
    assert names[-2:] == ["classifier.weight", "classifier.bias"]
    mobile = list(models.MobileNetV2(width_mult=0.25).state_dict())
    assert mobile[0] == "features.0.0.weight"
    assert "features.1.conv.2.running_var" in mobile
    assert mobile[-2:] == ["classifier.1.weight", "classifier.1.bias"]


@pytest.mark.parametrize(
    "model",
    [
        lambda: models.DenseNet(4, (2, 2), 8, num_classes=3),
        lambda: models.DenseNet(4, (2, 2), 8, num_classes=3, memory_efficient=True),
        lambda: models.MobileNetV2(3, 0.25, [(1, 8, 1, 1), (2, 8, 2, 2)], dropout=0.0),
    ],
    ids=["dense", "saving-memory", "mobile"],
)
def test_a_network_learns(model: object) -> None:
    torch.manual_seed(0)
    assert callable(model)
    network = model()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    images, labels = torch.randn(6, 3, 32, 32), torch.tensor([0, 1, 2, 0, 1, 2])
    losses = []
    for _ in range(8):
        loss = torch.nn.functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_inputs_computed_again_give_the_same_gradients() -> None:
    images, gradients = torch.randn(2, 3, 32, 32), []
    for save_memory in (False, True):
        torch.manual_seed(1)
        model = models.DenseNet(4, (2,), 8, num_classes=3, memory_efficient=save_memory)
        model(images).square().sum().backward()
        gradients.append(model.features.conv0.weight.grad)
    torch.testing.assert_close(*gradients)


def test_strides_of_more_than_two_are_refused() -> None:
    with pytest.raises(ValueError, match="stride should be 1 or 2"):
        models.mobilenetv2.InvertedResidual(8, 8, 3, 2)
