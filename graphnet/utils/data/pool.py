"""The worker processes of a :class:`DataLoader`, seen from the process that uses them.

Each worker has a pipe of its own in each direction, so there is no lock that a dying worker could
keep, and answers of one worker arrive in the order of its tasks.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection
from multiprocessing.connection import Connection, wait
from typing import Any

from graphnet.errors import GraphnetError
from graphnet.utils.data.wire import Frames, decode, encode, read, write
from graphnet.utils.data.worker import Fetch, Rewind, WorkerSettings, run_worker

# How long workers may take to notice that they are no longer wanted before they are stopped.
_GRACE_SECONDS = 5.0


class WorkerError(GraphnetError, RuntimeError):
    """A worker that died or did not answer in time."""


class WorkerPool:
    """Started workers. :meth:`submit` gives one a task, :meth:`take` waits for an answer."""

    def __init__(self, context: Any, settings: WorkerSettings) -> None:
        self._owner = os.getpid()
        self._closed = False
        self._processes: list[Any] = []
        self._tasks: list[Connection] = []
        self._results: list[Connection] = []
        self._stop_seen_by_workers, self._stop = context.Pipe(duplex=False)
        try:
            for worker in range(settings.num_workers):
                self._start(context, worker, settings)
        except BaseException:
            self.close()
            raise

    def _start(self, context: Any, worker: int, settings: WorkerSettings) -> None:
        their_tasks, our_tasks = context.Pipe(duplex=False)
        our_results, their_results = context.Pipe(duplex=False)
        self._tasks.append(our_tasks)
        self._results.append(our_results)
        process = context.Process(
            target=run_worker,
            args=(worker, settings, their_tasks, their_results, self._stop_seen_by_workers),
            name=f"DataLoader worker {worker}",
            daemon=True,
        )
        try:
            process.start()
        finally:
            their_tasks.close()
            their_results.close()
        self._processes.append(process)

    @property
    def pids(self) -> list[int]:
        """The process ids, by worker."""
        return [process.pid for process in self._processes]

    def submit(self, worker: int, task: Fetch | Rewind) -> None:
        """Give a worker a task."""
        try:
            write(self._tasks[worker], encode(task))
        except OSError:
            # The worker is dead. The answers it has sent before are still good; :meth:`take`
            # tells when they are used up.
            return

    def take(self, workers: Collection[int], timeout: float = 0) -> tuple[int, Any]:
        """The next answer of the first of these workers to have one: whose it is, and the answer.

        Raises RuntimeError after ``timeout`` seconds (0: never) and when a worker has died.
        """
        if self._closed:
            raise WorkerError("the workers of this DataLoader iterator have been stopped")
        owners = {self._results[worker]: worker for worker in workers}
        deaths = [self._processes[worker].sentinel for worker in workers]
        ready = wait([*owners, *deaths], timeout or None)
        if not ready:
            raise WorkerError(
                f"DataLoader timed out after {timeout} seconds",
                cure="raise timeout, or look for what keeps the dataset busy",
            )
        answered = sorted(owners[source] for source in ready if source in owners)
        if not answered:
            # A last answer may have come between the look at the pipe and the death.
            answered = [worker for worker in workers if self._results[worker].poll()]
        if not answered:
            raise self._death_of(next(w for w in workers if self._processes[w].sentinel in ready))
        return answered[0], decode(self._read(answered[0]))

    def _read(self, worker: int) -> Frames:
        try:
            return read(self._results[worker])
        except (EOFError, ConnectionError):
            raise self._death_of(worker) from None
        except BaseException:
            # Interrupted in the middle of an answer: what follows in the pipe has lost its meaning.
            self.close()
            raise

    def _death_of(self, worker: int) -> WorkerError:
        process = self._processes[worker]
        process.join(_GRACE_SECONDS)
        code = process.exitcode
        if code is not None and code < 0:
            how = f"it was killed by {signal.Signals(-code).name}"
        else:
            how = f"its exit code is {code}"
        return WorkerError(
            f"DataLoader worker (pid(s) {process.pid}) exited unexpectedly: {how}",
            cure="use num_workers=0 to see an error of the dataset where it happens; a worker that "
            "was killed by SIGKILL has most likely run out of memory",
        )

    def close(self) -> None:
        """Stop the workers and wait until they are gone. May be called again."""
        # A forked child holds a copy of this object, but the workers are not its own.
        if self._closed or os.getpid() != self._owner:
            return
        self._closed = True
        try:
            self._stop.send_bytes(b"stop")
            deadline = time.monotonic() + _GRACE_SECONDS
            for process in self._processes:
                process.join(max(0.0, deadline - time.monotonic()))
        finally:
            self._end_processes()
            for connection in (
                *self._tasks,
                *self._results,
                self._stop,
                self._stop_seen_by_workers,
            ):
                connection.close()

    def _end_processes(self) -> None:
        for process in self._processes:
            if process.is_alive():
                process.terminate()
        for process in self._processes:
            process.join(_GRACE_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
