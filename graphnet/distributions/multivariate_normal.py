"""The multivariate normal distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.covariance import WithCovariance, only_one
from graphnet.distributions.distribution import Distribution as Distribution
from graphnet.distributions.parameters import ONE, standard_normal
from graphnet.errors import ValueRangeError
from graphnet.functions.broadcasting import broadcast_shapes
from graphnet.functions.linalg import matmul
from graphnet.linalg import solve_triangular

__all__ = ["MultivariateNormal"]


class MultivariateNormal(WithCovariance):
    """Vectors of normal numbers, with a mean and one of three matrices.

    Args:
        loc: the mean.
        covariance_matrix: positive definite.
        precision_matrix: its inverse.
        scale_tril: a lower triangle whose product with its transpose it is.
        validate_args: whether the parameters are checked.

    Raises:
        ValueRangeError: (a ValueError) not exactly one matrix is given, or it is out of range.

    >>> import graphnet as torch
    >>> m = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))
    >>> m.log_prob(torch.zeros(2))
    tensor(-1.8379)
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueRangeError("loc must be at least one-dimensional.")
        name, matrix = only_one(
            covariance_matrix=covariance_matrix,
            precision_matrix=precision_matrix,
            scale_tril=scale_tril,
        )
        if matrix.dim() < 2:
            raise ValueRangeError(
                f"{name} must be at least two-dimensional, with optional leading batch dimensions"
            )
        batch = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self._keep(name, matrix, batch)
        self.loc = loc.expand((*batch, -1))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        self._find_triangle(name, matrix)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.loc = self.loc.expand((*batch_shape, *self.event_shape))
        self._hand_on(made, batch_shape)
        return self._with_shape(batch_shape, self.event_shape, made)

    @property
    def mean(self) -> Tensor:
        """``loc``."""
        found: Tensor = self.loc
        return found

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        found: Tensor = self.loc
        return found

    @property
    def variance(self) -> Tensor:
        """That of each entry."""
        squares = self._unbroadcasted_scale_tril.pow(2).sum(-1)
        variance: Tensor = squares.expand((*self._batch_shape, *self._event_shape))
        return variance

    def rsample(self, sample_shape: Any = ONE) -> Tensor:
        """``loc + scale_tril @ noise``."""
        noise = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        found: Tensor = self.loc + matmul(
            self._unbroadcasted_scale_tril, noise.unsqueeze(-1)
        ).squeeze(-1)
        return found

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        squared = squared_distance(self._unbroadcasted_scale_tril, value - self.loc)
        constant = self._event_shape[0] * math.log(2 * math.pi)
        density: Tensor = -0.5 * (constant + squared) - self._half_log_determinant()
        return density

    def _half_log_determinant(self) -> Tensor:
        diagonal = self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1)
        half: Tensor = diagonal.log().sum(-1)
        return half

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        constant = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        entropy = constant + self._half_log_determinant()
        found: Tensor = entropy.expand(self._batch_shape) if self._batch_shape else entropy
        return found


def squared_distance(triangle: Tensor, difference: Tensor) -> Tensor:
    """The squared length of ``triangle^-1 difference`` (Mahalanobis)."""
    solved = solve_triangular(triangle, difference.unsqueeze(-1), upper=False)
    length: Tensor = solved.squeeze(-1).pow(2).sum(-1)
    return length
