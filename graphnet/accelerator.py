"""Whatever accelerator there is: ``torch.accelerator``. There is none.

Source: PyTorch's page ``torch.accelerator``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from graphnet.devices import DeviceError, device
from graphnet.refusals import refusal

__all__ = [
    "current_accelerator",
    "current_device_idx",
    "current_device_index",
    "current_stream",
    "device_count",
    "empty_cache",
    "is_available",
    "set_device_idx",
    "set_device_index",
    "synchronize",
]


def is_available() -> bool:
    """False: there is only the CPU.

    >>> import graphnet as torch
    >>> accelerator = torch.accelerator
    >>> accelerator.current_accelerator() if accelerator.is_available() else torch.device("cpu")
    device(type='cpu')
    """
    return False


def current_accelerator(check_available: bool = False) -> device | None:
    """None: there is only the CPU."""
    return None


def device_count() -> int:
    """0."""
    return 0


def _without(name: str, summary: str) -> Callable[..., NoReturn]:
    problem = "Cannot access accelerator device when none is available."
    cure = "ask torch.accelerator.is_available() first"
    return refusal(name, summary, DeviceError, problem, cure)


current_device_index = _without("current_device_index", "The number of the present accelerator")
current_device_idx = current_device_index
set_device_index = _without("set_device_index", "Choose an accelerator")
set_device_idx = set_device_index
current_stream = _without("current_stream", "The present stream of the accelerator")
synchronize = _without("synchronize", "Wait for the accelerator")
empty_cache = _without("empty_cache", "Give memory of the accelerator back")
