"""The multivariate normal distribution with a covariance of low rank, plus a diagonal."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.multivariate_normal import squared_distance
from graphnet.distributions.parameters import ONE, lazy_property, standard_normal
from graphnet.errors import ValueRangeError
from graphnet.functions.broadcasting import broadcast_tensors
from graphnet.functions.linalg import matmul
from graphnet.functions.ranges import eye
from graphnet.functions.rearranging import diag_embed
from graphnet.linalg import cholesky, solve_triangular

__all__ = ["LowRankMultivariateNormal"]


class LowRankMultivariateNormal(Distribution):
    """Vectors of normal numbers with covariance ``cov_factor @ cov_factor.T + diag(cov_diag)``.

    Matrices to be factored have as many rows as the factor has columns, which are few.

    Args:
        loc: the mean.
        cov_factor: as many rows as the mean, and few columns.
        cov_diag: the diagonal.
        validate_args: whether the parameters are checked.

    Raises:
        ValueRangeError: (a ValueError) the shapes do not fit, or something is out of range.

    Source: PyTorch's page ``LowRankMultivariateNormal``.

    >>> import graphnet as torch
    >>> factor, diagonal = torch.tensor([[1.0], [0.0]]), torch.ones(2)
    >>> torch.distributions.LowRankMultivariateNormal(torch.zeros(2), factor, diagonal).variance
    tensor([2., 1.])
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True
    loc: Tensor
    cov_factor: Tensor
    cov_diag: Tensor

    def __init__(
        self, loc: Tensor, cov_factor: Tensor, cov_diag: Tensor, validate_args: bool | None = None
    ) -> None:
        if loc.dim() < 1:
            raise ValueRangeError("loc must be at least one-dimensional.")
        event = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueRangeError(
                "cov_factor must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        if cov_factor.shape[-2:-1] != event:
            raise ValueRangeError(
                f"cov_factor must be a batch of matrices with shape {event[0]} x m"
            )
        if cov_diag.shape[-1:] != event:
            raise ValueRangeError(f"cov_diag must be a batch of vectors with shape {event}")
        try:
            mean, self.cov_factor, diagonal = broadcast_tensors(
                loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1)
            )
        except RuntimeError as error:
            raise ValueRangeError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, "
                f"cov_diag {cov_diag.shape}"
            ) from error
        self.loc, self.cov_diag = mean[..., 0], diagonal[..., 0]
        super().__init__(self.loc.shape[:-1], event, validate_args=validate_args)
        self._unbroadcasted_cov_factor = cov_factor
        self._unbroadcasted_cov_diag = cov_diag
        small = matmul(cov_factor.mT / cov_diag.unsqueeze(-2), cov_factor)
        #: The triangle of ``I + W.T D^-1 W``, by which all about the covariance is computed.
        self._capacitance_tril = cholesky(small + eye(small.shape[-1], dtype=small.dtype))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        shape = (*batch_shape, *self.event_shape)
        made.loc, made.cov_diag = self.loc.expand(shape), self.cov_diag.expand(shape)
        made.cov_factor = self.cov_factor.expand((*shape, self.cov_factor.shape[-1]))
        made._unbroadcasted_cov_factor = self._unbroadcasted_cov_factor
        made._unbroadcasted_cov_diag = self._unbroadcasted_cov_diag
        made._capacitance_tril = self._capacitance_tril
        return self._with_shape(batch_shape, self.event_shape, made)

    @property
    def mean(self) -> Tensor:
        """``loc``."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        return self.loc

    @lazy_property
    def variance(self) -> Any:
        """That of each entry."""
        squares = self._unbroadcasted_cov_factor.pow(2).sum(-1)
        found = squares + self._unbroadcasted_cov_diag
        return found.expand((*self._batch_shape, *self._event_shape))

    def _over_batch(self, matrix: Tensor) -> Tensor:
        expanded: Tensor = matrix.expand(
            (*self._batch_shape, *self._event_shape, *self._event_shape)
        )
        return expanded

    @lazy_property
    def covariance_matrix(self) -> Any:
        """The covariance."""
        factor = self._unbroadcasted_cov_factor
        return self._over_batch(
            matmul(factor, factor.mT) + diag_embed(self._unbroadcasted_cov_diag)
        )

    @lazy_property
    def scale_tril(self) -> Any:
        """Its lower triangle, found beside a diagonal of ones, which is numerically stable."""
        root = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1)
        scaled = self._unbroadcasted_cov_factor / root
        whole = matmul(scaled, scaled.mT)
        return self._over_batch(root * cholesky(whole + eye(whole.shape[-1], dtype=whole.dtype)))

    @lazy_property
    def precision_matrix(self) -> Any:
        """Its inverse, by Woodbury's formula."""
        solved = self._solved()
        inverse = diag_embed(self._unbroadcasted_cov_diag.reciprocal())
        return self._over_batch(inverse - matmul(solved.mT, solved))

    def _solved(self) -> Tensor:
        """``capacitance_tril^-1 W.T D^-1``."""
        weighed = self._unbroadcasted_cov_factor.mT / self._unbroadcasted_cov_diag.unsqueeze(-2)
        return solve_triangular(self._capacitance_tril, weighed, upper=False)

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """Noise of both parts of the covariance."""
        shape = self._extended_shape(sample_shape)
        few = standard_normal((*shape[:-1], self.cov_factor.shape[-1]), self.loc.dtype)
        many = standard_normal(shape, self.loc.dtype)
        low = matmul(self._unbroadcasted_cov_factor, few.unsqueeze(-1)).squeeze(-1)
        found: Tensor = self.loc + low + self._unbroadcasted_cov_diag.sqrt() * many
        return found

    def _squared_distance(self, difference: Tensor) -> Tensor:
        """The squared length of a difference as the covariance measures it (Mahalanobis)."""
        diagonal = self._unbroadcasted_cov_diag
        weighed = self._unbroadcasted_cov_factor.mT / diagonal.unsqueeze(-2)
        projected = matmul(weighed, difference.unsqueeze(-1)).squeeze(-1)
        plain = (difference.pow(2) / diagonal).sum(-1)
        distance: Tensor = plain - squared_distance(self._capacitance_tril, projected)
        return distance

    def _log_determinant(self) -> Tensor:
        pivots = self._capacitance_tril.diagonal(dim1=-2, dim2=-1)
        found: Tensor = 2 * pivots.log().sum(-1) + self._unbroadcasted_cov_diag.log().sum(-1)
        return found

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        distance = self._squared_distance(value - self.loc)
        constant = self._event_shape[0] * math.log(2 * math.pi)
        density: Tensor = -0.5 * (constant + self._log_determinant() + distance)
        return density

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        constant = self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        entropy = 0.5 * (constant + self._log_determinant())
        found: Tensor = entropy.expand(self._batch_shape) if self._batch_shape else entropy
        return found
