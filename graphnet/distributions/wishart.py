"""The Wishart distribution of covariance matrices."""

from __future__ import annotations

import math
import warnings
from numbers import Number
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.chi2 import Chi2
from graphnet.distributions.covariance import WithCovariance, only_one
from graphnet.distributions.exp_family import ExponentialFamily
from graphnet.distributions.parameters import ONE
from graphnet.errors import ValueRangeError
from graphnet.functions.broadcasting import broadcast_shapes
from graphnet.functions.creation import tensor
from graphnet.functions.decompositions import cholesky_solve
from graphnet.functions.linalg import matmul
from graphnet.functions.ranges import arange, tril_indices
from graphnet.functions.rearranging import diag_embed
from graphnet.functions.sampling import randn
from graphnet.functions.special_functions import digamma, mvlgamma
from graphnet.ir.types import Size
from graphnet.linalg import slogdet

__all__ = ["Wishart"]


class Wishart(WithCovariance, ExponentialFamily):
    """Matrices as ``df`` normal vectors make them: the sum of their outer products.

    Args:
        df: the degrees of freedom, more than the number of rows less 1.
        covariance_matrix: of the vectors, positive definite.
        precision_matrix: its inverse.
        scale_tril: a lower triangle whose product with its transpose it is.
        validate_args: whether the parameters are checked.

    Raises:
        ValueRangeError: (a ValueError) not exactly one matrix is given, or something is out of
            range.

    Source: Odell and Feiveson 1966, "A numerical procedure to generate a sample covariance matrix"
    (Bartlett's decomposition); PyTorch's page ``Wishart``.

    >>> import graphnet as torch
    >>> torch.distributions.Wishart(torch.tensor(3.0), torch.eye(2)).mean
    tensor([[3., 0.],
            [0., 3.]])
    """

    arg_constraints = {
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
        "df": constraints.greater_than(0),
    }
    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0
    df: Tensor

    def __init__(
        self,
        df: Any,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        name, matrix = only_one(
            covariance_matrix=covariance_matrix,
            precision_matrix=precision_matrix,
            scale_tril=scale_tril,
        )
        if matrix.dim() < 2:
            raise ValueRangeError(
                "scale_tril must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        alone = isinstance(df, Number)
        batch = Size(matrix.shape[:-2] if alone else broadcast_shapes(matrix.shape[:-2], df.shape))
        self.df = tensor(df, dtype=matrix.dtype) if alone else df.expand(batch)
        rows = matrix.shape[-1]
        if (self.df <= rows - 1).any():
            raise ValueRangeError(
                f"Value of df={df} expected to be greater than ndim - 1 = {rows - 1}."
            )
        self._keep(name, matrix, batch)
        if (self.df < rows).any():
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for "
                "ndim - 1 < df < ndim.",
                stacklevel=2,
            )
        super().__init__(batch, matrix.shape[-2:], validate_args=validate_args)
        self._find_triangle(name, matrix)
        steps = arange(rows, dtype=matrix.dtype).expand((*batch, -1))
        self._dist_chi2 = Chi2(df=self.df.unsqueeze(-1) - steps)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        shape = Size(batch_shape)
        made.df = self.df.expand(shape)
        self._hand_on(made, shape)
        made._dist_chi2 = self._dist_chi2.expand((*shape, self.event_shape[-1]))
        return self._with_shape(shape, self.event_shape, made)

    @property
    def mean(self) -> Tensor:
        """``df`` times the covariance of the vectors."""
        found: Tensor = self.df.view((*self._batch_shape, 1, 1)) * self.covariance_matrix
        return found

    @property
    def mode(self) -> Tensor:
        """NaN if there are too few degrees of freedom."""
        factor = self.df - self.covariance_matrix.shape[-1] - 1
        factor = factor.masked_fill(factor <= 0, math.nan)
        found: Tensor = factor.view((*self._batch_shape, 1, 1)) * self.covariance_matrix
        return found

    @property
    def variance(self) -> Tensor:
        """That of each entry."""
        covariance = self.covariance_matrix
        diagonal = covariance.diagonal(dim1=-2, dim2=-1)
        squares = covariance.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2)
        found: Tensor = self.df.view((*self._batch_shape, 1, 1)) * squares
        return found

    def _bartlett(self, sample_shape: Any) -> Tensor:
        """A triangle of chi and of normal numbers, scaled and multiplied with its transpose."""
        rows = self._event_shape[-1]
        noise = diag_embed(self._dist_chi2.rsample(sample_shape).sqrt())
        i, j = tril_indices(rows, rows, offset=-1)
        below = (*sample_shape, *self._batch_shape, rows * (rows - 1) // 2)
        noise[..., i, j] = randn(below, dtype=noise.dtype)
        triangle = matmul(self._unbroadcasted_scale_tril, noise)
        return matmul(triangle, triangle.mT)

    def rsample(self, sample_shape: Any = ONE, max_try_correction: int | None = None) -> Tensor:
        """By Bartlett's decomposition; what is singular is drawn again, so many times at most.

        PyTorch takes its first draw for singular if it is not, and draws again: so is it done here,
        for the same seed to give the same values.
        """
        self._bartlett(Size(sample_shape))
        sample = self._bartlett(Size(sample_shape))
        for _ in range(10 if max_try_correction is None else max_try_correction):
            singular = self._singular(sample)
            if not singular.any():
                break
            warnings.warn("Singular sample detected.", stacklevel=2)
            sample[singular] = self._bartlett((int(singular.sum()),))
        return sample

    def _singular(self, sample: Tensor) -> Tensor:
        """Which samples, of whole batches, have a matrix that is not positive definite."""
        bad: Tensor = ~constraints.positive_definite.check(sample)
        dims = tuple(range(-len(self._batch_shape), 0))
        return bad.any(dim=dims) if dims else bad

    def _log_scale(self) -> Tensor:
        """Half the logarithm of the determinant of twice the covariance."""
        rows = self._event_shape[-1]
        diagonal = self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1)
        found: Tensor = rows * math.log(2) / 2 + diagonal.log().sum(-1)
        return found

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        rows = self._event_shape[-1]
        solved = cholesky_solve(value, self._unbroadcasted_scale_tril)
        trace = solved.diagonal(dim1=-2, dim2=-1).sum(dim=-1)
        density: Tensor = (
            -self.df * self._log_scale()
            - mvlgamma(self.df / 2, p=rows)
            + (self.df - rows - 1) / 2 * slogdet(value).logabsdet
            - trace / 2
        )
        return density

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        rows = self._event_shape[-1]
        steps = arange(rows, dtype=self.df.dtype) / 2
        digammas = digamma((self.df / 2).unsqueeze(-1) - steps).sum(-1)
        entropy: Tensor = (
            (rows + 1) * self._log_scale()
            + mvlgamma(self.df / 2, p=rows)
            - (self.df - rows - 1) / 2 * digammas
            + self.df * rows / 2
        )
        return entropy

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return 0.5 * self.df, -0.5 * self.precision_matrix

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        half, matrix = natural_params
        rows = self._event_shape[-1]
        determinant = slogdet(-2 * matrix).logabsdet
        found: Tensor = half * (-determinant + rows * math.log(2)) + mvlgamma(half, p=rows)
        return found
