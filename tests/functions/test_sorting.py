"""Order, places and different elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch

NAN = float("nan")
# Few different numbers, so that many are equal; NaN among them.
NUMBERS = st.lists(st.sampled_from([0.0, 1.0, -1.0, 2.5, NAN]), min_size=1, max_size=12)

pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")


def keys(numbers: list[float]) -> list[tuple[bool, float]]:
    """What Python sorts by to have NaN last."""
    return [(number != number, 0.0 if number != number else number) for number in numbers]


@given(NUMBERS, st.booleans())
def test_sort_is_stable_and_puts_nan_last(numbers: list[float], descending: bool) -> None:
    order = keys(numbers)
    places = sorted(range(len(numbers)), key=order.__getitem__, reverse=descending)
    if descending:  # Python's reverse keeps equal elements in their order, too
        assert [order[p] for p in places] == sorted(order, reverse=True)
    x = torch.tensor(numbers)
    values, indices = x.sort(descending=descending)
    assert indices.tolist() == places
    assert x.argsort(descending=descending).tolist() == places
    np.testing.assert_array_equal(values.numpy(), np.float32([numbers[p] for p in places]))


@given(NUMBERS, st.data())
def test_topk_and_kthvalue_are_parts_of_sort(numbers: list[float], data: st.DataObject) -> None:
    x = torch.tensor(numbers)
    k = data.draw(st.integers(1, len(numbers)))
    for largest in (True, False):
        expected = x.sort(descending=largest).values[:k].numpy()
        np.testing.assert_array_equal(x.topk(k, largest=largest).values.numpy(), expected)
    kth = x.kthvalue(k)
    np.testing.assert_array_equal(kth.values.numpy(), x.sort().values[k - 1].numpy())
    np.testing.assert_array_equal(x[kth.indices].numpy(), kth.values.numpy())


@given(NUMBERS)
def test_medians(numbers: list[float]) -> None:
    x = torch.tensor(numbers)
    present = sorted(n for n in numbers if n == n)
    lower = present[(len(present) - 1) // 2] if present else NAN
    expected = lower if len(present) == len(numbers) else NAN
    np.testing.assert_array_equal(x.median().item(), expected)
    np.testing.assert_array_equal(x.median(0).values.item(), expected)
    np.testing.assert_array_equal(x.nanmedian().item(), lower)
    np.testing.assert_array_equal(x[x.nanmedian(0).indices].item(), lower)


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=12))
def test_mode_and_unique(numbers: list[int]) -> None:
    x = torch.tensor(numbers)
    value, index = x.mode()
    assert value.item() == min(set(numbers), key=lambda n: (-numbers.count(n), n))
    assert numbers[index.item()] == value.item()
    values, inverse, counts = x.unique(return_inverse=True, return_counts=True)
    assert values.tolist() == sorted(set(numbers))
    assert values[inverse].tolist() == numbers
    assert counts.tolist() == [numbers.count(n) for n in sorted(set(numbers))]
    runs, places, lengths = x.unique_consecutive(return_inverse=True, return_counts=True)
    assert runs[places].tolist() == numbers
    assert runs.repeat_interleave(lengths).tolist() == numbers


def test_unique_slices() -> None:
    x = torch.tensor([[2, 1], [0, 3], [2, 1]])
    values, inverse = x.unique(dim=0, return_inverse=True)
    assert (values.tolist(), inverse.tolist()) == ([[0, 3], [2, 1]], [1, 0, 1])
    assert torch.zeros(0).unique().shape == (0,)


@given(NUMBERS)
def test_running_extremes(numbers: list[float]) -> None:
    x = torch.tensor(numbers)
    for running, numpys in ((x.cummax(0), np.maximum), (x.cummin(0), np.minimum)):
        values, indices = running
        np.testing.assert_array_equal(values.numpy(), numpys.accumulate(np.float32(numbers)))
        np.testing.assert_array_equal(x[indices].numpy(), values.numpy())
        assert all(place <= at for at, place in enumerate(indices.tolist()))


def test_gradients_go_where_values_came_from() -> None:
    weight = torch.tensor([1.0, 2.0, 3.0])
    for chosen, expected in (
        (lambda x: x.sort().values * weight, [2, 3, 1]),
        (lambda x: x.topk(2).values * weight[:2], [2, 1, 0]),
        (lambda x: x.kthvalue(1).values, [0, 0, 1]),
        (lambda x: x.median(), [1, 0, 0]),
        (lambda x: x.median(0).values, [1, 0, 0]),
        (lambda x: x.mode().values, [0, 0, 1]),
        (lambda x: x.cummax(0).values * weight, [1, 5, 0]),
    ):
        x = torch.tensor([2.0, 3.0, 1.0], requires_grad=True)
        chosen(x).sum().backward()
        assert x.grad.tolist() == expected


def test_equal_medians_share_the_gradient() -> None:
    x = torch.tensor([1.0, 1.0, 5.0], requires_grad=True)
    x.median().backward()
    assert x.grad.tolist() == [0.5, 0.5, 0.0]


@given(st.lists(st.integers(0, 9), max_size=8), st.lists(st.integers(-1, 10), max_size=8))
def test_places_among_sorted_elements(edges: list[int], values: list[int]) -> None:
    edges.sort()
    x, y = torch.tensor(edges, dtype=torch.int64), torch.tensor(values, dtype=torch.int64)
    for right, side in ((False, "left"), (True, "right")):
        expected = np.searchsorted(edges, values, side).tolist()
        assert torch.searchsorted(x, y, right=right).tolist() == expected
        assert torch.searchsorted(x, y, side=side).tolist() == expected
        assert torch.bucketize(y, x, right=right).tolist() == expected


def test_each_row_is_searched_by_itself() -> None:
    rows = torch.tensor([[1, 3], [2, 4]])
    assert torch.searchsorted(rows, torch.tensor([[2], [2]])).tolist() == [[1], [0]]
    order = torch.tensor([[1, 0], [0, 1]])
    shuffled = torch.tensor([[3, 1], [2, 4]])
    assert torch.searchsorted(shuffled, torch.tensor([[2], [2]]), sorter=order).tolist() == [
        [1],
        [0],
    ]


def test_counts() -> None:
    x = torch.tensor([3, 1, 1])
    assert x.bincount().tolist() == [0, 2, 0, 1]
    assert x.bincount(minlength=6).tolist() == [0, 2, 0, 1, 0, 0]
    assert x.bincount(torch.tensor([0.5, 1.0, 2.0])).tolist() == [0.0, 3.0, 0.0, 0.5]
    assert torch.tensor([0.0, 1.0, 2.0, 9.0]).histc(2, 0, 2).tolist() == [1.0, 2.0]
    assert torch.tensor([0.0, 1.0, 2.0]).histc(2).tolist() == [1.0, 2.0]


def test_results_are_named() -> None:
    result = torch.tensor([2, 1]).sort()
    assert result.values.tolist() == [1, 2]
    assert repr(result) == (
        "torch.return_types.sort(\nvalues=tensor([1, 2]),\nindices=tensor([1, 0]))"
    )


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: torch.zeros(3).topk(4), RuntimeError, "selected index k out of range"),
        (lambda: torch.zeros(3).kthvalue(0), RuntimeError, "out of range for dimension 0"),
        (lambda: torch.zeros(0).median(0), IndexError, "non-zero size"),
        (lambda: torch.zeros(3).sort(1), IndexError, "Dimension out of range"),
        (lambda: torch.tensor([1j]).sort(), RuntimeError, "complex"),
        (lambda: torch.tensor([-1]).bincount(), RuntimeError, "non-negative"),
        (lambda: torch.tensor([1.0]).bincount(), NotImplementedError, "not implemented"),
        (lambda: torch.tensor([1]).histc(), NotImplementedError, "not implemented"),
        (lambda: torch.zeros(1).histc(2, 3, 1), RuntimeError, "max must be larger than min"),
        (
            lambda: torch.searchsorted(torch.zeros(2, 2), torch.zeros(1)),
            RuntimeError,
            "first N-1 dimensions",
        ),
    ],
)
def test_refusals(call: Callable[[], Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        call()
