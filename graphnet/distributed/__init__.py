"""Training in several processes: ``torch.distributed``, which is not there.

Programs ask :func:`is_available` and :func:`is_initialized`, and go on alone.

Source: PyTorch's page ``torch.distributed``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, NoReturn

from graphnet.distributed import device_mesh as device_mesh
from graphnet.distributed import fsdp as fsdp
from graphnet.distributed import tensor as tensor
from graphnet.distributed.absent import OfManyProcesses
from graphnet.errors import NotSupportedError, ValueRangeError
from graphnet.refusals import refusal

__all__ = [
    "GroupMember",
    "ProcessGroup",
    "ReduceOp",
    "all_gather",
    "all_gather_into_tensor",
    "all_gather_object",
    "all_reduce",
    "barrier",
    "broadcast",
    "broadcast_object_list",
    "destroy_process_group",
    "gather",
    "get_backend",
    "get_rank",
    "get_world_size",
    "group",
    "init_process_group",
    "irecv",
    "is_available",
    "is_gloo_available",
    "is_initialized",
    "is_mpi_available",
    "is_nccl_available",
    "isend",
    "new_group",
    "recv",
    "reduce",
    "reduce_scatter",
    "scatter",
    "send",
]


class ReduceOp(Enum):
    """How a reduction over all processes combines their tensors."""

    SUM = 0
    AVG = 1
    PRODUCT = 2
    MIN = 3
    MAX = 4
    BAND = 5
    BOR = 6
    BXOR = 7


class ProcessGroup(OfManyProcesses):
    """Processes that speak with each other."""


class GroupMember:
    """Groups of processes by name: there is none."""

    WORLD: Any = None


group = GroupMember


def is_available() -> bool:
    """False: a program trains in one process."""
    return False


def is_initialized() -> bool:
    """False: there is no group of processes."""
    return False


def is_nccl_available() -> bool:
    """False: there are no GPUs to speak with each other."""
    return False


def is_gloo_available() -> bool:
    """False: nothing speaks with other processes."""
    return False


def is_mpi_available() -> bool:
    """False: nothing speaks with other processes."""
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
all_gather_into_tensor = _of_group("all_gather_into_tensor", "Collect tensors in one, in each")
all_gather_object = _of_group("all_gather_object", "Collect objects of all processes in each")
all_reduce = _of_group("all_reduce", "Reduce tensors of all processes")
barrier = _of_group("barrier", "Wait for all processes")
broadcast = _of_group("broadcast", "Send a tensor to all processes")
broadcast_object_list = _of_group("broadcast_object_list", "Send objects to all processes")
destroy_process_group = _of_group("destroy_process_group", "Dissolve the group")
gather = _of_group("gather", "Collect tensors of all processes in one")
get_backend = _of_group("get_backend", "How the processes speak with each other")
get_rank = _of_group("get_rank", "The number of this process")
get_world_size = _of_group("get_world_size", "How many processes there are")
irecv = _of_group("irecv", "Receive a tensor some time")
isend = _of_group("isend", "Send a tensor some time")
new_group = _of_group("new_group", "Form a group of some of the processes")
recv = _of_group("recv", "Receive a tensor")
reduce = _of_group("reduce", "Reduce tensors of all processes in one")
reduce_scatter = _of_group("reduce_scatter", "Reduce tensors, and send each process one")
scatter = _of_group("scatter", "Send a tensor to each process")
send = _of_group("send", "Send a tensor")
