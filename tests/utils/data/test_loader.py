"""The loader in one process: batches, order, streams, and arguments it refuses."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    SequentialSampler,
    Subset,
    TensorDataset,
)


class Count(IterableDataset[int]):
    def __init__(self, stop: int, length: int | None = None) -> None:
        self.stop = stop
        self.length = length

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.stop))

    def __len__(self) -> int:
        if self.length is None:
            raise TypeError("length unknown")
        return self.length


def lists(loader: Any) -> list[Any]:
    return [batch.tolist() for batch in loader]


def test_batches_in_order() -> None:
    loader = DataLoader(range(7), batch_size=3)
    assert (lists(loader), len(loader)) == ([[0, 1, 2], [3, 4, 5], [6]], 3)


def test_drop_last() -> None:
    loader = DataLoader(range(7), batch_size=3, drop_last=True)
    assert (lists(loader), len(loader)) == ([[0, 1, 2], [3, 4, 5]], 2)


def test_an_empty_dataset_gives_no_batches() -> None:
    loader = DataLoader([], batch_size=3)
    assert (lists(loader), len(loader)) == ([], 0)


def test_shuffling_visits_everything_in_another_order() -> None:
    torch.manual_seed(0)
    loader = DataLoader(range(100), batch_size=10, shuffle=True)
    first, second = ([i for batch in lists(loader) for i in batch] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(100))
    assert len({tuple(first), tuple(second), tuple(range(100))}) == 3


def test_a_generator_decides_the_order_alone() -> None:
    def order() -> list[Any]:
        generator = torch.Generator().manual_seed(7)
        return lists(DataLoader(range(20), batch_size=5, shuffle=True, generator=generator))

    before = order()
    torch.rand(3)
    assert order() == before


def test_tensors_come_as_batches_of_rows() -> None:
    data = TensorDataset(torch.arange(10.0).reshape(5, 2), torch.arange(5))
    x, y = list(DataLoader(data, batch_size=2))[1]
    assert (x.tolist(), y.tolist()) == ([[4.0, 5.0], [6.0, 7.0]], [2, 3])


def test_a_batch_does_not_share_memory_with_the_dataset() -> None:
    rows = torch.zeros(4, 2)
    ((x,),) = DataLoader(TensorDataset(rows), batch_size=4)
    x += 1
    assert rows.sum().item() == 0


def test_a_subset_with_transformed_rows_is_fetched_row_by_row() -> None:
    class Doubled(TensorDataset):
        def __getitem__(self, index: Any) -> Any:
            return tuple(2 * row for row in super().__getitem__(index))

    part = Subset(Doubled(torch.arange(4)), [3, 1])
    ((x,),) = DataLoader(part, batch_size=2)
    assert x.tolist() == [6, 2]


def test_rows_that_want_gradients_pass_them_on() -> None:
    rows = torch.ones(4, 2, requires_grad=True)
    for (x,) in DataLoader(TensorDataset(rows), batch_size=2):
        (x * x).sum().backward()
    assert rows.grad is not None
    assert rows.grad.tolist() == [[2.0, 2.0]] * 4


def test_whole_batches_are_asked_for_where_the_dataset_can() -> None:
    class Whole:
        def __getitems__(self, indices: list[int]) -> list[int]:
            return [10 * i for i in indices]

        def __len__(self) -> int:
            return 3

    assert lists(DataLoader(Whole(), batch_size=2)) == [[0, 10], [20]]


def test_without_batching() -> None:
    loader = DataLoader([np.zeros(2), "text"], batch_size=None)
    first, second = loader
    assert isinstance(first, torch.Tensor)
    assert (second, len(loader), loader.batch_size) == ("text", 2, None)


def test_samplers_of_ones_own() -> None:
    assert list(DataLoader("abcd", sampler=[2, 0], collate_fn="".join)) == ["c", "a"]
    batches = BatchSampler(SequentialSampler(range(4)), 3, drop_last=True)
    loader = DataLoader(range(10, 14), batch_sampler=batches)
    assert (lists(loader), len(loader), loader.batch_size) == ([[10, 11, 12]], 1, None)


class TestStreams:
    def test_batches(self) -> None:
        assert lists(DataLoader(Count(5), batch_size=2)) == [[0, 1], [2, 3], [4]]
        assert lists(DataLoader(Count(5), batch_size=2, drop_last=True)) == [[0, 1], [2, 3]]
        assert list(DataLoader(Count(3), batch_size=None)) == [0, 1, 2]

    def test_the_end_stays_the_end(self) -> None:
        batches = iter(DataLoader(Count(1), batch_size=2))
        next(batches)
        for _ in range(2):
            with pytest.raises(StopIteration):
                next(batches)

    def test_length(self) -> None:
        assert len(DataLoader(Count(5, length=5), batch_size=2)) == 3
        assert len(DataLoader(Count(5, length=5), batch_size=2, drop_last=True)) == 2
        assert len(DataLoader(Count(5, length=5), batch_size=None)) == 5
        with pytest.raises(TypeError, match="length unknown"):
            len(DataLoader(Count(5)))

    def test_more_than_promised_is_warned_of(self) -> None:
        loader = DataLoader(Count(3, length=1))
        assert len(loader) == 1
        batches = iter(loader)
        next(batches)
        with pytest.warns(UserWarning, match="reported to be 1 .* but 2 samples"):
            next(batches)

    @pytest.mark.parametrize(
        ("option", "value"), [("shuffle", True), ("sampler", [0]), ("batch_sampler", [[0]])]
    )
    def test_have_an_order_of_their_own(self, option: str, value: Any) -> None:
        with pytest.raises(ValueError, match=f"expected unspecified {option} option"):
            DataLoader(Count(3), **{option: value})


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size should be a positive integer value"),
        ({"batch_size": -1}, ValueError, "batch_size should be a positive integer value"),
        ({"batch_size": 1.5}, ValueError, "batch_size should be a positive integer value"),
        ({"num_workers": -1}, ValueError, "num_workers option should be non-negative"),
        ({"timeout": -1}, ValueError, "timeout option should be non-negative"),
        ({"prefetch_factor": 2}, ValueError, "could only be specified in multiprocessing"),
        ({"prefetch_factor": -2, "num_workers": 1}, ValueError, "should be non-negative"),
        ({"persistent_workers": True}, ValueError, "needs num_workers > 0"),
        ({"sampler": [0], "shuffle": True}, ValueError, "sampler option is mutually exclusive"),
        ({"batch_sampler": [[0]], "batch_size": 2}, ValueError, "batch_sampler option is mutually"),
        ({"batch_sampler": [[0]], "shuffle": True}, ValueError, "batch_sampler option is mutually"),
        ({"batch_sampler": [[0]], "drop_last": True}, ValueError, "batch_sampler option is mutual"),
        ({"batch_size": None, "drop_last": True}, ValueError, "disables auto-batching"),
        ({"drop_last": 1}, ValueError, "drop_last should be a boolean value"),
        ({"multiprocessing_context": "fork"}, ValueError, "can only be used with multi-process"),
        ({"batch_size": 2, "batchsize": 3}, TypeError, "both batch_size=2 and batchsize=3"),
    ],
)
def test_refused_options(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        DataLoader(range(4), **options)


@pytest.mark.parametrize(("context", "error"), [("telepathy", ValueError), (3, TypeError)])
def test_refused_contexts(context: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="multiprocessing_context option should"):
        DataLoader(range(4), num_workers=1, multiprocessing_context=context)


def test_shuffling_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="num_samples=0"):
        DataLoader([], shuffle=True)


def test_timeout_needs_workers() -> None:
    with pytest.raises(AssertionError, match="requires timeout == 0"):
        iter(DataLoader(range(4), timeout=3))


@pytest.mark.parametrize(
    "name", ["batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"]
)
def test_what_a_loader_is_made_of_stays(name: str) -> None:
    loader = DataLoader(range(4))
    with pytest.raises(ValueError, match=f"{name} attribute should not be set after DataLoader"):
        setattr(loader, name, None)
    loader.collate_fn = list
    assert next(iter(loader)) == [0]


def test_pin_memory_is_accepted_with_a_warning() -> None:
    loader = DataLoader(range(2), pin_memory=True)
    with pytest.warns(UserWarning, match="'pin_memory' argument is set as true but no accel"):
        assert lists(loader) == [[0], [1]]


def test_more_workers_than_processors_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="will create 4000 worker processes"):
        DataLoader(range(2), num_workers=4000)


def test_an_iterator_cannot_be_pickled() -> None:
    with pytest.raises(NotImplementedError, match="cannot be pickled"):
        pickle.dumps(iter(DataLoader(range(2))))


def test_an_iterator_has_the_length_of_its_loader() -> None:
    assert len(iter(DataLoader(range(5), batch_size=2))) == 3


class TestConveniences:
    """The spellings that PyTorch does not have."""

    def test_batchsize(self) -> None:
        loader = DataLoader(range(4), batchsize=3)
        assert (loader.batch_size, lists(loader)) == (3, [[0, 1, 2], [3]])

    def test_batchsize_is_checked(self) -> None:
        with pytest.raises(ValueError, match="batch_size should be a positive integer value"):
            DataLoader(range(4), batchsize=0)

    def test_transform_changes_the_input_only(self) -> None:
        pairs = [(1, 10), (2, 20)]
        ((x, y),) = DataLoader(pairs, batchsize=2, transform=lambda value: value * 100)
        assert (x.tolist(), y.tolist()) == ([100, 200], [10, 20])

    def test_transform_of_samples_without_target(self) -> None:
        assert lists(DataLoader(range(2), batchsize=2, transform=lambda v: v + 1)) == [[1, 2]]

    def test_transform_applies_to_gathered_tensors_too(self) -> None:
        data = TensorDataset(torch.ones(2, 3), torch.arange(2))
        ((x, y),) = DataLoader(data, batch_size=2, transform=lambda row: row * 2)
        assert (x.tolist(), y.tolist()) == ([[2.0] * 3] * 2, [0, 1])

    def test_transform_of_streams(self) -> None:
        assert lists(DataLoader(Count(2), batchsize=2, transform=lambda v: v + 1)) == [[1, 2]]
        assert list(DataLoader(Count(2), batch_size=None, transform=lambda v: v + 1)) == [1, 2]

    def test_transform_none_makes_tensors_of_images(self) -> None:
        images = [(np.full((2, 3), value, dtype=np.uint8), value) for value in (0, 255)]
        ((x, y),) = DataLoader(images, batchsize=2, transform=None)
        assert (tuple(x.shape), x.dtype) == ((2, 1, 2, 3), torch.float32)
        assert (x[1].min().item(), y.tolist()) == (1.0, [0, 255])

    def test_transform_none_leaves_the_rest(self) -> None:
        ((x, y),) = DataLoader([(1.5, 0), (2.5, 1)], batchsize=2, transform=None)
        assert (x.tolist(), y.tolist()) == ([1.5, 2.5], [0, 1])

    def test_without_transform_arrays_stay_bytes(self) -> None:
        images = [np.zeros((2, 3), dtype=np.uint8)]
        (x,) = DataLoader(images)
        assert (tuple(x.shape), x.dtype) == ((1, 2, 3), torch.uint8)
