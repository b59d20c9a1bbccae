"""The named tuples that functions with several results return: ``torch.return_types``.

They unpack like tuples, have their results as attributes and print as PyTorch's do.
"""

# ruff: noqa: N801  # the classes have PyTorch's names

from __future__ import annotations

from typing import Any, NamedTuple

from graphnet._tensor import Tensor


class Named:
    """Prints the fields of a named tuple."""

    def __repr__(self: Any) -> str:
        fields = ",\n".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"torch.return_types.{type(self).__name__}(\n{fields})"


class _ValuesAndIndicesFields(NamedTuple):
    values: Tensor
    indices: Tensor


class _ValuesAndIndices(Named, _ValuesAndIndicesFields):
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


class histogram(Named, _HistogramFields):
    """What :func:`graphnet.histogram` returns."""


class _HistogramddFields(NamedTuple):
    hist: Tensor
    bin_edges: tuple[Tensor, ...]


class histogramdd(Named, _HistogramddFields):
    """What :func:`graphnet.histogramdd` returns."""


class _AminmaxFields(NamedTuple):
    min: Tensor
    max: Tensor


class aminmax(Named, _AminmaxFields):
    """What :func:`graphnet.aminmax` returns."""


class _FrexpFields(NamedTuple):
    mantissa: Tensor
    exponent: Tensor


class frexp(Named, _FrexpFields):
    """What :func:`graphnet.frexp` returns."""


# ---------------------------------------------------------------------- matrices


class _SlogdetFields(NamedTuple):
    sign: Tensor
    logabsdet: Tensor


class slogdet(Named, _SlogdetFields):
    """What :func:`graphnet.slogdet` returns."""


class linalg_slogdet(Named, _SlogdetFields):
    """What :func:`graphnet.linalg.slogdet` returns."""


class _QrFields(NamedTuple):
    Q: Tensor
    R: Tensor


class qr(Named, _QrFields):
    """What :func:`graphnet.qr` returns."""


class linalg_qr(Named, _QrFields):
    """What :func:`graphnet.linalg.qr` returns."""


class _SvdFields(NamedTuple):
    U: Tensor
    S: Tensor
    V: Tensor


class svd(Named, _SvdFields):
    """What :func:`graphnet.svd` returns."""


class _LinalgSvdFields(NamedTuple):
    U: Tensor
    S: Tensor
    Vh: Tensor


class linalg_svd(Named, _LinalgSvdFields):
    """What :func:`graphnet.linalg.svd` returns."""


class _EigenFields(NamedTuple):
    eigenvalues: Tensor
    eigenvectors: Tensor


class linalg_eigh(Named, _EigenFields):
    """What :func:`graphnet.linalg.eigh` returns."""


class linalg_eig(Named, _EigenFields):
    """What :func:`graphnet.linalg.eig` returns."""


class _LuFields(NamedTuple):
    P: Tensor
    L: Tensor
    U: Tensor


class linalg_lu(Named, _LuFields):
    """What :func:`graphnet.linalg.lu` returns."""


class lu_unpack(Named, _LuFields):
    """What :func:`graphnet.lu_unpack` returns."""


class _LuFactorFields(NamedTuple):
    LU: Tensor
    pivots: Tensor


class linalg_lu_factor(Named, _LuFactorFields):
    """What :func:`graphnet.linalg.lu_factor` returns."""


class _LuFactorExFields(NamedTuple):
    LU: Tensor
    pivots: Tensor
    info: Tensor


class linalg_lu_factor_ex(Named, _LuFactorExFields):
    """What :func:`graphnet.linalg.lu_factor_ex` returns."""


class _lu_with_info(Named, _LuFactorExFields):
    """What :func:`graphnet.lu` returns when it is asked what went wrong."""


class _LdlFactorFields(NamedTuple):
    LD: Tensor
    pivots: Tensor


class linalg_ldl_factor(Named, _LdlFactorFields):
    """What :func:`graphnet.linalg.ldl_factor` returns."""


class _LdlFactorExFields(NamedTuple):
    LD: Tensor
    pivots: Tensor
    info: Tensor


class linalg_ldl_factor_ex(Named, _LdlFactorExFields):
    """What :func:`graphnet.linalg.ldl_factor_ex` returns."""


class _CholeskyExFields(NamedTuple):
    L: Tensor
    info: Tensor


class linalg_cholesky_ex(Named, _CholeskyExFields):
    """What :func:`graphnet.linalg.cholesky_ex` returns."""


class _InvExFields(NamedTuple):
    inverse: Tensor
    info: Tensor


class linalg_inv_ex(Named, _InvExFields):
    """What :func:`graphnet.linalg.inv_ex` returns."""


class _SolveExFields(NamedTuple):
    result: Tensor
    info: Tensor


class linalg_solve_ex(Named, _SolveExFields):
    """What :func:`graphnet.linalg.solve_ex` returns."""


class _LstsqFields(NamedTuple):
    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


class linalg_lstsq(Named, _LstsqFields):
    """What :func:`graphnet.linalg.lstsq` returns."""


class _GeqrfFields(NamedTuple):
    a: Tensor
    tau: Tensor


class geqrf(Named, _GeqrfFields):
    """What :func:`graphnet.geqrf` returns."""


class _TriangularSolveFields(NamedTuple):
    solution: Tensor
    cloned_coefficient: Tensor


class triangular_solve(Named, _TriangularSolveFields):
    """What :func:`graphnet.triangular_solve` returns."""
