"""What distributions with a covariance have in common: it is given in one of three ways."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import lazy_property
from graphnet.errors import ValueRangeError
from graphnet.functions.linalg import matmul
from graphnet.functions.ranges import eye
from graphnet.functions.rearranging import flip
from graphnet.linalg import cholesky, solve_triangular


def only_one(**matrices: Tensor | None) -> tuple[str, Tensor]:
    """The matrix that is given, with its name.

    Raises:
        ValueRangeError: (a ValueError) not exactly one is given.
    """
    given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
    if len(given) != 1:
        raise ValueRangeError(
            "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
        )
    return given[0]


class WithCovariance(Distribution):
    """A distribution that has a covariance.

    The matrix that was given is an attribute; the others are computed when they are asked for, from
    the triangle, which is kept with the dimensions it was given with.
    """

    _unbroadcasted_scale_tril: Tensor

    def _keep(self, name: str, matrix: Tensor, batch: tuple[int, ...]) -> None:
        """Take the matrix that was given, for all of a batch."""
        setattr(self, name, matrix.expand((*batch, -1, -1)))

    def _find_triangle(self, name: str, matrix: Tensor) -> None:
        """Compute the triangle, once the matrix is known to be a valid one."""
        if name == "covariance_matrix":
            matrix = cholesky(matrix)
        elif name == "precision_matrix":
            matrix = _of_precision(matrix)
        self._unbroadcasted_scale_tril = matrix

    def _hand_on(self, made: WithCovariance, batch: tuple[int, ...]) -> None:
        """Let another instance have the same matrices, for a larger batch."""
        made._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        for name in ("covariance_matrix", "scale_tril", "precision_matrix"):
            if name in self.__dict__:
                made._keep(name, self.__dict__[name], batch)

    def _over_batch(self, matrix: Tensor) -> Tensor:
        expanded: Tensor = matrix.expand((*self._batch_shape, -1, -1))
        return expanded

    @lazy_property
    def scale_tril(self) -> Any:
        """The lower triangle."""
        return self._over_batch(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """Its product with its transpose."""
        triangle = self._unbroadcasted_scale_tril
        return self._over_batch(matmul(triangle, triangle.mT))

    @lazy_property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance."""
        triangle = self._unbroadcasted_scale_tril
        identity = eye(triangle.size(-1), dtype=triangle.dtype)
        inverse = solve_triangular(triangle, identity, upper=False)
        return self._over_batch(matmul(inverse.mT, inverse))


def _of_precision(precision: Tensor) -> Tensor:
    """The lower triangle of the inverse of a matrix, without making the inverse."""
    flipped = cholesky(flip(precision, (-2, -1)))
    inverse = flip(flipped, (-2, -1)).mT
    identity = eye(precision.shape[-1], dtype=precision.dtype)
    return solve_triangular(inverse, identity, upper=False)
