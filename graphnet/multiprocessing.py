"""Processes: ``torch.multiprocessing``, which is :mod:`multiprocessing` with a few names more.

Tensors go to other processes by value, but for those whose memory was made to be shared with
:meth:`Tensor.share_memory_`.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing import *  # noqa: F403  # the same names
from multiprocessing.connection import wait
from typing import Any

from graphnet.errors import ValueRangeError

__all__ = [
    "ProcessExitedException",
    "ProcessRaisedException",
    "SpawnContext",
    "get_all_sharing_strategies",
    "get_sharing_strategy",
    "set_sharing_strategy",
    "spawn",
    "start_processes",
]
__all__ += multiprocessing.__all__

_STRATEGY = "file_descriptor"


def get_all_sharing_strategies() -> set[str]:
    """The ways to share memory that may be named."""
    return {"file_descriptor", "file_system"}


def get_sharing_strategy() -> str:
    """How memory is shared."""
    return _STRATEGY


def set_sharing_strategy(new_strategy: str) -> None:
    """Choose how memory is shared: there is one way, whatever it is called.

    Raises:
        ValueRangeError: it is none of PyTorch's.
    """
    if new_strategy not in get_all_sharing_strategies():
        raise ValueRangeError(f"there is no sharing strategy {new_strategy!r}")


class ProcessExitedException(RuntimeError):  # noqa: N818  # PyTorch's name
    """A process that ended with another exit code than 0."""


class ProcessRaisedException(ProcessExitedException):
    """A process that ended by an exception."""


class SpawnContext:
    """Processes that run one function, each with a number of its own."""

    def __init__(self, processes: list[Any]) -> None:
        self.processes = processes

    def pids(self) -> list[int]:
        """Their process ids."""
        return [process.pid for process in self.processes]

    def join(self, timeout: float | None = None) -> bool:
        """Wait for one to end; whether all have.

        Raises:
            ProcessExitedException: one failed. The others are stopped.
        """
        alive = {process.sentinel: process for process in self.processes if process.is_alive()}
        wait(list(alive), timeout)
        failed = [(i, p) for i, p in enumerate(self.processes) if p.exitcode not in (None, 0)]
        if not failed:
            return not any(process.is_alive() for process in self.processes)
        for process in self.processes:
            if process.is_alive():
                process.terminate()
            process.join()
        number, process = failed[0]
        raised = process.exitcode == 1
        kind = ProcessRaisedException if raised else ProcessExitedException
        how = "an exception, shown above" if raised else f"exit code {process.exitcode}"
        raise kind(f"process {number} terminated with {how}")


def start_processes(
    fn: Callable[..., Any],
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> SpawnContext | None:
    """Run ``fn(number, *args)`` in ``nprocs`` processes; wait for them unless told not to."""
    context: Any = multiprocessing.get_context(start_method)
    started = []
    for number in range(nprocs):
        process = context.Process(target=fn, args=(number, *args), daemon=daemon)
        process.start()
        started.append(process)
    running = SpawnContext(started)
    if not join:
        return running
    while not running.join():
        pass
    return None


def spawn(
    fn: Callable[..., Any],
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> SpawnContext | None:
    """Run ``fn(number, *args)`` in each of ``nprocs`` new processes.

    Source: PyTorch's page ``torch.multiprocessing``.
    """
    return start_processes(fn, args, nprocs, join, daemon, start_method)
