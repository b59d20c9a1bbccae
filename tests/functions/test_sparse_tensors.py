"""Sparse tensors: their parts, what stays sparse, and that the numbers are those of dense ones."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

import graphnet as torch

INDICES, VALUES, SIZE = [[0, 1, 1, 1], [2, 0, 2, 2]], [3.0, 4.0, 5.0, 1.0], (2, 3)
DENSE = [[0.0, 0.0, 3.0], [4.0, 0.0, 6.0]]


@pytest.fixture
def sparse() -> Any:
    """A matrix with one coordinate that occurs twice."""
    return torch.sparse_coo_tensor(INDICES, VALUES, SIZE)


def test_parts(sparse: Any) -> None:
    assert isinstance(sparse, torch.Tensor)
    assert (sparse.is_sparse, sparse.layout, tuple(sparse.shape)) == (True, torch.sparse_coo, SIZE)
    assert (sparse._nnz(), sparse.sparse_dim(), sparse.dense_dim()) == (4, 2, 0)
    assert not sparse.is_coalesced()
    assert sparse._indices().tolist() == INDICES
    assert sparse._values().tolist() == VALUES
    dense = sparse.to_dense()
    assert (type(dense), dense.layout, dense.tolist()) == (torch.Tensor, torch.strided, DENSE)
    assert sparse.to_dense(torch.int64).dtype is torch.int64
    assert sparse.to_sparse() is sparse


def test_each_coordinate_once(sparse: Any) -> None:
    with pytest.raises(RuntimeError, match="Cannot get indices on an uncoalesced tensor"):
        sparse.indices()
    once = sparse.coalesce()
    assert once.is_coalesced()
    assert once.indices().tolist() == [[0, 1, 1], [2, 0, 2]]
    assert once.values().tolist() == [3.0, 4.0, 6.0]
    assert once.coalesce() is once


def test_the_size_may_be_left_out() -> None:
    assert torch.sparse_coo_tensor(INDICES, VALUES).shape == (2, 3)
    assert torch.sparse_coo_tensor(torch.zeros(2, 0), []).shape == (0, 0)


@pytest.mark.parametrize(
    "function",
    [
        lambda a: a * 2,
        lambda a: 2 * a,
        lambda a: a / 2,
        lambda a: -a,
        lambda a: a.t(),
        lambda a: a.T,
        lambda a: a.transpose(1, 0),
        lambda a: a.double(),
        lambda a: a.to(torch.int64),
        lambda a: a.detach(),
        lambda a: a.clone(),
        lambda a: a + a,
        lambda a: a - a * 3,
        lambda a: a * a,
        lambda a: a * torch.arange(6.0).reshape(2, 3),
    ],
)
def test_what_stays_sparse(sparse: Any, function: Callable[[Any], Any]) -> None:
    ours, expected = function(sparse.coalesce()), function(torch.tensor(DENSE))
    assert ours.is_sparse
    assert torch.equal(ours.to_dense(), expected)
    again = torch.sparse_coo_tensor(ours._indices(), ours._values(), ours.shape)
    assert torch.equal(again.to_dense(), expected)


@pytest.mark.parametrize(
    "function",
    [
        lambda a: a @ torch.ones(3, 2),
        lambda a: torch.ones(4, 2) @ a,
        lambda a: torch.mm(a, torch.ones(3, 2)),
        lambda a: torch.spmm(a, torch.ones(3, 2)),
        lambda a: torch.sparse.mm(a, torch.ones(3, 2)),
        lambda a: torch.sparse.addmm(torch.ones(2, 2), a, torch.ones(3, 2), alpha=2),
        lambda a: a @ torch.ones(3),
        lambda a: torch.eye(2, 3) + a,
        lambda a: torch.ones(2, 3) - a,
        lambda a: a.sum(),
        lambda a: torch.sparse.sum(a),
    ],
)
def test_what_becomes_dense(sparse: Any, function: Callable[[Any], Any]) -> None:
    ours = function(sparse)
    assert not ours.is_sparse
    assert torch.equal(ours, function(torch.tensor(DENSE)))


def test_products_and_sums_of_the_namespace(sparse: Any) -> None:
    square = torch.sparse.mm(sparse, sparse.t())
    assert square.is_sparse
    assert square.to_dense().tolist() == [[9.0, 18.0], [18.0, 52.0]]
    rows = torch.sparse.sum(sparse, 1)
    assert (rows.is_sparse, rows.to_dense().tolist()) == (True, [3.0, 10.0])
    old = torch.sparse.FloatTensor(torch.tensor(INDICES), torch.tensor(VALUES), torch.Size(SIZE))
    assert old.to_dense().tolist() == DENSE
    with pytest.raises(TypeError, match=r"DoubleTensor: expected values of torch\.float64"):
        torch.sparse.DoubleTensor(torch.tensor(INDICES), torch.tensor(VALUES))


def test_gradients_reach_the_values() -> None:
    values = torch.tensor(VALUES, requires_grad=True)
    a = torch.sparse_coo_tensor(INDICES, values, SIZE)
    (a @ torch.tensor([[1.0], [2.0], [3.0]])).sum().backward()
    assert values.grad.tolist() == [3.0, 1.0, 3.0, 3.0]


def test_a_sparse_leaf_has_a_gradient() -> None:
    a = torch.sparse_coo_tensor(INDICES, VALUES, SIZE, requires_grad=True)
    assert a.is_leaf
    (a @ torch.ones(3, 1)).sum().backward()
    assert a.grad.to_dense().tolist() == [[1.0] * 3] * 2


def test_copies_are_sparse(sparse: Any) -> None:
    stream = io.BytesIO()
    torch.save(sparse, stream)
    stream.seek(0)
    for copy in (torch.load(stream), deepcopy(sparse)):
        assert repr(copy) == repr(sparse)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((INDICES, [1.0], SIZE), RuntimeError, "same nnz, but got nnz from indices: 4"),
        ((INDICES, VALUES, (1, 3)), IndexError, r"do not lie in a tensor of size \[1, 3\]"),
        (([[0], [-1]], [1.0], SIZE), IndexError, r"between \[0, -1\]"),
        ((INDICES, VALUES, (2, 3, 4)), RuntimeError, r"sparse_dim \(2\)"),
        (([0, 1], [1.0, 2.0], (2,)), RuntimeError, "indices must have 2 dimensions"),
        (([[0]], [[1.0, 2.0]], (1, 2)), NotImplementedError, r"values of shape \[1, 2\]"),
    ],
)
def test_what_is_no_tensor(
    arguments: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        torch.sparse_coo_tensor(*arguments)


def test_what_is_refused(sparse: Any) -> None:
    with pytest.raises(TypeError, match="can't convert Sparse layout tensor to numpy"):
        sparse.numpy()
    with pytest.raises(NotImplementedError, match=r"torch\.strided is not supported"):
        torch.eye(2).to_sparse(layout=torch.strided)
    with pytest.raises(RuntimeError, match="expected a sparse matrix, but got 1D"):
        torch.ones(2).to_sparse().t()
