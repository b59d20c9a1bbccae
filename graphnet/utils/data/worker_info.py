"""Which worker of a :class:`DataLoader` this process is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """Who a worker is.

    Attributes:
        id: number of this worker, from 0.
        num_workers: how many there are.
        seed: what this worker's generators were seeded with.
        dataset: this worker's own copy of the dataset.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


_this_process: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """Which worker this process is; None in the main process.

    >>> from graphnet.utils.data import get_worker_info
    >>> print(get_worker_info())
    None
    """
    return _this_process


def set_worker_info(info: WorkerInfo) -> None:
    """Called once by a worker process, about itself."""
    global _this_process  # noqa: PLW0603  # it is a fact about the whole process
    _this_process = info
