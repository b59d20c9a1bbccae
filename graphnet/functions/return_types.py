"""The named tuples that functions with several results return: ``torch.return_types``.

They unpack like tuples, have their results as attributes and print as PyTorch's do.
"""

# ruff: noqa: N801  # the classes have PyTorch's names

from __future__ import annotations

from typing import NamedTuple

from graphnet.tensor import Tensor


class _ValuesAndIndices(NamedTuple):
    values: Tensor
    indices: Tensor

    def __repr__(self) -> str:
        fields = ",\n".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"torch.return_types.{type(self).__name__}(\n{fields})"


class sort(_ValuesAndIndices):
    """What :func:`graphnet.sort` returns."""


class topk(_ValuesAndIndices):
    """What :func:`graphnet.topk` returns."""


class kthvalue(_ValuesAndIndices):
    """What :func:`graphnet.kthvalue` returns."""


class median(_ValuesAndIndices):
    """What :func:`graphnet.median` returns for one dimension."""


class nanmedian(_ValuesAndIndices):
    """What :func:`graphnet.nanmedian` returns for one dimension."""


class mode(_ValuesAndIndices):
    """What :func:`graphnet.mode` returns."""


class cummax(_ValuesAndIndices):
    """What :func:`graphnet.cummax` returns."""


class cummin(_ValuesAndIndices):
    """What :func:`graphnet.cummin` returns."""


class max(_ValuesAndIndices):
    """What :func:`graphnet.max` returns for one dimension."""


class min(_ValuesAndIndices):
    """What :func:`graphnet.min` returns for one dimension."""


class histogram(NamedTuple):
    """What :func:`graphnet.histogram` returns."""

    hist: Tensor
    bin_edges: Tensor

    __repr__ = _ValuesAndIndices.__repr__  # type: ignore[assignment]  # it reads any fields


class aminmax(NamedTuple):
    """What :func:`graphnet.aminmax` returns."""

    min: Tensor
    max: Tensor

    __repr__ = _ValuesAndIndices.__repr__  # type: ignore[assignment]  # it reads any fields
