"""The loader that makes batches of a dataset."""

from __future__ import annotations

import itertools
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.utils.data.collate import default_collate, default_convert
from graphnet.utils.data.dataset import IterableDataset
from graphnet.utils.data.described import DatasetKind
from graphnet.utils.data.iterators import InProcessIterator, LoaderIterator, WorkerIterator
from graphnet.utils.data.sample_transform import InputTransform
from graphnet.utils.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler
from graphnet.utils.data.worker_info import get_worker_info

if TYPE_CHECKING:
    from graphnet.random import Generator

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]

T_co = TypeVar("T_co", covariant=True)

_NOT_GIVEN: Final[Any] = object()

# What a loader was made with. To change one of these, make another loader.
_FIXED = frozenset(
    {"batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"}
)


class _Endless(Sampler[None]):
    """The indices of a stream: there is always another, and it says nothing."""

    def __iter__(self) -> Iterator[None]:
        return itertools.repeat(None)


#: PyTorch's names of these, for loaders of other libraries.
_DatasetKind = DatasetKind
_BaseDataLoaderIter = LoaderIterator
_SingleProcessDataLoaderIter = InProcessIterator
_MultiProcessingDataLoaderIter = WorkerIterator

#: What makes a batch of a list of samples, for annotations.
_collate_fn_t = Callable[[list[Any]], Any]


