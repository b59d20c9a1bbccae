"""The names PyTorch has for how tensors lie in memory. Here there is one layout, and one format.

They are accepted wherever PyTorch takes them; all tensors made are strided, and contiguous.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "layout",
    "memory_format",
    "preserve_format",
    "strided",
]


class _Named:
    """A constant that shows as ``torch.name``."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> str:
        return self._name


class layout(_Named):  # noqa: N801  # PyTorch's name
    """How a tensor is stored: :data:`strided`."""


class memory_format(_Named):  # noqa: N801  # PyTorch's name
    """In which order the elements of a tensor lie in memory."""


strided: Final = layout("strided")
contiguous_format: Final = memory_format("contiguous_format")
preserve_format: Final = memory_format("preserve_format")
channels_last: Final = memory_format("channels_last")
channels_last_3d: Final = memory_format("channels_last_3d")
