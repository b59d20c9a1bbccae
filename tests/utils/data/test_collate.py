"""Collating: which types come out, and what is refused."""

from __future__ import annotations

from collections import OrderedDict, UserDict, UserList, namedtuple
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet.utils.data import default_collate, default_convert
from graphnet.utils.data.collate import collate

Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("batch", "dtype", "values"),
    [
        ([1, 2], torch.int64, [1, 2]),
        ([1.5, 2.0], torch.float64, [1.5, 2.0]),
        ([True, False], torch.bool, [True, False]),
        ([np.float32(1), np.float32(2)], torch.float32, [1.0, 2.0]),
        ([np.arange(2), np.arange(2)], torch.int64, [[0, 1], [0, 1]]),
        ([np.array(3, dtype=np.int8)], torch.int8, [3]),
    ],
)
def test_numbers_and_arrays_become_a_tensor(batch: Any, dtype: Any, values: Any) -> None:
    made = default_collate(batch)
    assert isinstance(made, torch.Tensor)
    assert (made.dtype, made.tolist()) == (dtype, values)


def test_tensors_are_stacked_in_new_memory() -> None:
    row = torch.zeros(2)
    made = default_collate([row, row])
    row += 1
    assert made.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_tensors_of_different_shapes_do_not_stack() -> None:
    with pytest.raises(RuntimeError, match=r"\[2\].*\[3\]"):
        default_collate([torch.zeros(2), torch.zeros(3)])


def test_strings_stay() -> None:
    assert default_collate(["a", "b"]) == ["a", "b"]
    assert default_collate([(1, b"x"), (2, b"y")])[1] == (b"x", b"y")


def test_containers_keep_their_type() -> None:
    ordered = default_collate([OrderedDict(a=1, b="p"), OrderedDict(a=2, b="q")])
    assert isinstance(ordered, OrderedDict)
    assert (ordered["a"].tolist(), ordered["b"]) == ([1, 2], ["p", "q"])
    user = default_collate([UserDict(a=1), UserDict(a=2)])
    assert isinstance(user, UserDict)
    frozen = default_collate([MappingProxyType({"a": 1})])
    assert isinstance(frozen, MappingProxyType)
    point = default_collate([Point(1, 2.0), Point(3, 4.0)])
    assert isinstance(point, Point)
    assert (point.x.tolist(), point.y.dtype) == ([1, 3], torch.float64)
    listed = default_collate([UserList([1, 2]), UserList([3, 4])])
    assert isinstance(listed, UserList)
    assert [part.tolist() for part in listed] == [[1, 3], [2, 4]]


def test_tuples_become_lists_and_ranges_too() -> None:
    assert type(default_collate([(1, 2)])) is list
    assert type(default_collate([range(2), range(2)])) is list


def test_nesting() -> None:
    made = default_collate([{"a": (1, [2.0])}, {"a": (3, [4.0])}])
    assert made["a"][0].tolist() == [1, 3]
    assert made["a"][1][0].tolist() == [2.0, 4.0]


def test_samples_of_unequal_length() -> None:
    with pytest.raises(RuntimeError, match="each element in list of batch should be of equal size"):
        default_collate([[1, 2], [3]])


@pytest.mark.parametrize(
    "value", [None, object(), {1}, np.array(["a"]), np.array([None], dtype=object)]
)
def test_what_no_tensor_holds_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="default_collate: batch must contain tensors, numpy"):
        default_collate([value, value])


def test_an_empty_batch() -> None:
    with pytest.raises(IndexError, match="empty batch"):
        default_collate([])


def test_rules_of_ones_own() -> None:
    def joined(batch: Any, **_: Any) -> str:
        return "+".join(batch)

    assert collate([["a", 1], ["b", 2]], collate_fn_map={str: joined, int: sum_of}) == ["a+b", 3]
    # A subclass is found through its base.
    assert collate([True, True], collate_fn_map={(int, float): sum_of}) == 2


def sum_of(batch: Any, **_: Any) -> int:
    return sum(batch)


def test_convert_makes_tensors_of_arrays_only() -> None:
    made = default_convert({"x": np.zeros(2), "s": "text", "n": 3, "l": [np.float32(1)]})
    assert isinstance(made["x"], torch.Tensor)
    assert isinstance(made["l"][0], torch.Tensor)
    assert (made["s"], made["n"]) == ("text", 3)
    point = default_convert(Point(np.zeros(1), 2))
    assert isinstance(point, Point)
    assert default_convert((1, 2)) == [1, 2]
    words = np.array(["a"])
    assert default_convert(words) is words
    tensor = torch.zeros(1)
    assert default_convert(tensor) is tensor