class DataLoader(Generic[T_co]):
    """Batches of a dataset, in order or shuffled, made here or by worker processes.

    Arguments, their defaults and their errors are those of ``torch.utils.data.DataLoader``, and a
    shuffled loader visits the samples in PyTorch's order after the same ``manual_seed``.

    Args:
        dataset: anything with ``__getitem__`` and ``__len__``, or an :class:`IterableDataset`.
        batch_size: samples a batch; None gives single samples, converted but not batched.
        shuffle: visit the samples in a new random order on every pass.
        sampler: the order of the indices, instead of ``shuffle``.
        batch_sampler: gives lists of indices; instead of ``batch_size``, ``shuffle``, ``sampler``
            and ``drop_last``.
        num_workers: worker processes; 0 makes the batches in this one.
        collate_fn: makes a batch of a list of samples (:func:`default_collate`).
        pin_memory, pin_memory_device: accepted; there is no device to pin memory for.
        drop_last: leave out a last batch that is not full.
        timeout: seconds to wait for a batch of a worker; 0 waits for ever.
        worker_init_fn: called with the worker's number in each worker after it has been seeded.
        multiprocessing_context: a start method (``"fork"``, ``"spawn"``, ``"forkserver"``) or a
            context of :mod:`multiprocessing`; the default is Python's own.
        generator: where the random order and the workers' seeds are drawn from.
        prefetch_factor: batches each worker makes ahead; 2 when there are workers.
        persistent_workers: keep the workers for the next pass.
        in_order: give batches in the order of the sampler even when a later one is ready.
        batchsize: another spelling of ``batch_size``, for programs written that way.
        transform: a convenience PyTorch doesn't have: applied to the input (the first entry) of
            each sample before the batch is made. ``transform=None``, written out, does the least
            that makes a batch of images: it makes tensors of them, as ``ToTensor`` does.

    Raises ValueError and TypeError for arguments that exclude each other or are out of range, in
    particular for a batch size below 1 and for shuffling an empty dataset.

    >>> import graphnet as torch
    >>> from graphnet.utils.data import DataLoader
    >>> for batch in DataLoader(range(5), batch_size=2):
    ...     print(batch)
    tensor([0, 1])
    tensor([2, 3])
    tensor([4])
    >>> _ = torch.manual_seed(0)
    >>> [batch.tolist() for batch in DataLoader(range(5), batch_size=2, shuffle=True)]
    [[1, 4], [2, 3], [0]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
        batchsize: int = _NOT_GIVEN,
        transform: Callable[[Any], Any] | None = _NOT_GIVEN,
    ) -> None:
        if batchsize is not _NOT_GIVEN:
            if batch_size != 1:
                raise ArgumentError(
                    f"DataLoader got both batch_size={batch_size} and batchsize={batchsize}",
                    cure="they mean the same: give one of them",
                )
            batch_size = batchsize
        self.dataset = dataset
        self.num_workers = num_workers
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.generator = generator
        self.in_order = in_order
        self.prefetch_factor = self._checked_worker_options(prefetch_factor, persistent_workers)
        self.persistent_workers = persistent_workers
        self.multiprocessing_context = multiprocessing_context
        self._check_order(batch_size, shuffle, sampler, batch_sampler, drop_last)
        if sampler is None:
            sampler = self._default_sampler(bool(shuffle))
        if batch_sampler is not None:
            batch_size = None
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        if collate_fn is None:
            collate_fn = default_collate if self.batched else default_convert
        self.collate_fn = collate_fn
        self.sample_transform = None if transform is _NOT_GIVEN else InputTransform(transform)
        self.promised_length: int | None = None
        self._kept: WorkerIterator[T_co] | None = None
        self._initialized = True
        self.check_worker_number_rationality()

    def _checked_worker_options(
        self, prefetch_factor: int | None, persistent_workers: bool
    ) -> int | None:
        if self.num_workers < 0:
            raise ValueRangeError(
                "num_workers option should be non-negative; "
                "use num_workers=0 to disable multiprocessing."
            )
        if self.timeout < 0:
            raise ValueRangeError("timeout option should be non-negative")
        if self.num_workers == 0 and prefetch_factor is not None:
            raise ValueRangeError(
                "prefetch_factor option could only be specified in multiprocessing."
                "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to "
                "None."
            )
        if self.num_workers > 0 and prefetch_factor is None:
            prefetch_factor = 2
        if prefetch_factor is not None and prefetch_factor < 0:
            raise ValueRangeError("prefetch_factor option should be non-negative")
        if persistent_workers and self.num_workers == 0:
            raise ValueRangeError("persistent_workers option needs num_workers > 0")
        return prefetch_factor

    def _check_order(
        self,
        batch_size: int | None,
        shuffle: bool | None,
        sampler: Iterable[Any] | None,
        batch_sampler: Iterable[Any] | None,
        drop_last: bool,
    ) -> None:
        """Refuse options that contradict each other about the order of the samples."""
        if isinstance(self.dataset, IterableDataset):
            given = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
            for option, value in given.items():
                if value is not None:
                    raise ValueRangeError(
                        f"DataLoader with IterableDataset: expected unspecified {option} option, "
                        f"but got {option}={value}",
                        cure="a stream has its own order: shuffle inside its __iter__",
                    )
        if sampler is not None and shuffle:
            raise ValueRangeError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueRangeError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, "
                    "sampler, and drop_last"
                )
        elif batch_size is None and drop_last:
            raise ValueRangeError(
                "batch_size=None option disables auto-batching and is mutually exclusive with "
                "drop_last"
            )

    def _default_sampler(self, shuffle: bool) -> Sampler[Any]:
        if isinstance(self.dataset, IterableDataset):
            return _Endless()
        if shuffle:
            return RandomSampler(self.dataset, generator=self.generator)
        return SequentialSampler(self.dataset)

    @property
    def batched(self) -> bool:
        """Whether samples are put together into batches."""
        return self.batch_sampler is not None

    @property
    def index_sampler(self) -> Any:
        """What gives the indices of one fetch after the other."""
        return self.batch_sampler if self.batched else self.sampler

    @property
    def multiprocessing_context(self) -> Any:
        """How workers are started: a context of :mod:`multiprocessing`, or None for the default."""
        return self._multiprocessing_context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context: Any) -> None:
        if context is not None:
            context = self._checked_context(context)
        self._multiprocessing_context = context

    def _checked_context(self, context: Any) -> Any:
        import multiprocessing
        from multiprocessing.context import BaseContext

        if self.num_workers == 0:
            raise ValueRangeError(
                "multiprocessing_context can only be used with multi-process loading "
                f"(num_workers > 0), but got num_workers={self.num_workers}"
            )
        if isinstance(context, str):
            methods = multiprocessing.get_all_start_methods()
            if context not in methods:
                raise ValueRangeError(
                    "multiprocessing_context option should specify a valid start method in "
                    f"{methods!r}, but got multiprocessing_context={context!r}"
                )
            return multiprocessing.get_context(context)
        if not isinstance(context, BaseContext):
            raise ArgumentError(
                "multiprocessing_context option should be a valid context object or a string "
                f"specifying the start method, but got multiprocessing_context={context}"
            )
        return context

    def worker_context(self) -> Any:
        """The context workers are started with."""
        import multiprocessing

        return self._multiprocessing_context or multiprocessing.get_context()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and getattr(self, "_initialized", False):
            raise ValueRangeError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized",
                cure="make another loader",
            )
        super().__setattr__(name, value)

    def __iter__(self) -> LoaderIterator[T_co]:
        if self.num_workers == 0:
            return InProcessIterator(self)
        if not self.persistent_workers:
            self.check_worker_number_rationality()
            return WorkerIterator(self)
        if self._kept is None or not self._kept.stop_workers.alive:
            self._kept = WorkerIterator(self)
        else:
            self._kept.rewind(self)
        return self._kept

    def __len__(self) -> int:
        """The number of batches. Raises TypeError for a stream without ``__len__``."""
        if not isinstance(self.dataset, IterableDataset):
            return len(self.index_sampler)
        samples = len(self.dataset)  # type: ignore[arg-type]
        self.promised_length = samples
        if self.batch_size is None:
            return samples
        return (
            samples // self.batch_size if self.drop_last else math.ceil(samples / self.batch_size)
        )

    def check_worker_number_rationality(self) -> None:
        """Warn of more workers than there are processors for them."""
        if not self.num_workers:
            return
        counted = hasattr(os, "sched_getaffinity")
        processors = len(os.sched_getaffinity(0)) if counted else os.cpu_count()
        if processors is not None and self.num_workers > processors:
            warnings.warn(
                f"This DataLoader will create {self.num_workers} worker processes in total. "
                f"Our suggested max number of worker in current system is {processors}"
                f"{'' if counted else ' (`cpuset` is not taken into account)'}, which is smaller "
                "than what this DataLoader is going to create. Please be aware that excessive "
                "worker creation might get DataLoader running slow or even freeze, lower the "
                "worker number to avoid potential slowness/freeze if necessary.",
                stacklevel=3,
            )
