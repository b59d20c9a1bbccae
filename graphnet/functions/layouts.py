"""The names PyTorch has for how tensors lie in memory. Here all do in one way, and one format.

They are accepted wherever PyTorch takes them; all tensors made are contiguous, and strided but for
those that :func:`torch.sparse_coo_tensor` and `to_sparse` make.
"""

from __future__ import annotations

from typing import Final

from graphnet._tensor import Tensor

__all__ = [
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "jagged",
    "layout",
    "memory_format",
    "preserve_format",
    "sparse_bsc",
    "sparse_bsr",
    "sparse_coo",
    "sparse_csc",
    "sparse_csr",
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
    """How a tensor is stored: :data:`strided`, or by its coordinates: :data:`sparse_coo`."""


class memory_format(_Named):  # noqa: N801  # PyTorch's name
    """In which order the elements of a tensor lie in memory."""


strided: Final = layout("strided")
jagged: Final = layout("jagged")
sparse_bsc: Final = layout("sparse_bsc")
sparse_bsr: Final = layout("sparse_bsr")
sparse_coo: Final = layout("sparse_coo")
sparse_csc: Final = layout("sparse_csc")
sparse_csr: Final = layout("sparse_csr")
setattr(Tensor, "layout", strided)  # noqa: B010  # a class attribute, as methods are attached
contiguous_format: Final = memory_format("contiguous_format")
preserve_format: Final = memory_format("preserve_format")
channels_last: Final = memory_format("channels_last")
channels_last_3d: Final = memory_format("channels_last_3d")
