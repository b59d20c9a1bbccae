"""``torch.cuda`` on a machine without a GPU: it says so, and refuses what needs one.

Source: PyTorch's page ``torch.cuda``, and what its build for CPUs does.
"""

from __future__ import annotations

from typing import Any

from graphnet.cuda import amp as amp
from graphnet.cuda import random as random
from graphnet.cuda.absent import (
    CURE,
    CUDAGraph,
    Event,
    Stream,
    StreamContext,
    device,
    device_of,
    graph,
    nothing,
    without_cuda,
)
from graphnet.cuda.random import (
    get_rng_state,
    get_rng_state_all,
    initial_seed,
    manual_seed,
    manual_seed_all,
    seed,
    seed_all,
    set_rng_state,
    set_rng_state_all,
)
from graphnet.cuda.tensor_types import (
    BFloat16Tensor,
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
)
from graphnet.devices import DeviceError
from graphnet.errors import OutOfMemoryError as OutOfMemoryError
from graphnet.refusals import refusal

__all__ = [
    "BFloat16Tensor",
    "BoolTensor",
    "ByteTensor",
    "CUDAGraph",
    "CharTensor",
    "DoubleTensor",
    "Event",
    "FloatTensor",
    "HalfTensor",
    "IntTensor",
    "LongTensor",
    "OutOfMemoryError",
    "ShortTensor",
    "Stream",
    "StreamContext",
    "amp",
    "can_device_access_peer",
    "current_device",
    "current_stream",
    "default_stream",
    "device",
    "device_count",
    "device_of",
    "empty_cache",
    "get_arch_list",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "get_rng_state",
    "get_rng_state_all",
    "graph",
    "init",
    "initial_seed",
    "ipc_collect",
    "is_available",
    "is_bf16_supported",
    "is_current_stream_capturing",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "max_memory_reserved",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "memory_stats",
    "memory_summary",
    "random",
    "reset_max_memory_allocated",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "set_rng_state",
    "set_rng_state_all",
    "stream",
    "synchronize",
]

_initialized = False

default_generators: tuple[Any, ...] = ()

current_device = without_cuda("current_device", "The number of the present GPU")
current_stream = without_cuda("current_stream", "The present stream")
default_stream = without_cuda("default_stream", "The default stream")
is_current_stream_capturing = refusal(
    "is_current_stream_capturing",
    "Whether work is being recorded",
    DeviceError,
    "Tried to instantiate dummy base class _cuda_isCurrentStreamCapturing",
    CURE,
)
get_device_capability = without_cuda("get_device_capability", "What a GPU can do")
get_device_name = without_cuda("get_device_name", "The name of a GPU")
get_device_properties = without_cuda("get_device_properties", "Facts about a GPU")
init = without_cuda("init", "Start CUDA")
ipc_collect = without_cuda("ipc_collect", "Free memory that was shared with other processes")
mem_get_info = without_cuda("mem_get_info", "The free and the total memory of a GPU")
memory_summary = without_cuda("memory_summary", "A report on the memory of a GPU")
reset_peak_memory_stats = without_cuda(
    "reset_peak_memory_stats", "Forget the most memory used so far"
)
reset_max_memory_allocated = without_cuda(
    "reset_max_memory_allocated", "Forget the most memory used"
)
set_device = without_cuda("set_device", "Choose a GPU")
synchronize = without_cuda("synchronize", "Wait for the GPU")
can_device_access_peer = without_cuda("can_device_access_peer", "Whether GPUs reach each other")

empty_cache = nothing("empty_cache", "Give memory back")


def is_available() -> bool:
    """False: there is no GPU.

    >>> import graphnet as torch
    >>> torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device(type='cpu')
    """
    return False


def is_initialized() -> bool:
    """False: there is nothing to start."""
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False: there is no GPU."""
    return False


def device_count() -> int:
    """0."""
    return 0


def get_arch_list() -> list[str]:
    """No architectures."""
    return []


def memory_stats(device: Any = None) -> dict[str, Any]:
    """No statistics."""
    return {}


def _no_bytes(device: Any = None) -> int:
    """0: no memory of a GPU is used."""
    return 0


memory_allocated = max_memory_allocated = memory_reserved = max_memory_reserved = _no_bytes


def stream(stream: Stream | None) -> StreamContext:
    """A block whose work goes to a stream; None for wherever it goes anyway."""
    return StreamContext(stream)
