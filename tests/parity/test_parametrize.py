"""Normalised and parametrized weights against PyTorch's."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")


def run(package: Any, make: Any, layer: str) -> tuple[dict[str, Any], list[Any]]:
    """The state, results and gradients of a layer over a few steps of training."""
    package.manual_seed(3)
    net = package.nn
    made = {
        "linear": lambda: net.Linear(3, 2),
        "conv": lambda: net.Conv2d(3, 4, 3),
        "transposed": lambda: net.ConvTranspose2d(3, 4, 3),
    }[layer]()
    made = make(package, made)
    x = package.linspace(-1, 1, 3 * 36).reshape(1, 3, 6, 6)
    if layer == "linear":
        x = package.linspace(-1, 1, 12).reshape(4, 3)
    optimizer = package.optim.SGD(made.parameters(), lr=0.1)
    losses = []
    for _ in range(4):
        optimizer.zero_grad()
        loss = (made(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    losses.append(made.eval()(x).sum().item())
    state = {key: value.detach().numpy().copy() for key, value in made.state_dict().items()}
    return state, losses


WAYS = {
    "weight_norm": lambda t, m: t.nn.utils.weight_norm(m),
    "weight_norm of all": lambda t, m: t.nn.utils.weight_norm(m, dim=None),
    "spectral_norm": lambda t, m: t.nn.utils.spectral_norm(m),
    "parametrized weight_norm": lambda t, m: t.nn.utils.parametrizations.weight_norm(m),
    "parametrized spectral_norm": lambda t, m: t.nn.utils.parametrizations.spectral_norm(
        m, n_power_iterations=2
    ),
}


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("layer", ["linear", "conv", "transposed"])
def test_training_is_pytorchs(way: str, layer: str) -> None:
    ours, theirs = (run(package, WAYS[way], layer) for package in (graphnet, torch))
    assert list(ours[0]) == list(theirs[0])
    for key, value in theirs[0].items():
        np.testing.assert_allclose(ours[0][key], value, rtol=1e-4, atol=1e-5, err_msg=key)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm"])
def test_it_is_removed(name: str) -> None:
    for package in (graphnet, torch):
        utils = package.nn.utils
        layer = getattr(utils, name)(package.nn.Linear(3, 2))
        layer(package.ones(3))
        expected = layer.eval()(package.ones(3)).detach()
        getattr(utils, f"remove_{name}")(layer)
        assert sorted(layer.state_dict()) == ["bias", "weight"]
        assert package.allclose(layer(package.ones(3)), expected)
        with pytest.raises(ValueError, match="not found"):
            getattr(utils, f"remove_{name}")(layer)


def symmetric(package: Any) -> Any:
    class Symmetric(package.nn.Module):  # type: ignore[misc]  # of either package
        def forward(self, x: Any) -> Any:
            return x.triu() + x.triu(1).mT

        def right_inverse(self, x: Any) -> Any:
            return x.triu()

    return Symmetric()


def doubled(package: Any) -> Any:
    class Doubled(package.nn.Module):  # type: ignore[misc]  # of either package
        def forward(self, x: Any) -> Any:
            return x * 2

    return Doubled()


def test_a_parametrization_of_ones_own() -> None:
    for package in (graphnet, torch):
        parametrize = package.nn.utils.parametrize
        layer = package.nn.Linear(3, 3)
        parametrize.register_parametrization(layer, "weight", symmetric(package))
        assert type(layer).__name__ == "ParametrizedLinear"
        assert parametrize.type_before_parametrizations(layer) is package.nn.Linear
        assert parametrize.is_parametrized(layer)
        assert parametrize.is_parametrized(layer, "weight")
        assert not parametrize.is_parametrized(layer, "bias")
        assert package.equal(layer.weight, layer.weight.T)
        assert sorted(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
        layer.weight = package.ones(3, 3) * 5
        assert package.equal(layer.weight, package.ones(3, 3) * 5)
        with parametrize.cached():
            assert layer.weight is layer.weight
        assert layer.weight is not layer.weight
        parametrize.register_parametrization(layer, "weight", doubled(package))
        assert package.equal(layer.weight, package.ones(3, 3) * 10)
        assert len(layer.parametrizations.weight) == 2
        twin = copy.deepcopy(layer)
        assert package.equal(twin.weight, layer.weight)
        layer(package.ones(1, 3)).sum().backward()
        assert layer.parametrizations.weight.original.grad is not None
        value = layer.weight.detach()
        parametrize.remove_parametrizations(layer, "weight")
        assert type(layer) is package.nn.Linear
        assert package.equal(layer.weight, value)
        assert "weight" in dict(layer.named_parameters())


def test_what_does_not_fit_is_refused() -> None:
    for package in (graphnet, torch):
        parametrize = package.nn.utils.parametrize
        layer = package.nn.Linear(3, 3)
        with pytest.raises(ValueError, match="does not have a parameter"):
            parametrize.register_parametrization(layer, "other", doubled(package))
        with pytest.raises(ValueError, match="does not have a parametrization"):
            parametrize.remove_parametrizations(layer, "weight")

        class Wider(package.nn.Module):  # type: ignore[misc]  # of either package
            def forward(self, x: Any) -> Any:
                return x.repeat(2, 1)

        with pytest.raises(ValueError, match="may not change the"):
            parametrize.register_parametrization(layer, "weight", Wider())
