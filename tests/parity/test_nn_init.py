"""Initial values and the helpers for parameters against PyTorch's: the same draws from a seed."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")

Work = Callable[[Any], Any]

INITIALIZERS: list[tuple[str, Work]] = [
    ("uniform_", lambda T: T.nn.init.uniform_(T.empty(7, 5), -2.0, 3.0)),
    ("normal_", lambda T: T.nn.init.normal_(T.empty(7, 5), 1.0, 0.1)),
    ("normal_ few", lambda T: T.nn.init.normal_(T.empty(3))),
    ("trunc_normal_", lambda T: T.nn.init.trunc_normal_(T.empty(7, 5))),
    ("trunc_normal_ narrow", lambda T: T.nn.init.trunc_normal_(T.empty(40), 0.3, 2.0, -1.0, 0.5)),
    ("trunc_normal_ tail", lambda T: T.nn.init.trunc_normal_(T.empty(40), a=1.5, b=2.0)),
    ("trunc_normal_ far", lambda T: T.nn.init.trunc_normal_(T.empty(40), mean=5.0)),
    ("constant_", lambda T: T.nn.init.constant_(T.empty(2, 3), 0.3)),
    ("constant_ of ints", lambda T: T.nn.init.constant_(T.empty(2, dtype=T.int64), 3)),
    ("ones_", lambda T: T.nn.init.ones_(T.empty(2, 3))),
    ("zeros_", lambda T: T.nn.init.zeros_(T.empty(2, 3))),
    ("eye_", lambda T: T.nn.init.eye_(T.empty(2, 3))),
    ("dirac_", lambda T: T.nn.init.dirac_(T.empty(4, 3, 3))),
    ("dirac_ of images", lambda T: T.nn.init.dirac_(T.empty(4, 2, 3, 2), groups=2)),
    ("dirac_ of volumes", lambda T: T.nn.init.dirac_(T.empty(2, 3, 1, 2, 3))),
    ("xavier_uniform_", lambda T: T.nn.init.xavier_uniform_(T.empty(7, 5, 3), gain=2.0)),
    ("xavier_normal_", lambda T: T.nn.init.xavier_normal_(T.empty(7, 5))),
    ("kaiming_uniform_", lambda T: T.nn.init.kaiming_uniform_(T.empty(7, 5, 3, 3))),
    ("kaiming_uniform_ a", lambda T: T.nn.init.kaiming_uniform_(T.empty(7, 5), a=math.sqrt(5))),
    (
        "kaiming_normal_",
        lambda T: T.nn.init.kaiming_normal_(T.empty(7, 5), mode="fan_out", nonlinearity="relu"),
    ),
    (
        "kaiming_normal_ tanh",
        lambda T: T.nn.init.kaiming_normal_(T.empty(7, 5), nonlinearity="tanh"),
    ),
    ("sparse_", lambda T: T.nn.init.sparse_(T.empty(6, 4), 0.3, std=0.1)),
    ("of nothing", lambda T: T.nn.init.kaiming_normal_(T.empty(0, 5))),
    ("orthogonal_ of nothing", lambda T: T.nn.init.orthogonal_(T.empty(0, 5))),
]


def from_seed(library: Any, work: Work) -> np.ndarray:
    library.manual_seed(42)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array(work(library).numpy())


@pytest.mark.parametrize("work", [pytest.param(work, id=name) for name, work in INITIALIZERS])
def test_same_seed_gives_same_values(work: Work) -> None:
    np.testing.assert_array_equal(from_seed(graphnet, work), from_seed(torch, work))


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 2, 3), (1, 1)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    def work(library: Any) -> Any:
        return library.nn.init.orthogonal_(library.empty(*shape), gain=2.0)

    np.testing.assert_allclose(
        from_seed(graphnet, work), from_seed(torch, work), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    "name", ["uniform_", "normal_", "trunc_normal_", "xavier_normal_", "kaiming_uniform_"]
)
def test_a_generator_is_used_and_the_default_one_is_not(name: str) -> None:
    def draws(library: Any) -> list[np.ndarray]:
        library.manual_seed(0)
        generator = library.Generator().manual_seed(7)
        drawn = getattr(library.nn.init, name)(library.empty(5, 5), generator=generator)
        return [np.array(drawn.numpy()), np.array(library.rand(3).numpy())]

    for mine, right in zip(draws(graphnet), draws(torch), strict=True):
        np.testing.assert_array_equal(mine, right)


@pytest.mark.parametrize("name", ["linear", "conv2d", "sigmoid", "tanh", "relu", "selu"])
def test_gain(name: str) -> None:
    assert graphnet.nn.init.calculate_gain(name) == torch.nn.init.calculate_gain(name)


def test_gain_of_a_leaky_rectifier() -> None:
    for slope in (None, 0.2, 3):
        mine = graphnet.nn.init.calculate_gain("leaky_relu", slope)
        assert mine == torch.nn.init.calculate_gain("leaky_relu", slope)


REFUSED: list[tuple[str, Work]] = [
    ("gain", lambda T: T.nn.init.calculate_gain("flat")),
    ("slope", lambda T: T.nn.init.calculate_gain("leaky_relu", True)),
    ("fan", lambda T: T.nn.init.xavier_normal_(T.empty(3))),
    ("mode", lambda T: T.nn.init.kaiming_normal_(T.empty(3, 3), mode="fan")),
    ("nonlinearity", lambda T: T.nn.init.kaiming_normal_(T.empty(3, 3), nonlinearity="flat")),
    ("eye", lambda T: T.nn.init.eye_(T.empty(3))),
    ("dirac", lambda T: T.nn.init.dirac_(T.empty(3, 3))),
    ("dirac groups", lambda T: T.nn.init.dirac_(T.empty(3, 3, 3), groups=2)),
    ("orthogonal", lambda T: T.nn.init.orthogonal_(T.empty(3))),
    ("sparse", lambda T: T.nn.init.sparse_(T.empty(3, 3, 3), 0.1)),
    ("uniform bounds", lambda T: T.nn.init.uniform_(T.empty(3), 2.0, 1.0)),
    ("normal std", lambda T: T.nn.init.normal_(T.empty(3), 0.0, -1.0)),
]


@pytest.mark.parametrize("work", [pytest.param(work, id=name) for name, work in REFUSED])
def test_what_is_refused(work: Work) -> None:
    with pytest.raises((ValueError, RuntimeError)) as wanted:
        work(torch)
    with pytest.raises(wanted.type):
        work(graphnet)


WARNED: list[tuple[str, Work]] = [
    ("nothing to do", lambda T: T.nn.init.kaiming_uniform_(T.empty(0, 3))),
    ("far from the bounds", lambda T: T.nn.init.trunc_normal_(T.empty(2), mean=5.0)),
    ("old name", lambda T: T.nn.init.xavier_uniform(T.empty(2, 2))),
    ("old name of normal_", lambda T: T.nn.init.normal(T.empty(2, 2))),
]


@pytest.mark.parametrize("work", [pytest.param(work, id=name) for name, work in WARNED])
def test_what_is_warned_of(work: Work) -> None:
    seen = []
    for library in (graphnet, torch):
        with pytest.warns(Warning) as caught:  # noqa: PT030  # whatever PyTorch's says
            work(library)
        seen.append([warning.category for warning in caught])
    assert seen[0] == seen[1]


def gradients(library: Any) -> list[Any]:
    rng = np.random.default_rng(3)
    parameters = [library.nn.Parameter(library.zeros(*shape)) for shape in ((2, 3), (4,), (1, 2))]
    for parameter in parameters[:2]:
        values = rng.normal(size=tuple(parameter.shape)).astype(np.float32)
        parameter.grad = library.tensor(values)
    return parameters


@pytest.mark.parametrize("norm_type", [1, 2.0, 3.0, math.inf])
@pytest.mark.parametrize("max_norm", [0.5, 100.0])
def test_clipping_the_norm(norm_type: float, max_norm: float) -> None:
    def clipped(library: Any) -> list[np.ndarray]:
        parameters = gradients(library)
        total = library.nn.utils.clip_grad_norm_(iter(parameters), max_norm, norm_type)
        return [np.array(total.numpy()), *(np.array(p.grad.numpy()) for p in parameters[:2])]

    for mine, right in zip(clipped(graphnet), clipped(torch), strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-6)


def test_clipping_values_and_the_gradients_of_nothing() -> None:
    def clipped(library: Any) -> list[np.ndarray]:
        parameters = gradients(library)
        library.nn.utils.clip_grad_value_(parameters, 0.3)
        nothing = library.nn.utils.clip_grad_norm_(parameters[2:], 1.0)
        return [np.array(nothing.numpy()), *(np.array(p.grad.numpy()) for p in parameters[:2])]

    for mine, right in zip(clipped(graphnet), clipped(torch), strict=True):
        np.testing.assert_array_equal(mine, right)


def test_norms_that_are_not_finite() -> None:
    for library in (graphnet, torch):
        parameter = library.nn.Parameter(library.zeros(2))
        parameter.grad = library.tensor([math.nan, 1.0])
        with pytest.raises(RuntimeError, match="is non-finite, so it cannot be clipped"):
            library.nn.utils.clip_grad_norm_(parameter, 1.0, error_if_nonfinite=True)
        assert parameter.grad[1] == 1.0
        library.nn.utils.clip_grad_norm_(parameter, 1.0)
        assert math.isnan(parameter.grad[1])


def test_parameters_as_a_vector() -> None:
    def there_and_back(library: Any) -> list[np.ndarray]:
        parameters = gradients(library)
        library.nn.utils.vector_to_parameters(library.arange(12.0), parameters)
        joined = library.nn.utils.parameters_to_vector(parameters)
        joined.sum().backward()
        return [np.array(joined.detach().numpy()), *(np.array(p.grad.numpy()) for p in parameters)]

    for mine, right in zip(there_and_back(graphnet), there_and_back(torch), strict=True):
        np.testing.assert_array_equal(mine, right)
    for library in (graphnet, torch):
        with pytest.raises(TypeError):
            library.nn.utils.vector_to_parameters([1.0], [])
        with pytest.raises(RuntimeError):
            library.nn.utils.vector_to_parameters(library.ones(5), gradients(library))
