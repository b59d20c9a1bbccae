"""Loaders of other libraries that describe themselves to PyTorch's iterators as its own do."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from graphnet.utils.data.dataset import IterableDataset


class DatasetKind(IntEnum):
    """How samples are got: by index, or one after the other."""

    Map = 0
    Iterable = 1


class _Stream(IterableDataset[Any]):
    """Something that gives samples one after the other, whatever class it is of."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __iter__(self) -> Iterator[Any]:
        return iter(self._source)


class DescribedLoader:
    """A loader by the names that :class:`~graphnet.utils.data.DataLoader` has for its parts.

    Args:
        loader: what has PyTorch's names for them: ``_index_sampler``, ``_auto_collation``,
            ``_dataset_kind``.
    """

    promised_length = None
    sample_transform = None
    in_order = True

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self.index_sampler = loader._index_sampler
        self.batched = loader._auto_collation
        streams = loader._dataset_kind == DatasetKind.Iterable
        self.dataset = _Stream(loader.dataset) if streams else loader.dataset

    def worker_context(self) -> Any:
        """How its workers are started."""
        import multiprocessing  # which most programs never need

        return self._loader.multiprocessing_context or multiprocessing.get_context()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def described(loader: Any) -> Any:
    """A loader as its iterators ask for it."""
    return loader if hasattr(loader, "index_sampler") else DescribedLoader(loader)
