"""Devices: there is the CPU, and ``meta``, where tensors have no values.

Requests for others fail as PyTorch without a GPU does.
"""

from __future__ import annotations

import re
import threading
from importlib import import_module
from types import ModuleType
from typing import Any, Never, Self

from graphnet.errors import ArgumentError, GraphnetError, NotSupportedError

_TYPES = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga",
    "maia", "xla", "lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip
_NAME = re.compile(r"([a-z_]+)(?::(\d+))?")


class DeviceError(GraphnetError, RuntimeError):
    """A device that is not there."""


class NoDataError(NotSupportedError):
    """The values of a tensor on the device ``meta``, which has none."""

    def __init__(self, problem: str = "Cannot copy out of meta tensor; no data!") -> None:
        super().__init__(problem)


class NotCompiledError(GraphnetError, AssertionError):
    """A device, or something only such a device has, that PyTorch is built with or without."""


class device:  # noqa: N801  # PyTorch's name
    """Where tensors live. In a ``with`` statement, where those made in the block will live.

    >>> from graphnet.devices import device
    >>> device("cpu"), device("cuda:1").index
    (device(type='cpu'), 1)
    """

    # No dataclass: programs look into those for tensors to move.
    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        if isinstance(type, device):
            name, index = type.type, type.index
        elif isinstance(type, str):
            name, index = _parse(type, index)
        elif isinstance(type, int):
            raise DeviceError("Cannot access accelerator device when none is available.")
        else:
            raise ArgumentError(
                "device() received an invalid combination of arguments - got "
                f"({type.__class__.__name__})",
                cure='give a string such as "cpu" or "cuda:0"',
            )
        object.__setattr__(self, "type", name)
        object.__setattr__(self, "index", index)

    def __setattr__(self, attribute: str, value: object) -> Never:
        raise AttributeError(f"attribute '{attribute}' of 'torch.device' objects is not writable")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, device):
            return NotImplemented
        return (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        return (device, (self.type, self.index))

    def __repr__(self) -> str:
        inside = f"type={self.type!r}"
        return f"device({inside}{'' if self.index is None else f', index={self.index}'})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __enter__(self) -> Self:
        _this_thread.entered.append(_this_thread.default)
        _this_thread.default = check_device(self)
        return self

    def __exit__(self, *_: object) -> None:
        _this_thread.default = _this_thread.entered.pop()


def _parse(text: str, index: int | None) -> tuple[str, int | None]:
    if not text:
        raise DeviceError("Device string must not be empty")
    found = _NAME.fullmatch(text)
    if found is None:
        raise DeviceError(f"Invalid device string: {text!r}")
    if found[1] not in _TYPES:
        raise DeviceError(
            f"Expected one of {', '.join(_TYPES)} device type at start of device string: {text}"
        )
    return found[1], index if found[2] is None else int(found[2])


CPU = device("cpu")
META = device("meta")


class _ThisThread(threading.local):
    """Where tensors are made that are not told, and where before."""

    def __init__(self) -> None:
        self.default = CPU
        self.entered: list[device] = []


_this_thread = _ThisThread()


def check_device(wanted: Any) -> device:
    """The CPU or ``meta``, if that is what is wanted; what is made by default for None.

    Raises:
        NotCompiledError: (an AssertionError) CUDA or XPU is.
        DeviceError: (a RuntimeError) it is another.
    """
    if wanted is None:
        return _this_thread.default
    if wanted is CPU or wanted == "cpu":
        return CPU
    found = device(wanted)
    if found.type in ("cpu", "meta"):
        return found
    cure = 'use device="cpu"'
    if found.type in ("cuda", "xpu"):
        raise NotCompiledError(f"Torch not compiled with {found.type.upper()} enabled", cure=cure)
    raise DeviceError(f"PyTorch is not linked with support for {found.type} devices", cure=cure)


def get_device_module(device: Any = None) -> ModuleType:
    """The module of a device, as ``torch.cpu``.

    >>> import graphnet as torch
    >>> torch.get_device_module("cpu") is torch.cpu
    True
    """
    kind = "cpu" if device is None else globals()["device"](device).type
    return import_module(f"graphnet.{kind}")


def set_default_device(device: Any) -> None:
    """Say where tensors are made that are not told: on the CPU, or ``meta``; None for the CPU.

    Raises:
        NotCompiledError, DeviceError: it is to be another. (PyTorch raises at the first tensor.)

    >>> import graphnet as torch
    >>> torch.set_default_device("cpu")
    >>> torch.get_default_device()
    device(type='cpu')
    """
    _this_thread.default = CPU if device is None else check_device(device)


def get_default_device() -> device:
    """Where tensors are made that are not told: on the CPU, unless another place was named."""
    return _this_thread.default


def is_meta(wanted: Any) -> bool:
    """Whether a tensor that is wanted there, or anywhere for None, has no values."""
    found = check_device(wanted)
    return found is not CPU and found.type == "meta"
