"""Tensors joined: values as numpy's, dtypes promoted, gradients taken apart again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphnet as torch


def rows(count: int) -> Any:
    return torch.arange(3.0 * count).reshape(count, 3)


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [
        (lambda a, b: torch.cat([a, b]), lambda a, b: np.concatenate([a, b])),
        (lambda a, b: torch.cat([a, a], 1), lambda a, b: np.concatenate([a, a], 1)),
        (lambda a, b: torch.cat((b, b), axis=-1), lambda a, b: np.concatenate([b, b], -1)),
        (lambda a, b: torch.stack([a, a], 2), lambda a, b: np.stack([a, a], 2)),
        (lambda a, b: torch.hstack([a, a]), lambda a, b: np.hstack([a, a])),
        (lambda a, b: torch.hstack([a[0], b[0]]), lambda a, b: np.hstack([a[0], b[0]])),
        (lambda a, b: torch.vstack([a, b[0]]), lambda a, b: np.vstack([a, b[0]])),
        (lambda a, b: torch.dstack([a, a]), lambda a, b: np.dstack([a, a])),
        (
            lambda a, b: torch.column_stack([a[:, 0], a]),
            lambda a, b: np.column_stack([a[:, 0], a]),
        ),
    ],
)
def test_as_numpy_joins(ours: Callable[..., Any], numpys: Callable[..., Any]) -> None:
    a, b = rows(2), rows(4)
    np.testing.assert_array_equal(ours(a, b).numpy(), numpys(a.numpy(), b.numpy()))


def test_block_diag() -> None:
    assert torch.block_diag(torch.ones(1, 2), torch.tensor(7.0)).tolist() == [
        [1, 1, 0],
        [0, 0, 7],
    ]


def test_element_types_are_promoted() -> None:
    parts = [torch.ones(1, dtype=torch.int32), torch.ones(1, dtype=torch.float64)]
    assert torch.cat(parts).dtype is torch.float64
    assert torch.stack(parts).dtype is torch.float64
    assert torch.cat([torch.zeros(0, dtype=torch.float64), torch.ones(1)]).dtype is torch.float64


def test_vectors_without_elements_are_skipped() -> None:
    assert torch.cat([torch.zeros(0), rows(2)], 1).tolist() == rows(2).tolist()
    assert torch.cat([torch.zeros(0)]).shape == (0,)


def test_gradients_go_to_their_parts() -> None:
    a, b = rows(2).requires_grad_(), torch.ones(1, 3, requires_grad=True)
    weight = torch.arange(9.0).reshape(3, 3)
    (torch.cat([a, b]) * weight).sum().backward()
    assert a.grad.tolist() == weight[:2].tolist()
    assert b.grad.tolist() == weight[2:].tolist()
    (torch.stack([a, a], 1)[:, 1] * 2).sum().backward()
    assert a.grad.tolist() == (weight[:2] + 2).tolist()


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: torch.cat([]), ValueError, "non-empty"),
        (lambda: torch.cat([rows(1), torch.zeros(3)]), RuntimeError, "same number of dimensions"),
        (lambda: torch.cat([rows(1), torch.zeros(1, 2)]), RuntimeError, "Expected size 3 but got"),
        (lambda: torch.cat([torch.tensor(1.0)]), RuntimeError, "zero-dimensional"),
        (lambda: torch.cat([rows(1), 1]), TypeError, "expected Tensor as element 1"),
        (lambda: torch.cat(rows(1)), TypeError, "must be tuple of Tensors"),
        (lambda: torch.cat([rows(1)], 2), IndexError, "Dimension out of range"),
        (lambda: torch.stack([]), RuntimeError, "non-empty"),
        (lambda: torch.stack([rows(1), rows(2)]), RuntimeError, "equal size"),
        (lambda: torch.block_diag(torch.zeros(1, 1, 1)), RuntimeError, "2 or fewer dimensions"),
    ],
)
def test_refusals(call: Callable[[], Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        call()
