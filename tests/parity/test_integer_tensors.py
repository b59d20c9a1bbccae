"""Tensors of one integer where an integer is asked for: dimensions, sizes, counts, offsets."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

import graphnet

CALLS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "topk": lambda t, x, one, two: x.topk(two, dim=one).indices,
    "kthvalue": lambda t, x, one, two: x.kthvalue(two, one).values,
    "narrow": lambda t, x, one, two: x.narrow(one, one, two),
    "split": lambda t, x, one, two: x.split(two, one)[1],
    "chunk": lambda t, x, one, two: x.chunk(two, one)[1],
    "repeat": lambda t, x, one, two: x.repeat(two, one),
    "expand": lambda t, x, one, two: x[:1].expand(two, 6),
    "reshape": lambda t, x, one, two: x.reshape(two, -1),
    "zeros": lambda t, x, one, two: t.zeros(two, one),
    "arange": lambda t, x, one, two: t.arange(two),
    "sum": lambda t, x, one, two: x.sum(one),
    "softmax": lambda t, x, one, two: x.softmax(one),
    "cumsum": lambda t, x, one, two: x.cumsum(one),
    "argsort": lambda t, x, one, two: x.argsort(one),
    "cat": lambda t, x, one, two: t.cat([x, x], one),
    "stack": lambda t, x, one, two: t.stack([x, x], one),
    "unbind": lambda t, x, one, two: x.unbind(one)[0],
    "index_select": lambda t, x, one, two: x.index_select(one, t.tensor([0])),
    "gather": lambda t, x, one, two: x.gather(one, t.tensor([[0]])),
    "scatter": lambda t, x, one, two: x.scatter(one, t.tensor([[0]]), 9.0),
    "diag": lambda t, x, one, two: t.diag(x, one),
    "diag of a vector": lambda t, x, one, two: t.diag(x[0], one),
    "diagonal": lambda t, x, one, two: x.diagonal(one),
    "tril": lambda t, x, one, two: x.tril(one),
    "tril_indices": lambda t, x, one, two: t.tril_indices(two, two, one),
    "combinations": lambda t, x, one, two: t.combinations(x[0], two),
    "bincount": lambda t, x, one, two: t.bincount(t.tensor([0, 1]), minlength=two),
    "one_hot": lambda t, x, one, two: t.nn.functional.one_hot(t.tensor([0, 1]), two),
    "glu": lambda t, x, one, two: t.nn.functional.glu(x, one),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_tensor_may_stand_for_an_integer(name: str) -> None:
    results = []
    for t in (torch, graphnet):
        x = t.arange(24.0).reshape(4, 6)
        results.append(CALLS[name](t, x, t.tensor(1), t.tensor(2)))
    expected, found = results
    assert tuple(found.shape) == tuple(expected.shape)
    torch.testing.assert_close(torch.tensor(found.tolist()), expected)
