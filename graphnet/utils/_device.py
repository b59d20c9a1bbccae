"""The device that tensors are made on, as a mode: ``torch.utils._device``."""

from __future__ import annotations

from typing import Any, Self

from graphnet.devices import device as device_of
from graphnet.function_modes import BaseTorchFunctionMode

__all__ = ["DeviceContext"]


class DeviceContext(BaseTorchFunctionMode):
    """A block in which tensors are made on a device that are not told where.

    Raises:
        NotCompiledError, DeviceError: on entering, if the device is not there.

    >>> import graphnet as torch
    >>> from graphnet.utils._device import DeviceContext
    >>> with DeviceContext(torch.device("meta")):
    ...     torch.ones(2).device
    device(type='meta')
    """

    def __init__(self, device: Any) -> None:
        self.device = device_of(device)

    def __enter__(self) -> Self:
        self.device.__enter__()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self.device.__exit__(*error)
