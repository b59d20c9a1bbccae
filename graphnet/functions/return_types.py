"""The named tuples that functions with several results return: ``torch.return_types``.

They unpack like tuples, have their results as attributes and print as PyTorch's do.
"""

# ruff: noqa: N801  # the classes have PyTorch's names

from __future__ import annotations

from operator import itemgetter
from typing import Any, ClassVar, Self

from graphnet._tensor import Tensor


class Named(tuple[Any, ...]):
    """A tuple whose places have names: those that the class annotates.

    ``typing.NamedTuple`` would do, but to make these classes of it takes four times as long, at
    each import of the package.
    """

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        names = tuple(vars(cls).get("__annotations__", ()))
        if names:
            cls._fields = names
            for place, name in enumerate(names):
                setattr(cls, name, property(itemgetter(place)))

    def __new__(cls, *results: Any) -> Self:
        """One result for each field."""
        if len(results) != len(cls._fields):
            raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields, not {len(results)}")
        return super().__new__(cls, results)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    def __repr__(self) -> str:
        fields = ",\n".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"torch.return_types.{type(self).__name__}(\n{fields})"


class _ValuesAndIndices(Named):
    values: Tensor
    indices: Tensor


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


class histogram(Named):
    """What :func:`graphnet.histogram` returns."""

    hist: Tensor
    bin_edges: Tensor


class histogramdd(Named):
    """What :func:`graphnet.histogramdd` returns."""

    hist: Tensor
    bin_edges: tuple[Tensor, ...]


class aminmax(Named):
    """What :func:`graphnet.aminmax` returns."""

    min: Tensor
    max: Tensor


class frexp(Named):
    """What :func:`graphnet.frexp` returns."""

    mantissa: Tensor
    exponent: Tensor


# ---------------------------------------------------------------------- matrices


class _Slogdet(Named):
    sign: Tensor
    logabsdet: Tensor


class slogdet(_Slogdet):
    """What :func:`graphnet.slogdet` returns."""


class linalg_slogdet(_Slogdet):
    """What :func:`graphnet.linalg.slogdet` returns."""


class _Qr(Named):
    Q: Tensor
    R: Tensor


class qr(_Qr):
    """What :func:`graphnet.qr` returns."""


class linalg_qr(_Qr):
    """What :func:`graphnet.linalg.qr` returns."""


class svd(Named):
    """What :func:`graphnet.svd` returns."""

    U: Tensor
    S: Tensor
    V: Tensor


class linalg_svd(Named):
    """What :func:`graphnet.linalg.svd` returns."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class _Eigen(Named):
    eigenvalues: Tensor
    eigenvectors: Tensor


class linalg_eigh(_Eigen):
    """What :func:`graphnet.linalg.eigh` returns."""


class linalg_eig(_Eigen):
    """What :func:`graphnet.linalg.eig` returns."""


class _Lu(Named):
    P: Tensor
    L: Tensor
    U: Tensor


class linalg_lu(_Lu):
    """What :func:`graphnet.linalg.lu` returns."""


class lu_unpack(_Lu):
    """What :func:`graphnet.lu_unpack` returns."""


class linalg_lu_factor(Named):
    """What :func:`graphnet.linalg.lu_factor` returns."""

    LU: Tensor
    pivots: Tensor


class _LuFactorEx(Named):
    LU: Tensor
    pivots: Tensor
    info: Tensor


class linalg_lu_factor_ex(_LuFactorEx):
    """What :func:`graphnet.linalg.lu_factor_ex` returns."""


class _lu_with_info(_LuFactorEx):
    """What :func:`graphnet.lu` returns when it is asked what went wrong."""


class linalg_ldl_factor(Named):
    """What :func:`graphnet.linalg.ldl_factor` returns."""

    LD: Tensor
    pivots: Tensor


class linalg_ldl_factor_ex(Named):
    """What :func:`graphnet.linalg.ldl_factor_ex` returns."""

    LD: Tensor
    pivots: Tensor
    info: Tensor


class linalg_cholesky_ex(Named):
    """What :func:`graphnet.linalg.cholesky_ex` returns."""

    L: Tensor
    info: Tensor


class linalg_inv_ex(Named):
    """What :func:`graphnet.linalg.inv_ex` returns."""

    inverse: Tensor
    info: Tensor


class linalg_solve_ex(Named):
    """What :func:`graphnet.linalg.solve_ex` returns."""

    result: Tensor
    info: Tensor


class linalg_lstsq(Named):
    """What :func:`graphnet.linalg.lstsq` returns."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


class geqrf(Named):
    """What :func:`graphnet.geqrf` returns."""

    a: Tensor
    tau: Tensor


class triangular_solve(Named):
    """What :func:`graphnet.triangular_solve` returns."""

    solution: Tensor
    cloned_coefficient: Tensor
