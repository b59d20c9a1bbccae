"""One pass over a :class:`DataLoader`: in this process, or by workers."""

from __future__ import annotations

import warnings
import weakref
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from graphnet.errors import GraphnetError
from graphnet.trace.recorder import current_recorder
from graphnet.utils.data.described import described
from graphnet.utils.data.failure import Failure
from graphnet.utils.data.fetch import make_fetcher
from graphnet.utils.data.sampler import draw_seed

if TYPE_CHECKING:
    from graphnet.utils.data.dataloader import DataLoader

T_co = TypeVar("T_co", covariant=True)


class LoaderError(GraphnetError, AssertionError):
    """Options with which a loader can be made, but not iterated."""


class LoaderIterator(Iterator[Any], Generic[T_co]):
    """What ``iter(loader)`` gives. Like PyTorch's, it draws one seed when it is made.

    It does not hold the loader, which may hold it.
    """

    def __init__(self, loader: DataLoader[T_co]) -> None:
        if loader.pin_memory:
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, "
                "then device pinned memory won't be used.",
                stacklevel=4,
            )
        self._begin_pass(loader)
        self._base_seed = draw_seed(loader.generator)
        self._timeout = loader.timeout

    def _begin_pass(self, loader: DataLoader[T_co]) -> None:
        self._index_sampler = loader.index_sampler
        self._indices = iter(self._index_sampler)
        self._promised = loader.promised_length
        self._yielded = 0

    def __iter__(self) -> LoaderIterator[T_co]:
        return self

    def __len__(self) -> int:
        return len(self._index_sampler)

    def __next__(self) -> Any:
        batch = self._next_batch()
        self._yielded += 1
        if self._promised is not None and self._yielded > self._promised:
            warnings.warn(
                f"Length of IterableDataset was reported to be {self._promised} (when accessing "
                f"len(dataloader)), but {self._yielded} samples have been fetched. With workers, "
                "each has a copy of the whole stream: its __iter__ has to ask get_worker_info() "
                "which part of it to give.",
                stacklevel=2,
            )
        return batch

    def _next_batch(self) -> Any:
        raise NotImplementedError

    def __getstate__(self) -> NoReturn:
        raise NotImplementedError(f"{type(self).__name__} cannot be pickled")


class InProcessIterator(LoaderIterator[T_co]):
    """Fetches every batch when it is asked for."""

    def __init__(self, loader: DataLoader[T_co]) -> None:
        loader = described(loader)
        super().__init__(loader)
        if self._timeout:
            raise LoaderError(
                f"a DataLoader without workers requires timeout == 0, not {self._timeout}",
                cure="leave timeout out, or give num_workers",
            )
        self._fetcher = make_fetcher(
            loader.dataset,
            batched=loader.batched,
            collate_fn=loader.collate_fn,
            sample_transform=loader.sample_transform,
            drop_last=loader.drop_last,
        )

    def _next_batch(self) -> Any:
        return self._fetcher.fetch(next(self._indices))


class WorkerIterator(LoaderIterator[T_co]):
    """Lets worker processes fetch ahead, ``prefetch_factor`` batches each.

    Batches go to the workers in turn and are taken back in the same turn, which is the order of the
    sampler (``in_order=False`` takes whichever is ready). A worker whose stream has ended drops out
    of the turn.
    """

    def __init__(self, loader: DataLoader[T_co]) -> None:
        # Worker processes bring in multiprocessing, which most programs never need.
        from graphnet.utils.data.pool import WorkerPool
        from graphnet.utils.data.worker import WorkerSettings

        loader = described(loader)
        super().__init__(loader)
        if not loader.prefetch_factor:
            raise LoaderError(
                "prefetch_factor must be greater than 0 for a DataLoader with workers"
            )
        self._workers = loader.num_workers
        self._ahead = loader.prefetch_factor * loader.num_workers
        self._in_order = loader.in_order
        self._persistent = loader.persistent_workers
        settings = WorkerSettings(
            dataset=loader.dataset,
            batched=loader.batched,
            collate_fn=loader.collate_fn,
            sample_transform=loader.sample_transform,
            drop_last=loader.drop_last,
            num_workers=loader.num_workers,
            base_seed=self._base_seed,
            init_fn=loader.worker_init_fn,
        )
        # A forked worker has a copy of what is recorded and not yet run, and would run it again.
        current_recorder().run("the workers of a DataLoader start")
        self._pool = WorkerPool(loader.worker_context(), settings)
        # Runs when this iterator is dropped (an early ``break``) and when Python exits.
        self.stop_workers = weakref.finalize(self, self._pool.close)
        self._fill()

    def rewind(self, loader: DataLoader[T_co]) -> None:
        """Begin another pass with the same workers."""
        from graphnet.utils.data.worker import Rewind

        self._begin_pass(loader)
        for worker in range(self._workers):
            self._pool.submit(worker, Rewind())
        for worker in range(self._workers):
            # What the pass before has left unread comes first.
            while not isinstance(self._pool.take([worker])[1], Rewind):
                continue
        self._fill()

    def _fill(self) -> None:
        self._exhausted: set[int] = set()
        self._turn = 0
        # The worker of every batch that is under way, in the order of the batches.
        self._under_way: deque[int] = deque()
        for _ in range(self._ahead):
            self._ask_for_one()

    def _ask_for_one(self) -> None:
        """Give the next batch, if there is one, to the worker whose turn it is."""
        from graphnet.utils.data.worker import Fetch

        order = [(self._turn + step) % self._workers for step in range(self._workers)]
        worker = next((one for one in order if one not in self._exhausted), None)
        if worker is None:
            return
        try:
            index = next(self._indices)
        except StopIteration:
            return
        self._turn = (worker + 1) % self._workers
        self._under_way.append(worker)
        self._pool.submit(worker, Fetch(index))

    def _next_batch(self) -> Any:
        from graphnet.utils.data.worker import EndOfStream

        while waiting := [one for one in self._under_way if one not in self._exhausted]:
            candidates = waiting[:1] if self._in_order else sorted(set(waiting))
            worker, answer = self._pool.take(candidates, self._timeout)
            self._under_way.remove(worker)
            if isinstance(answer, EndOfStream):
                self._exhausted.add(worker)
            self._ask_for_one()
            if isinstance(answer, Failure):
                answer.reraise()
            if not isinstance(answer, EndOfStream):
                return answer
        if not self._persistent:
            self.stop_workers()
        raise StopIteration
