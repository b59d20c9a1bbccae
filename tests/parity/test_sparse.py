"""Sparse tensors against PyTorch: how they print, and what graph networks do with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import graphnet

torch = pytest.importorskip("torch")

# PyTorch's: that coordinates are not checked unless asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Sparse invariant checks")


def both(function: Callable[[Any], Any]) -> tuple[Any, Any]:
    """What a function of the library gives with each of the two."""
    return function(graphnet), function(torch)


@pytest.mark.parametrize(
    "function",
    [
        lambda t: t.eye(3).to_sparse(),
        lambda t: t.eye(2, 3, dtype=t.float64).to_sparse(),
        lambda t: t.eye(2, dtype=t.int64).to_sparse(),
        lambda t: t.zeros(2, 3).to_sparse(),
        lambda t: t.eye(2000).to_sparse(),
        lambda t: t.eye(3).to_sparse().requires_grad_(),
        lambda t: t.sparse_coo_tensor([[0, 0, 1], [1, 1, 0]], [1.0, 2.0, 3.5], (2, 2)),
        lambda t: t.sparse_coo_tensor([[0, 0, 1], [1, 1, 0]], [1.0, 2.0, 3.5], (2, 2)).coalesce(),
        lambda t: t.sparse_coo_tensor([[0, 0, 1], [1, 1, 0]], [1.0, 2.0, 3.5]) * 2,
        lambda t: t.eye(3).to_sparse() + t.ones(3, 3).to_sparse(),
    ],
)
def test_they_print_the_same(function: Callable[[Any], Any]) -> None:
    ours, theirs = both(lambda t: repr(function(t)))
    assert ours == theirs


def normalised(t: Any) -> Any:
    """The adjacency matrix of a graph, normalised, as graph convolutions take it."""
    edges = t.tensor([[0, 1, 2, 3, 0], [1, 2, 3, 0, 2]])
    links = t.sparse_coo_tensor(edges, t.ones(5), (4, 4), dtype=t.int64)
    whole = t.eye(4) + links
    scale = t.diag(whole.sum(dim=1).pow(-0.5)).to_sparse()
    return (scale @ whole @ scale).to_sparse()


def test_a_graph_convolution_learns_the_same() -> None:
    def losses(t: Any) -> list[float]:
        t.manual_seed(0)
        adjacency, features = normalised(t), t.randn(4, 5).to_sparse()
        first, second = (t.nn.Parameter(t.randn(*size)) for size in ((5, 8), (8, 3)))
        optimizer = t.optim.Adam([first, second], lr=0.1)
        found = []
        for _ in range(20):
            hidden = t.relu(t.spmm(adjacency, t.mm(features, first)))
            scores = t.spmm(adjacency, t.mm(hidden, second))
            loss = t.nn.functional.cross_entropy(scores, t.tensor([0, 1, 2, 0]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        return found

    ours, theirs = both(losses)
    assert ours == pytest.approx(theirs, rel=1e-4)
    assert ours[-1] < ours[0] / 2
