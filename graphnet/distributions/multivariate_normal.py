"""The multivariate normal distribution."""

from __future__ import annotations

import math
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import ONE, lazy_property, standard_normal
from graphnet.errors import ValueRangeError
from graphnet.functions.broadcasting import broadcast_shapes
from graphnet.functions.linalg import matmul
from graphnet.functions.ranges import eye
from graphnet.functions.rearranging import flip
from graphnet.linalg import cholesky, solve_triangular

__all__ = ["MultivariateNormal"]


class MultivariateNormal(Distribution):
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
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        matrices = {name: matrix for name, matrix in given.items() if matrix is not None}
        if len(matrices) != 1:
            raise ValueRangeError(
                "Exactly one of covariance_matrix or precision_matrix or scale_tril may be "
                "specified."
            )
        ((name, matrix),) = matrices.items()
        if matrix.dim() < 2:
            raise ValueRangeError(
                f"{name} must be at least two-dimensional, with optional leading batch dimensions"
            )
        batch = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        setattr(self, name, matrix.expand((*batch, -1, -1)))
        self.loc = loc.expand((*batch, -1))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        if name == "scale_tril":
            self._unbroadcasted_scale_tril = matrix
        elif name == "covariance_matrix":
            self._unbroadcasted_scale_tril = cholesky(matrix)
        else:
            self._unbroadcasted_scale_tril = precision_to_scale_tril(matrix)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        made.loc = self.loc.expand((*batch_shape, *self.event_shape))
        made._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        for name in ("covariance_matrix", "scale_tril", "precision_matrix"):
            if name in self.__dict__:
                shape = (*batch_shape, *self.event_shape, *self.event_shape)
                setattr(made, name, self.__dict__[name].expand(shape))
        return self._with_shape(batch_shape, self.event_shape, made)

    def _over_batch(self, matrix: Tensor) -> Tensor:
        expanded: Tensor = matrix.expand(
            (*self._batch_shape, *self._event_shape, *self._event_shape)
        )
        return expanded

    @lazy_property
    def scale_tril(self) -> Any:
        """The lower triangle."""
        return self._over_batch(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """The covariance."""
        triangle = self._unbroadcasted_scale_tril
        return self._over_batch(matmul(triangle, triangle.mT))

    @lazy_property
    def precision_matrix(self) -> Any:
        """Its inverse."""
        triangle = self._unbroadcasted_scale_tril
        identity = eye(triangle.size(-1), dtype=triangle.dtype)
        inverse = solve_triangular(triangle, identity, upper=False)
        return self._over_batch(matmul(inverse.mT, inverse))

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


def precision_to_scale_tril(precision: Tensor) -> Tensor:
    """The lower triangle of the inverse of a matrix, without making the inverse."""
    flipped = cholesky(flip(precision, (-2, -1)))
    inverse = flip(flipped, (-2, -1)).mT
    identity = eye(precision.shape[-1], dtype=precision.dtype)
    return solve_triangular(inverse, identity, upper=False)
