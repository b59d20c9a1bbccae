"""Tensors without numbers, as PyTorch's compiler runs functions with.

Here every tensor is recorded before it has numbers; those on the device ``meta`` never get any.
"""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import NotSupportedError

__all__ = ["FakeTensor", "FakeTensorMode"]


class FakeTensor(Tensor):
    """A tensor without numbers that claims to be on another device. None is made."""


class FakeTensorMode:
    """A block in which all tensors are such. Making one raises NotSupportedError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotSupportedError(
            "FakeTensorMode: graphnet has no fake tensors", cure='use torch.device("meta")'
        )


def is_fake(x: object) -> bool:
    """Whether something is such a tensor: nothing is."""
    return isinstance(x, FakeTensor)
