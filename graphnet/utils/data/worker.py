"""What a worker process of a :class:`DataLoader` does: fetch what it is asked for, send it back."""

from __future__ import annotations

import multiprocessing
import os
import queue
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from graphnet.random import manual_seed
from graphnet.utils.data.failure import Failure
from graphnet.utils.data.fetch import Fetcher, StreamFetcher, Transform, make_fetcher
from graphnet.utils.data.wire import Frames, decode, encode, read, write
from graphnet.utils.data.worker_info import WorkerInfo, set_worker_info

if TYPE_CHECKING:
    from graphnet.utils.data.dataset import Dataset

# How often a worker makes sure that the process which started it is still there.
_PARENT_CHECK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What every worker of a loader is told when it starts; all of it can be pickled."""

    dataset: Dataset[Any]
    batched: bool
    collate_fn: Transform
    sample_transform: Transform | None
    drop_last: bool
    num_workers: int
    base_seed: int
    init_fn: Callable[[int], None] | None

    def make_fetcher(self) -> Fetcher:
        """A fetcher at the start of the dataset."""
        return make_fetcher(
            self.dataset,
            batched=self.batched,
            collate_fn=self.collate_fn,
            sample_transform=self.sample_transform,
            drop_last=self.drop_last,
        )


@dataclass(frozen=True, slots=True)
class Fetch:
    """Task: make the batch of these indices."""

    index: Any


@dataclass(frozen=True, slots=True)
class Rewind:
    """Task: a new pass begins; start streams again."""


@dataclass(frozen=True, slots=True)
class EndOfStream:
    """Result: this worker's stream has no more."""


def run_worker(
    worker_id: int,
    settings: WorkerSettings,
    tasks: Connection,
    results: Connection,
    stop: Connection,
) -> None:
    """The body of a worker process: answer tasks in order until told to stop.

    ``tasks`` brings :class:`Fetch` and :class:`Rewind`; each is answered once on ``results``.
    ``stop`` is one pipe for all workers: it turns readable when they are no longer wanted, and
    nobody reads it. Tasks that still wait then are not worth doing.
    """
    # Ctrl-C reaches every process of the group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _exit_with_parent()
    where = f"in DataLoader worker process {worker_id}"
    outbox = _Outbox(results, where)
    _introduce(worker_id, settings)
    source = _first_pass(worker_id, settings, where)
    while True:
        if stop in wait([tasks, stop]):
            return
        try:
            task = decode(read(tasks))
        except (EOFError, OSError):
            return  # the parent is gone
        if isinstance(task, Rewind):
            source = _new_pass(settings, where)
            outbox.put(task)
        elif isinstance(source, Failure):
            outbox.put(source)
        else:
            outbox.put(_answer(source, task, where))


def _first_pass(worker_id: int, settings: WorkerSettings, where: str) -> Fetcher | Failure:
    try:
        if settings.init_fn is not None:
            settings.init_fn(worker_id)
    except Exception as error:  # noqa: BLE001  # the user's code may raise anything: it is sent on
        return Failure.of(error, where)
    return _new_pass(settings, where)


def _new_pass(settings: WorkerSettings, where: str) -> Fetcher | Failure:
    try:
        return settings.make_fetcher()
    except Exception as error:  # noqa: BLE001  # the user's code may raise anything: it is sent on
        return Failure.of(error, where)


def _answer(fetcher: Fetcher, task: Fetch, where: str) -> Any:
    try:
        return fetcher.fetch(task.index)
    except Exception as error:  # noqa: BLE001  # the user's code may raise anything: it is sent on
        if isinstance(error, StopIteration) and isinstance(fetcher, StreamFetcher):
            return EndOfStream()
        return Failure.of(error, where)


def _introduce(worker_id: int, settings: WorkerSettings) -> None:
    """Seed this process's generators, each worker differently, and say who it is."""
    seed = settings.base_seed + worker_id
    random.seed(seed)
    manual_seed(seed)
    low, high = settings.base_seed & 0xFFFF_FFFF, settings.base_seed >> 32
    np.random.seed(np.random.SeedSequence([worker_id, low, high, 0]).generate_state(4))
    threadpool_limits(1)  # the workers share the processors already
    set_worker_info(WorkerInfo(worker_id, settings.num_workers, seed, settings.dataset))


def _exit_with_parent() -> None:
    """End this process when the one that started it dies, even in the middle of a fetch."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    started_by = os.getppid()

    def watch() -> None:
        # Either alone may not tell: the pipe behind join is inherited by workers that were started
        # later, and where there is a fork server, that is the parent.
        while parent.is_alive() and os.getppid() == started_by:
            parent.join(_PARENT_CHECK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


class _Outbox:
    """Sends results from a thread: the next batch is made while this one waits to be read."""

    def __init__(self, results: Connection, where: str) -> None:
        self._results = results
        self._where = where
        self._frames: queue.SimpleQueue[Frames] = queue.SimpleQueue()
        threading.Thread(target=self._send_all, name="results", daemon=True).start()

    def put(self, result: Any) -> None:
        """Queue a result; one that can't be pickled is sent as the failure that it is."""
        try:
            frames = encode(result)
        except Exception as error:  # noqa: BLE001  # as above, from a __reduce__
            frames = encode(Failure.of(error, self._where))
        self._frames.put(frames)

    def _send_all(self) -> None:
        while True:
            try:
                write(self._results, self._frames.get())
            except OSError:
                return  # the parent does not read any more
