"""Layers as ``torch.*`` and as methods."""

from __future__ import annotations

import pytest

import graphnet as torch
from graphnet.errors import ShapeError, ValueRangeError


def test_softmax_is_a_function_and_a_method() -> None:
    x = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    assert torch.softmax(x, 1).tolist() == x.softmax(dim=-1).tolist() == [[0.5, 0.5]] * 2
    assert x.log_softmax(1).exp().allclose(x.softmax(1))
    assert x.softmax(1, dtype=torch.float64).dtype is torch.float64


def test_the_table_comes_first_in_embedding() -> None:
    table = torch.tensor([[0.0, 1.0], [2.0, 3.0]], requires_grad=True)
    torch.embedding(table, torch.tensor([1, 0, 1]), 0).sum().backward()
    assert table.grad.tolist() == [[0.0, 0.0], [2.0, 2.0]]


def test_batch_norm_takes_weight_and_bias_first() -> None:
    x = torch.tensor([[1.0], [3.0]])
    mean, var = torch.zeros(1), torch.ones(1)
    weight, bias = torch.tensor([2.0]), torch.tensor([5.0])
    out = torch.batch_norm(x, weight, bias, mean, var, False, 0.1, 0.0, False)
    assert out.flatten().tolist() == [7.0, 11.0]


def test_feature_dropout_drops_whole_channels() -> None:
    torch.manual_seed(0)
    channels = torch.feature_dropout(torch.ones(8, 4, 3), 0.5, True)
    assert set(channels.sum(-1).flatten().tolist()) == {0.0, 6.0}
    with pytest.raises(ShapeError, match="at least 2 dimensions"):
        torch.feature_dropout(torch.ones(3), 0.5, True)
    with pytest.raises(ValueRangeError, match="between 0 and 1"):
        torch.feature_dropout(torch.ones(3, 1), 1.5, True)


def test_in_place_forms_write() -> None:
    x = torch.tensor([-1.0, 2.0])
    assert torch.relu_(x) is x
    assert x.tolist() == [0.0, 2.0]
    assert torch.dropout_(x, 1.0, True) is x
    assert x.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("number", "expected"), [(0, [1.0, 2.0]), (1, 1.5), (2, 3.0)])
def test_reductions_are_numbers(number: int, expected: object) -> None:
    zero, gap, one = torch.zeros(2), torch.tensor([1.0, 2.0]), torch.ones(2)
    assert torch.margin_ranking_loss(zero, gap, one, 0.0, number).tolist() == expected


def test_a_reduction_that_is_none_is_refused() -> None:
    x = torch.zeros(2)
    with pytest.raises(ValueRangeError, match='0 for "none"'):
        torch.hinge_embedding_loss(x, x, 1.0, 3)


def test_filling_what_requires_grad_has_no_gradient_but_zero() -> None:
    x = torch.ones(2, requires_grad=True)
    filled = torch.fill(x, 3.0)
    assert filled.requires_grad
    filled.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]
