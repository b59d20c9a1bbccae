"""Operators between tensors and numpy arrays."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphnet as torch

ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow)


@pytest.mark.parametrize("combine", ARITHMETIC)
def test_an_array_on_the_right_is_combined(combine: Callable[[Any, Any], Any]) -> None:
    tensor, array = torch.tensor([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    found = combine(tensor + 0, array)  # recorded, not there yet
    assert found.dtype is torch.float64
    assert found.tolist() == combine(np.array([1.0, 2.0, 3.0]), array).tolist()


@pytest.mark.parametrize("combine", [operator.sub, operator.mul, operator.matmul])
def test_an_array_on_the_left_is_refused(combine: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"unsupported operand .* 'numpy\.ndarray' and 'Tensor'"):
        combine(np.ones(3), torch.ones(3))


def test_arrays_are_compared_element_by_element() -> None:
    tensor, array = torch.tensor([1, 2]), np.array([1, 3])
    assert (tensor == array).tolist() == [True, False]
    assert (tensor != array).tolist() == [False, True]


def test_functions_of_numpy_give_tensors() -> None:
    found = np.square(torch.tensor([1.0, 3.0]))
    assert isinstance(found, torch.Tensor)
    assert found.tolist() == [1.0, 9.0]


def test_gradients_do_not_flow_through_numpy() -> None:
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        torch.ones(2, requires_grad=True) * np.ones(2)


def test_what_is_no_operand_is_refused_as_python_does() -> None:
    with pytest.raises(
        TypeError, match=r"unsupported operand type\(s\) for \+: 'Tensor' and 'str'"
    ):
        torch.ones(2) + "a"
    with pytest.raises(TypeError, match="expected a tensor or a number"):
        torch.mul(torch.ones(2), np.ones(2))
