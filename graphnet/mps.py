"""Apple's GPUs, which are not used: ``torch.mps``."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from graphnet.devices import DeviceError
from graphnet.refusals import refusal

__all__ = [
    "current_allocated_memory",
    "device_count",
    "driver_allocated_memory",
    "empty_cache",
    "is_available",
    "manual_seed",
    "seed",
    "synchronize",
]


def is_available() -> bool:
    """False: it is not there."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed a generator that nobody draws from, as PyTorch does where there is no such GPU."""


def seed() -> None:
    """Seed a generator that nobody draws from, from the operating system."""


def _without(name: str, summary: str, action: str) -> Callable[..., NoReturn]:
    problem = f"Cannot execute {action}() without MPS backend."
    cure = "ask torch.backends.mps.is_available() first"
    return refusal(name, summary, DeviceError, problem, cure)


synchronize = _without("synchronize", "Wait for the GPU", "deviceSynchronize")
empty_cache = _without("empty_cache", "Give memory back", "emptyCache")
current_allocated_memory = _without(
    "current_allocated_memory", "How much memory tensors take", "getCurrentAllocatedMemory"
)
driver_allocated_memory = _without(
    "driver_allocated_memory", "How much memory is taken", "getDriverAllocatedMemory"
)
