"""Residual networks: their shapes, their names, and that they learn."""

from __future__ import annotations

import pytest

import graphnet as torch
from graphnet.errors import NotSupportedError
from graphnet.vision import models


@pytest.mark.parametrize(
    ("name", "parameters"),
    # The counts are those of the papers' networks, as torchvision's page gives them.
    [("resnet18", 11689512), ("resnet50", 25557032), ("resnext50_32x4d", 25028904)],
)
def test_networks_have_as_many_parameters_as_torchvisions(name: str, parameters: int) -> None:
    model = getattr(models, name)(weights=None)
    assert sum(p.numel() for p in model.parameters()) == parameters
    names = list(model.state_dict())
    assert names[0] == "conv1.weight"
    assert "layer2.0.downsample.1.running_var" in names


def test_a_network_learns() -> None:
    torch.manual_seed(0)
    model = models.ResNet(models.resnet.Bottleneck, (1, 1, 1, 1), num_classes=3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    images, labels = torch.randn(6, 3, 32, 32), torch.tensor([0, 1, 2, 0, 1, 2])
    losses = []
    for _ in range(6):
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_blocks_may_begin_as_nothing() -> None:
    model = models.resnet18(zero_init_residual=True, num_classes=2)
    assert model.layer1[0].bn2.weight.abs().sum() == 0
    assert model.layer1[0].bn1.weight.sum() == 64


@pytest.mark.parametrize("options", [{"weights": "DEFAULT"}, {"pretrained": True}])
def test_trained_weights_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(NotSupportedError, match="resnet18: there are no trained weights"):
        models.resnet18(**options)


def test_weights_have_names_and_are_not_there() -> None:
    weights = models.ResNet50_Weights
    assert [each.name for each in weights] == ["IMAGENET1K_V1", "IMAGENET1K_V2"]
    assert weights.DEFAULT is weights.IMAGENET1K_V2
    assert models.VGG16_Weights.DEFAULT.name == "IMAGENET1K_V1"
    assert str(models.Wide_ResNet50_2_Weights.DEFAULT) == "Wide_ResNet50_2_Weights.IMAGENET1K_V2"
    with pytest.raises(NotSupportedError, match="does not load them"):
        weights.DEFAULT.get_state_dict(progress=False)
    with pytest.raises(NotSupportedError, match="no trained weights"):
        models.resnet50(weights=weights.DEFAULT)
