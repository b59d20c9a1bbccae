"""Samplers: every index as often as it should be, and bad arguments refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.utils.data import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from graphnet.utils.data.distributed import DistributedSampler

# The sizes drawn here are many, and every size is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")


def test_a_sampler_without_iter() -> None:
    with pytest.raises(NotImplementedError):
        iter(Sampler())


def test_sequential() -> None:
    sampler = SequentialSampler("abc")
    assert (list(sampler), len(sampler)) == ([0, 1, 2], 3)


class TestRandomSampler:
    @given(st.integers(1, 30), st.integers(1, 70))
    def test_rounds_are_permutations(self, size: int, count: int) -> None:
        drawn = list(RandomSampler(range(size), num_samples=count))
        assert len(drawn) == count
        for start in range(0, count, size):
            part = drawn[start : start + size]
            assert len(set(part)) == len(part)
            assert set(part) <= set(range(size))

    @given(st.integers(1, 5), st.integers(1, 70))
    def test_with_replacement(self, size: int, count: int) -> None:
        sampler = RandomSampler(range(size), replacement=True, num_samples=count)
        drawn = list(sampler)
        assert (len(drawn), len(sampler)) == (count, count)
        assert set(drawn) <= set(range(size))

    def test_passes_differ_and_the_seed_repeats_them(self) -> None:
        def passes() -> list[list[int]]:
            torch.manual_seed(3)
            sampler = RandomSampler(range(50))
            return [list(sampler), list(sampler)]

        first, second = passes()
        assert first != second
        assert passes() == [first, second]

    def test_follows_a_dataset_that_grows(self) -> None:
        data = [0]
        sampler = RandomSampler(data)
        data.append(1)
        assert sorted(sampler) == [0, 1]

    @pytest.mark.parametrize("count", [0, -1, 1.5])
    def test_refuses_numbers_of_samples(self, count: Any) -> None:
        with pytest.raises(
            ValueError, match=f"positive integer value, but got num_samples={count}"
        ):
            RandomSampler(range(3), num_samples=count)

    def test_refuses_an_empty_dataset(self) -> None:
        with pytest.raises(ValueError, match="num_samples=0"):
            RandomSampler([])

    def test_refuses_replacement_that_is_no_bool(self) -> None:
        with pytest.raises(TypeError, match="replacement should be a boolean value"):
            RandomSampler(range(3), replacement=1)  # type: ignore[arg-type]


def test_subset_random() -> None:
    sampler = SubsetRandomSampler([3, 5, 7])
    assert (sorted(sampler), len(sampler)) == ([3, 5, 7], 3)


class TestWeightedRandomSampler:
    def test_zero_weights_are_never_drawn(self) -> None:
        sampler = WeightedRandomSampler([0.0, 1.0, 0.0, 2.0], 200)
        assert set(sampler) == {1, 3}
        assert len(sampler) == 200

    def test_without_replacement_each_once(self) -> None:
        assert sorted(WeightedRandomSampler([1.0, 1.0, 1.0], 3, replacement=False)) == [0, 1, 2]

    @pytest.mark.parametrize("count", [0, -2, True, 2.0])
    def test_refuses_numbers_of_samples(self, count: Any) -> None:
        with pytest.raises(ValueError, match="num_samples should be a positive integer"):
            WeightedRandomSampler([1.0], count)

    def test_refuses_other_arguments(self) -> None:
        with pytest.raises(ValueError, match="replacement should be a boolean"):
            WeightedRandomSampler([1.0], 1, replacement="no")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"weights should be a 1d sequence .* \(1, 2\)"):
            WeightedRandomSampler([[1.0, 2.0]], 1)  # type: ignore[list-item]


class TestBatchSampler:
    @given(st.integers(0, 20), st.integers(1, 6), st.booleans())
    def test_batches_are_the_order_cut_up(self, size: int, batch: int, drop_last: bool) -> None:
        sampler = BatchSampler(SequentialSampler(range(size)), batch, drop_last)
        batches = list(sampler)
        assert len(batches) == len(sampler)
        flat = [index for part in batches for index in part]
        assert flat == list(range(size - size % batch if drop_last else size))
        assert all(len(part) == batch for part in batches[:-1])

    @pytest.mark.parametrize("size", [0, -1, 1.5, True, "3"])
    def test_refuses_batch_sizes(self, size: Any) -> None:
        with pytest.raises(ValueError, match="batch_size should be a positive integer value"):
            BatchSampler([1], size, False)

    def test_refuses_drop_last_that_is_no_bool(self) -> None:
        with pytest.raises(ValueError, match="drop_last should be a boolean value"):
            BatchSampler([1], 2, 1)  # type: ignore[arg-type]


class TestDistributed:
    """Each process its part."""

    @pytest.mark.parametrize("shuffle", [False, True])
    def test_the_parts_are_the_whole(self, shuffle: bool) -> None:
        parts = [DistributedSampler(range(10), 4, rank, shuffle) for rank in range(4)]
        assert [len(part) for part in parts] == [3] * 4
        assert sorted({i for part in parts for i in part}) == list(range(10))

    def test_what_does_not_go_round(self) -> None:
        assert list(DistributedSampler(range(5), 3, 2, shuffle=False)) == [2, 0]
        assert list(DistributedSampler(range(5), 3, 1, shuffle=False, drop_last=True)) == [1]
        assert list(DistributedSampler(range(1), 4, 3)) == [0]
        assert list(DistributedSampler([], 4, 3)) == []

    def test_an_epoch_has_its_own_order(self) -> None:
        sampler = DistributedSampler(range(50), 1, 0)
        first = list(sampler)
        assert list(sampler) == first
        sampler.set_epoch(1)
        assert list(sampler) != first

    def test_what_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"Invalid rank 2, .* \[0, 1\]"):
            DistributedSampler(range(5), 2, 2)
        with pytest.raises(ValueError, match="Default process group has not been initialized"):
            DistributedSampler(range(5))
