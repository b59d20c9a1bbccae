"""Clipping gradients, and parameters as one vector."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet import nn
from graphnet.nn import utils

# Every example is another trace, and the warning that they are many is right.
pytestmark = pytest.mark.filterwarnings("ignore:traces diverge")


def parameters(*gradients: list[float] | None) -> list[nn.Parameter]:
    made = []
    for gradient in gradients:
        parameter = nn.Parameter(torch.zeros(len(gradient or [0])))
        parameter.grad = None if gradient is None else torch.tensor(gradient)
        made.append(parameter)
    return made


numbers = st.floats(-100, 100, width=32)


@given(st.lists(st.lists(numbers, min_size=1, max_size=4), min_size=1), st.floats(0.1, 50))
def test_the_norm_is_at_most_the_bound(gradients: list[list[float]], bound: float) -> None:
    held = parameters(*gradients, None)
    total = utils.clip_grad_norm_(held, bound)
    wanted = math.sqrt(sum(value**2 for gradient in gradients for value in gradient))
    assert total.item() == pytest.approx(wanted, rel=1e-4, abs=1e-6)
    after = utils.get_total_norm([p.grad for p in held if p.grad is not None]).item()
    assert after <= bound * (1 + 1e-4)
    assert after == pytest.approx(min(total.item(), bound), rel=1e-3, abs=1e-4)


def test_other_norms() -> None:
    held = parameters([3.0], [-4.0])
    gradients = [p.grad for p in held]
    assert utils.get_total_norm(gradients, 1).item() == 7.0
    assert utils.get_total_norm(gradients, math.inf).item() == 4.0
    assert utils.clip_grad_norm_(held, 1.0, math.inf).item() == 4.0
    assert [p.grad.item() for p in held] == pytest.approx([0.75, -1.0], rel=1e-4)


def test_one_parameter_an_iterator_and_none() -> None:
    (held,) = parameters([3.0, 4.0])
    assert utils.clip_grad_norm_(held, 10.0).item() == 5.0
    assert utils.clip_grad_norm_(iter([held]), 2.5).item() == 5.0
    assert held.grad.tolist() == pytest.approx([1.5, 2.0], rel=1e-4)
    assert utils.clip_grad_norm_([], 1.0).item() == 0.0
    utils.clip_grads_with_norm_(held, 1.0, torch.tensor(2.5))
    assert held.grad.tolist() == pytest.approx([0.6, 0.8], rel=1e-4)


def test_the_gradients_stay_the_same_tensors() -> None:
    (held,) = parameters([3.0, 4.0])
    gradient = held.grad
    utils.clip_grad_norm_(held, 1.0)
    utils.clip_grad_value_(held, 0.7)
    assert held.grad is gradient
    assert gradient.tolist() == pytest.approx([0.6, 0.7], rel=1e-4)
    assert not gradient.requires_grad


def test_values() -> None:
    held = parameters([-3.0, 0.2], None)
    utils.clip_grad_value_(held, 1.0)
    assert held[0].grad.tolist() == pytest.approx([-1.0, 0.2])


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_norms_that_are_not_finite(value: float) -> None:
    held = parameters([value, 1.0])
    with pytest.raises(RuntimeError, match=r"The total norm of order 2\.0 for gradients from"):
        utils.clip_grad_norm_(held, 1.0, error_if_nonfinite=True)
    utils.clip_grad_norm_(held, 1.0)
    assert math.isnan(held[0].grad.tolist()[0])


def test_the_old_name_warns() -> None:
    with pytest.warns(FutureWarning, match=r"in favor of `torch\.nn\.utils\.clip_grad_norm_`"):
        utils.clip_grad_norm(parameters([1.0]), 1.0)


def test_parameters_as_a_vector_and_back() -> None:
    layer = nn.Linear(2, 2)
    vector = utils.parameters_to_vector(layer.parameters())
    assert vector.tolist() == [*layer.weight.flatten().tolist(), *layer.bias.tolist()]
    utils.vector_to_parameters(torch.arange(6.0), layer.parameters())
    assert layer.weight.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert layer.bias.tolist() == [4.0, 5.0]
    assert layer.weight.requires_grad
    assert layer.weight.is_leaf


def test_vectors_that_do_not_fit() -> None:
    layer = nn.Linear(2, 2)
    with pytest.raises(TypeError, match=r"expected torch\.Tensor, but got: list"):
        utils.vector_to_parameters([1.0], layer.parameters())  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="5 elements are not enough"):
        utils.vector_to_parameters(torch.ones(5), layer.parameters())
