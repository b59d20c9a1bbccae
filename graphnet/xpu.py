"""Intel's GPUs, which are not used: ``torch.xpu``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from graphnet.devices import NotCompiledError
from graphnet.refusals import refusal

__all__ = [
    "current_device",
    "device_count",
    "empty_cache",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "is_available",
    "is_bf16_supported",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "memory_allocated",
    "set_device",
    "synchronize",
]


def is_available() -> bool:
    """False: it is not there."""
    return False


def is_bf16_supported() -> bool:
    """False: it is not there."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed a generator that nobody draws from."""


manual_seed_all = manual_seed


def empty_cache() -> None:
    """Give memory back: none was taken."""


def memory_allocated(device: Any = None) -> int:
    """0: no memory of a GPU is used."""
    return 0


max_memory_allocated = memory_allocated


def _without(name: str, summary: str) -> Callable[..., NoReturn]:
    problem = "Torch not compiled with XPU enabled"
    return refusal(name, summary, NotCompiledError, problem, "ask torch.xpu.is_available() first")


current_device = _without("current_device", "The number of the present GPU")
get_device_capability = _without("get_device_capability", "What a GPU can do")
get_device_name = _without("get_device_name", "The name of a GPU")
get_device_properties = _without("get_device_properties", "Facts about a GPU")
set_device = _without("set_device", "Choose a GPU")
synchronize = _without("synchronize", "Wait for the GPU")
