"""Data parallelism over GPUs, of which there are none.

Source: PyTorch's page ``torch.nn.DataParallel``.
"""

from __future__ import annotations

from typing import Any

from graphnet.devices import DeviceError
from graphnet.nn.modules.module import Module


class DataParallel(Module):
    """A module that calls another one, as PyTorch's does on a machine without GPUs.

    >>> import graphnet as torch
    >>> model = torch.nn.DataParallel(torch.nn.Linear(3, 2))
    >>> model(torch.ones(4, 3)).shape, list(model.state_dict())
    (torch.Size([4, 2]), ['module.weight', 'module.bias'])
    """

    def __init__(
        self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[Any] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the module computes."""
        return self.module(*inputs, **kwargs)


def data_parallel(module: Module, inputs: Any, *args: Any, **kwargs: Any) -> Any:
    """Raises DeviceError, a RuntimeError: there are no devices to distribute the inputs to."""
    raise DeviceError("device type could not be determined", cure="call the module itself")
