"""Training in several processes: ``torch.distributed``, which is not there.

Programs ask :func:`is_available` and :func:`is_initialized`, and go on alone.

Source: PyTorch's page ``torch.distributed``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from graphnet.errors import NotSupportedError, ValueRangeError
from graphnet.refusals import refusal

__all__ = [
    "all_gather",
    "all_reduce",
    "barrier",
    "broadcast",
    "destroy_process_group",
    "gather",
    "get_backend",
    "get_rank",
    "get_world_size",
    "init_process_group",
    "is_available",
    "is_initialized",
    "is_nccl_available",
    "recv",
    "reduce",
    "scatter",
    "send",
]


def is_available() -> bool:
    """False: a program trains in one process."""
    return False


def is_initialized() -> bool:
    """False: there is no group of processes."""
    return False


def is_nccl_available() -> bool:
    """False: there are no GPUs to speak with each other."""
    return False


init_process_group = refusal(
    "init_process_group",
    "Form a group of processes",
    NotSupportedError,
    "graphnet trains in one process",
    "run the program without its distributed options",
)


def _of_group(name: str, summary: str) -> Callable[..., NoReturn]:
    problem = (
        "Default process group has not been initialized, please make sure to call "
        "init_process_group."
    )
    return refusal(name, summary, ValueRangeError, problem, "ask is_initialized() first")


all_gather = _of_group("all_gather", "Collect tensors of all processes in each")
all_reduce = _of_group("all_reduce", "Reduce tensors of all processes")
barrier = _of_group("barrier", "Wait for all processes")
broadcast = _of_group("broadcast", "Send a tensor to all processes")
destroy_process_group = _of_group("destroy_process_group", "Dissolve the group")
gather = _of_group("gather", "Collect tensors of all processes in one")
get_backend = _of_group("get_backend", "How the processes speak with each other")
get_rank = _of_group("get_rank", "The number of this process")
get_world_size = _of_group("get_world_size", "How many processes there are")
recv = _of_group("recv", "Receive a tensor")
reduce = _of_group("reduce", "Reduce tensors of all processes in one")
scatter = _of_group("scatter", "Send a tensor to each process")
send = _of_group("send", "Send a tensor")
