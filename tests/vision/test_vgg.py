"""Plain deep networks: their shapes, their names, and how they start."""

from __future__ import annotations

import pytest

import graphnet as torch
from graphnet import nn
from graphnet.errors import NotSupportedError
from graphnet.vision import models
from graphnet.vision.models.vgg import convolutions, initialize


def test_networks_have_the_layers_of_the_paper() -> None:
    for depth, blocks in ((11, (1, 1, 2, 2, 2)), (19, (2, 2, 4, 4, 4))):
        layers = convolutions(blocks)
        assert sum(isinstance(layer, nn.Conv2d) for layer in layers) == depth - 3
        assert sum(isinstance(layer, nn.MaxPool2d) for layer in layers) == 5
    normed = convolutions((1, 1), batch_norm=True)
    assert [type(layer).__name__ for layer in normed[:4]] == [
        "Conv2d",
        "BatchNorm2d",
        "ReLU",
        "MaxPool2d",
    ]


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linear layers that are left as they are: a hundred million random numbers take seconds."""
    monkeypatch.setattr(nn.Linear, "reset_parameters", lambda self: None)


def test_layers_start_as_in_the_paper() -> None:
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.Linear(90, 90), nn.ReLU())
    layers.apply(initialize)
    convolution, norm, linear, _ = layers
    assert all(layer.bias.abs().sum() == 0 for layer in (convolution, norm, linear))
    assert convolution.weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.1)
    assert linear.weight.std().item() == pytest.approx(0.01, rel=0.1)
    assert norm.weight.sum() == 64


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("kind", ["VGG", "AlexNet"])
def test_names_and_shapes(kind: str) -> None:
    if kind == "VGG":
        model = models.VGG(convolutions((1, 1, 1, 1, 1)), num_classes=3, init_weights=False)
    else:
        model = models.alexnet(num_classes=3)
    names = list(model.state_dict())
    assert (names[0], names[-1]) == ("features.0.weight", "classifier.6.bias")
    with torch.no_grad():
        assert model(torch.randn(2, 3, 64, 64)).shape == (2, 3)


@pytest.mark.parametrize("options", [{"weights": "DEFAULT"}, {"pretrained": True}])
@pytest.mark.parametrize("name", ["vgg16", "vgg19_bn", "alexnet"])
def test_trained_weights_are_refused(name: str, options: dict[str, object]) -> None:
    with pytest.raises(NotSupportedError, match=f"{name}: there are no trained weights"):
        getattr(models, name)(**options)
