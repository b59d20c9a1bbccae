"""Loaders of other libraries, which describe themselves to the iterators as PyTorch's own do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

import graphnet as torch
from graphnet.utils.data.dataloader import (
    _BaseDataLoaderIter,
    _DatasetKind,
    _MultiProcessingDataLoaderIter,
    _SingleProcessDataLoaderIter,
)


class Source:
    """Gives its batches itself, and is its own dataset."""

    _auto_collation, drop_last, in_order = False, False, True
    _index_sampler, generator, prefetch_factor = itertools.count(), None, 2
    _dataset_kind = _DatasetKind.Iterable
    timeout, pin_memory, persistent_workers, worker_init_fn = 0, False, False, None
    multiprocessing_context = None

    def __init__(self, num_workers: int = 0) -> None:
        self.dataset, self.num_workers = self, num_workers

    def collate_fn(self, batch: Any) -> Any:
        """Nothing to collate."""
        return batch

    def __iter__(self) -> Iterator[torch.Tensor]:
        return iter(torch.arange(6).view(3, 2))


def test_it_is_read_in_this_process() -> None:
    read = _SingleProcessDataLoaderIter(Source())
    assert isinstance(read, _BaseDataLoaderIter)
    assert [batch.tolist() for batch in read] == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.timeout(60)
def test_it_is_read_by_a_worker() -> None:
    read = _MultiProcessingDataLoaderIter(Source(1))
    assert [batch.tolist() for batch in read] == [[0, 1], [2, 3], [4, 5]]


def test_by_index_it_gives_what_the_sampler_asks_for() -> None:
    loader = Source()
    loader._dataset_kind = _DatasetKind.Map
    loader.dataset, loader._index_sampler = [10, 20, 30], [2, 0]  # type: ignore[assignment]
    assert list(_SingleProcessDataLoaderIter(loader)) == [30, 10]
