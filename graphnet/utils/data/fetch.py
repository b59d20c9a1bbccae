"""From indices to a batch: fetch the samples, transform their inputs, collate them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from graphnet.utils.data.collate import default_collate, stacks_tensors
from graphnet.utils.data.dataset import Dataset, IterableDataset, Subset, TensorDataset
from graphnet.utils.data.trace_cuts import TraceCuts

Transform = Callable[[Any], Any]


class Fetcher(Protocol):
    """Makes the batch of the given indices (of one index, where the loader doesn't batch)."""

    def fetch(self, index: Any) -> Any:
        """The batch. Raises StopIteration at the end of a stream."""
        ...


class MapFetcher:
    """Fetches from a dataset that has ``__getitem__``."""

    def __init__(
        self,
        dataset: Any,
        batched: bool,
        collate_fn: Transform,
        sample_transform: Transform | None,
    ) -> None:
        self.dataset = dataset
        self.batched = batched
        self.collate_fn = collate_fn
        self.sample_transform = sample_transform
        self.cuts = TraceCuts()

    def fetch(self, index: Any) -> Any:
        """The batch at a list of indices, or the sample at one."""
        whole = self._gather(index) if self.batched else None
        if whole is not None:
            return whole
        with self.cuts:
            if not self.batched:
                sample = self.dataset[index]
                return self.collate_fn(_transformed([sample], self.sample_transform)[0])
            at_once = getattr(self.dataset, "__getitems__", None)
            if at_once:
                samples = at_once(index)
            else:
                samples = [self.cuts.after(self.dataset[one]) for one in index]
            return self.collate_fn(_transformed(samples, self.sample_transform))

    def _gather(self, indices: Any) -> Any:
        """The batch by one indexing operation a tensor, where nobody could tell the difference."""
        plain = self.collate_fn is default_collate and self.sample_transform is None
        if plain and isinstance(self.dataset, TensorDataset | Subset) and stacks_tensors():
            return self.dataset.gather(indices)
        return None


class StreamFetcher:
    """Fetches from an :class:`IterableDataset`; of the indices only their number counts."""

    def __init__(
        self,
        dataset: IterableDataset[Any],
        batched: bool,
        collate_fn: Transform,
        sample_transform: Transform | None,
        drop_last: bool,
    ) -> None:
        self.samples: Iterator[Any] = iter(dataset)
        self.batched = batched
        self.collate_fn = collate_fn
        self.sample_transform = sample_transform
        self.drop_last = drop_last
        self.ended = False
        self.cuts = TraceCuts()

    def fetch(self, index: Any) -> Any:
        """The next batch, or the next sample."""
        if self.ended:
            raise StopIteration
        with self.cuts:
            if not self.batched:
                sample = next(self.samples)
                return self.collate_fn(_transformed([sample], self.sample_transform)[0])
            batch = []
            for _ in index:
                try:
                    batch.append(self.cuts.after(next(self.samples)))
                except StopIteration:
                    self.ended = True
                    break
            if not batch or (self.drop_last and len(batch) < len(index)):
                raise StopIteration
            return self.collate_fn(_transformed(batch, self.sample_transform))


def make_fetcher(
    dataset: Dataset[Any],
    *,
    batched: bool,
    collate_fn: Transform,
    sample_transform: Transform | None,
    drop_last: bool,
) -> Fetcher:
    """The fetcher for this kind of dataset. A stream is started here."""
    if isinstance(dataset, IterableDataset):
        return StreamFetcher(dataset, batched, collate_fn, sample_transform, drop_last)
    return MapFetcher(dataset, batched, collate_fn, sample_transform)


def _transformed(samples: list[Any], transform: Transform | None) -> list[Any]:
    return samples if transform is None else [transform(sample) for sample in samples]
