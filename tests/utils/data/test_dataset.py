"""Datasets: what they give, and what they refuse."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.utils.data import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)

# The sizes drawn here are many, and every size is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")


class Count(IterableDataset[int]):
    def __init__(self, stop: int) -> None:
        self.stop = stop

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.stop))

    def __len__(self) -> int:
        return self.stop


class Letters(Dataset[str]):
    def __init__(self, letters: str) -> None:
        self.letters = letters

    def __getitem__(self, index: int) -> str:
        return self.letters[index]

    def __len__(self) -> int:
        return len(self.letters)


def test_a_dataset_without_getitem_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="should implement __getitem__"):
        Dataset()[0]  # type: ignore[abstract]  # not abstract in PyTorch either


def test_addition_concatenates() -> None:
    joined = Letters("ab") + Letters("cde") + Letters("f")
    assert isinstance(joined, ConcatDataset)
    assert "".join(joined[i] for i in range(len(joined))) == "abcdef"


def test_addition_of_streams_chains() -> None:
    joined = Count(2) + Count(3)
    assert isinstance(joined, ChainDataset)
    assert (list(joined), len(joined)) == ([0, 1, 0, 1, 2], 5)


def test_a_stream_without_iter_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="should implement __iter__"):
        iter(IterableDataset())


class TestTensorDataset:
    def test_gives_rows_of_all_tensors(self) -> None:
        data = TensorDataset(torch.arange(6).reshape(3, 2), torch.tensor([5, 6, 7]))
        x, y = data[-1]
        assert (len(data), x.tolist(), y.item()) == (3, [4, 5], 7)

    def test_slices(self) -> None:
        (x,) = TensorDataset(torch.arange(5))[1:3]
        assert x.tolist() == [1, 2]

    def test_refuses_unequal_lengths(self) -> None:
        with pytest.raises(AssertionError, match=r"Size mismatch between tensors.*\[3, 4\]"):
            TensorDataset(torch.zeros(3), torch.zeros(4))

    def test_index_out_of_range(self) -> None:
        with pytest.raises(IndexError):
            TensorDataset(torch.zeros(3))[3]

    @given(st.lists(st.integers(-5, 4), max_size=8))
    def test_gather_is_fetching_and_stacking(self, indices: list[int]) -> None:
        data = TensorDataset(torch.arange(10.0).reshape(5, 2), torch.arange(5))
        gathered = data.gather(indices)
        assert gathered is not None
        assert gathered[0].tolist() == [data[i][0].tolist() for i in indices]
        assert gathered[1].tolist() == [data[i][1].item() for i in indices]

    def test_gather_leaves_to_fetching_what_might_differ(self) -> None:
        class Doubled(TensorDataset):
            def __getitem__(self, index: Any) -> Any:
                return tuple(2 * row for row in super().__getitem__(index))

        assert Doubled(torch.ones(3)).gather([0]) is None
        assert TensorDataset(torch.ones(3, requires_grad=True)).gather([0]) is None
        assert TensorDataset(torch.ones(3)).gather([torch.tensor(0)]) is None  # type: ignore[list-item]


class TestConcatDataset:
    def test_negative_indices_count_from_the_end(self) -> None:
        data = ConcatDataset([Letters("ab"), Letters(""), Letters("cd")])
        assert [data[i] for i in range(-4, 4)] == list("abcdabcd")
        assert data.cumulative_sizes == [2, 2, 4]

    def test_refuses_nothing_and_streams(self) -> None:
        with pytest.raises(AssertionError, match="datasets should not be an empty iterable"):
            ConcatDataset([])
        with pytest.raises(AssertionError, match="does not support IterableDataset"):
            ConcatDataset([Count(3)])

    def test_out_of_range(self) -> None:
        data = ConcatDataset([Letters("ab")])
        with pytest.raises(ValueError, match="absolute value of index should not exceed"):
            data[-3]
        with pytest.raises(IndexError, match="index 2 is out of range for a dataset of 2 samples"):
            data[2]


def test_chain_refuses_datasets_that_are_no_streams() -> None:
    with pytest.raises(AssertionError, match="only supports IterableDataset, not Letters"):
        list(ChainDataset([Letters("ab")]))


class TestStackDataset:
    def test_tuples_and_dicts(self) -> None:
        assert StackDataset("ab", [1, 2])[0] == ("a", 1)
        named = StackDataset(x="ab", y=[1, 2])
        assert (len(named), named[1]) == (2, {"x": "b", "y": 2})

    def test_batches_ask_each_part_once(self) -> None:
        class Whole:
            def __len__(self) -> int:
                return 3

            def __getitems__(self, indices: list[int]) -> list[int]:
                return [10 * i for i in indices]

        assert StackDataset(Whole(), "abc").__getitems__([2, 0]) == [(20, "c"), (0, "a")]
        assert StackDataset(n=Whole()).__getitems__([2]) == [{"n": 20}]

    def test_refuses_what_does_not_fit(self) -> None:
        with pytest.raises(ValueError, match="At least one dataset"):
            StackDataset()
        with pytest.raises(ValueError, match="both types are given"):
            StackDataset("ab", x="ab")
        with pytest.raises(ValueError, match=r"Size mismatch between datasets.*\[2, 3\]"):
            StackDataset("ab", "abc")

    def test_a_part_that_gives_too_few_is_found_out(self) -> None:
        class Short:
            def __len__(self) -> int:
                return 3

            def __getitems__(self, indices: list[int]) -> list[int]:
                return []

        with pytest.raises(ValueError, match=r"output size mismatch\. Expected 1, got 0"):
            StackDataset(Short()).__getitems__([0])


class TestSubset:
    def test_picks(self) -> None:
        part = Subset(Letters("abcdef"), [5, 0, 0])
        assert ([part[i] for i in range(3)], len(part)) == (["f", "a", "a"], 3)
        assert part.__getitems__([0, 2]) == ["f", "a"]

    def test_a_subset_of_a_subset_gathers(self) -> None:
        inner = Subset(TensorDataset(torch.arange(10)), [9, 8, 7, 6])
        gathered = Subset(inner, [3, 0]).gather([0, 1])
        assert gathered is not None
        assert gathered[0].tolist() == [6, 9]
        assert Subset(Letters("ab"), [0]).gather([0]) is None

    def test_overriding_getitem_alone_is_refused(self) -> None:
        class Upper(Subset[str]):
            def __getitem__(self, index: Any) -> str:
                return super().__getitem__(index).upper()

        with pytest.raises(NotImplementedError, match="Upper overrides __getitem__ but not"):
            Upper(Letters("ab"), [0])

        class Whole(Upper):
            def __getitems__(self, indices: list[Any]) -> list[str]:
                return [self[i] for i in indices]

        assert Whole(Letters("ab"), [1]).__getitems__([0]) == ["B"]
        assert Whole(Letters("ab"), [1]).gather([0]) is None


class TestRandomSplit:
    def test_parts_are_disjoint_and_complete(self) -> None:
        parts = random_split(range(10), [3, 7], generator=torch.Generator().manual_seed(1))
        assert [len(part) for part in parts] == [3, 7]
        assert sorted(x for part in parts for x in part) == list(range(10))

    @given(st.integers(0, 40), st.lists(st.integers(1, 5), min_size=1, max_size=5))
    def test_fractions_use_everything(self, size: int, shares: list[int]) -> None:
        fractions = [share / sum(shares) for share in shares]
        if sum(fractions) > 1:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of empty parts
            parts = random_split(range(size), fractions)
        assert sum(len(part) for part in parts) == size
        assert all(abs(len(p) - f * size) < 2 for p, f in zip(parts, fractions, strict=True))

    def test_an_empty_part_is_warned_of(self) -> None:
        with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
            random_split(range(3), [1.0, 0.0])

    @pytest.mark.parametrize("lengths", [[1, 2], [5, 6], [-1, 11], [0.5, 0.6]])
    def test_lengths_that_do_not_add_up(self, lengths: list[float]) -> None:
        with pytest.raises(ValueError, match="Sum of input lengths does not equal"):
            random_split(range(10), lengths)

    def test_fractions_out_of_range(self) -> None:
        with pytest.raises(ValueError, match="Fraction at index 0 is not between 0 and 1"):
            random_split(range(10), [-0.5, 1.5])

    def test_the_same_seed_gives_the_same_parts(self) -> None:
        def draw() -> list[list[int]]:
            torch.manual_seed(5)
            return [list(part) for part in random_split(range(20), [0.5, 0.5])]

        assert draw() == draw()
