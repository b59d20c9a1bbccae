"""The named tuples that functions with several results return: ``torch.return_types``.

They unpack like tuples, have their results as attributes and print as PyTorch's do.
"""

# ruff: noqa: N801  # the classes have PyTorch's names

from __future__ import annotations

from typing import Any, NamedTuple

from graphnet._tensor import Tensor


class _Named:
    """Prints the fields of a named tuple."""

    def __repr__(self: Any) -> str:
        fields = ",\n".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"torch.return_types.{type(self).__name__}(\n{fields})"


class _ValuesAndIndicesFields(NamedTuple):
    values: Tensor
    indices: Tensor


class _ValuesAndIndices(_Named, _ValuesAndIndicesFields):
    pass


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


class _HistogramFields(NamedTuple):
    hist: Tensor
    bin_edges: Tensor


class histogram(_Named, _HistogramFields):
    """What :func:`graphnet.histogram` returns."""


class _AminmaxFields(NamedTuple):
    min: Tensor
    max: Tensor


class aminmax(_Named, _AminmaxFields):
    """What :func:`graphnet.aminmax` returns."""
