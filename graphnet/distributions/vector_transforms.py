"""Transforms of vectors and matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.parameters import tril_matrix_to_vec, vec_to_tril_matrix
from graphnet.distributions.transform_base import Cached, Transform
from graphnet.dtypes import finfo
from graphnet.errors import ValueRangeError
from graphnet.functions.joining import cat, stack
from graphnet.functions.linalg import matmul
from graphnet.functions.ranges import arange, eye
from graphnet.linalg import cholesky
from graphnet.nn.functional import pad, softmax, softplus


class SoftmaxTransform(Cached):
    """``y = exp(x)``, normalised; any logarithm is its inverse."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Tensor) -> Tensor:
        return softmax(x, dim=-1)

    def _inverse(self, y: Tensor) -> Tensor:
        return y.log()  # type: ignore[no-any-return]  # a tensor

    def forward_shape(self, shape: Any) -> Any:
        """It stays; a value takes a dimension."""
        if len(shape) < 1:
            raise ValueRangeError("Too few dimensions on input")
        return shape

    inverse_shape = forward_shape


class StickBreakingTransform(Cached):
    """A vector to a simplex of one entry more: each takes a share of what is left."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    def _call(self, x: Tensor) -> Tensor:
        limits = finfo(x.dtype)
        z = (x - _remaining(x).log()).sigmoid().clamp(min=limits.tiny, max=1.0 - limits.eps)
        left = (1 - z).cumprod(-1)
        image: Tensor = pad(z, [0, 1], value=1) * pad(left, [1, 0], value=1)
        return image

    def _inverse(self, y: Tensor) -> Tensor:
        cut = y[..., :-1]
        left = (1 - cut.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        found: Tensor = cut.log() - left.log() + _remaining(cut).log()
        return found

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """Summed over the vector."""
        moved = x - _remaining(x).log()
        return (-moved + -softplus(-moved) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        """One entry more."""
        return (*shape[:-1], shape[-1] + 1)

    def inverse_shape(self, shape: Any) -> Any:
        """One entry fewer."""
        return (*shape[:-1], shape[-1] - 1)


def _remaining(x: Tensor) -> Tensor:
    """How many entries come after each, itself and the last one counted."""
    count = x.shape[-1]
    remaining: Tensor = count - arange(count, dtype=x.dtype)
    return remaining


class CorrCholeskyTransform(Cached):
    """A vector to the lower triangle of the Cholesky factor of a correlation matrix."""

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Tensor) -> Tensor:
        eps = finfo(x.dtype).eps
        r = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), diag=-1)
        left = (1 - r**2).sqrt().cumprod(-1)
        r = r + eye(r.shape[-1], dtype=r.dtype)
        image: Tensor = r * pad(left[..., :-1], [1, 0], value=1)
        return image

    def _inverse(self, y: Tensor) -> Tensor:
        left = 1 - (y * y).cumsum(-1)
        below = pad(left[..., :-1], [1, 0], value=1)
        t = tril_matrix_to_vec(y, diag=-1) / tril_matrix_to_vec(below, diag=-1).sqrt()
        found: Tensor = (t.log1p() - t.neg().log1p()) / 2
        return found

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """Summed over the vector."""
        left = 1 - (y * y).cumsum(-1)
        stick = 0.5 * tril_matrix_to_vec(left, diag=-2).log().sum(-1)
        tanh = -2 * (x + softplus(-2 * x) - 0.6931471805599453).sum(-1)
        return stick + tanh

    def forward_shape(self, shape: Any) -> Any:
        """A square matrix."""
        n = shape[-1]
        d = round((0.25 + 2 * n) ** 0.5 + 0.5)
        if d * (d - 1) // 2 != n:
            raise ValueRangeError("Input is not a flattened lower-diagonal number")
        return (*shape[:-1], d, d)

    def inverse_shape(self, shape: Any) -> Any:
        """The entries below the diagonal."""
        if shape[-2] != shape[-1]:
            raise ValueRangeError("Input is not square")
        return (*shape[:-2], shape[-1] * (shape[-1] - 1) // 2)


class LowerCholeskyTransform(Cached):
    """A matrix to a lower triangle with a positive diagonal."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Tensor) -> Tensor:
        image: Tensor = x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()
        return image

    def _inverse(self, y: Tensor) -> Tensor:
        found: Tensor = y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()
        return found


class PositiveDefiniteTransform(Cached):
    """A matrix to a positive definite one."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Tensor) -> Tensor:
        triangle = LowerCholeskyTransform()(x)
        return matmul(triangle, triangle.mT)

    def _inverse(self, y: Tensor) -> Tensor:
        return LowerCholeskyTransform().inv(cholesky(y))


class _Parts(Transform):
    """Different transforms along a dimension."""

    transforms: list[Transform]
    dim: int

    @property
    def bijective(self) -> bool:  # type: ignore[override]  # that of the parts
        """Whether all of them are."""
        return all(t.bijective for t in self.transforms)


class CatTransform(_Parts):
    """Transforms of pieces that follow each other along a dimension."""

    def __init__(
        self,
        tseq: Sequence[Transform],
        dim: int = 0,
        lengths: Sequence[int] | None = None,
        cache_size: int = 0,
    ) -> None:
        super().__init__(cache_size=cache_size)
        self.transforms = [t.with_cache(cache_size) for t in tseq]
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        self.dim = dim

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same, with such a cache."""
        if self._cache_size == cache_size:
            return self
        return CatTransform(self.transforms, self.dim, self.lengths, cache_size)

    @property
    def event_dim(self) -> int:
        """As many dimensions as any of them needs."""
        return max(t.event_dim for t in self.transforms)

    @property
    def length(self) -> int:
        """The size of the dimension."""
        return sum(self.lengths)

    def _each(self, x: Tensor, inverse: bool) -> Tensor:
        parts = x.split(self.lengths, self.dim)
        maps = [t.inv if inverse else t for t in self.transforms]
        return cat([t(part) for t, part in zip(maps, parts, strict=True)], dim=self.dim)

    def _call(self, x: Tensor) -> Tensor:
        return self._each(x, inverse=False)

    def _inverse(self, y: Tensor) -> Tensor:
        return self._each(y, inverse=True)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """Theirs, joined."""
        pairs = zip(x.split(self.lengths, self.dim), y.split(self.lengths, self.dim), strict=True)
        found = [
            t.log_abs_det_jacobian(a, b) for t, (a, b) in zip(self.transforms, pairs, strict=True)
        ]
        dim = self.dim - x.dim() if self.dim >= 0 else self.dim
        return cat(found, dim=dim + self.event_dim)

    @constraints.dependent_property
    def domain(self) -> Any:
        """Theirs, joined."""
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @constraints.dependent_property
    def codomain(self) -> Any:
        """Theirs, joined."""
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)


class StackTransform(_Parts):
    """A transform for each slice of a dimension."""

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.transforms = [t.with_cache(cache_size) for t in tseq]
        self.dim = dim

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same, with such a cache."""
        if self._cache_size == cache_size:
            return self
        return StackTransform(self.transforms, self.dim, cache_size)

    def _slices(self, z: Tensor) -> list[Tensor]:
        return [z.select(self.dim, i) for i in range(z.size(self.dim))]

    def _call(self, x: Tensor) -> Tensor:
        pairs = zip(self.transforms, self._slices(x), strict=True)
        return stack([t(part) for t, part in pairs], dim=self.dim)

    def _inverse(self, y: Tensor) -> Tensor:
        pairs = zip(self.transforms, self._slices(y), strict=True)
        return stack([t.inv(part) for t, part in pairs], dim=self.dim)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Any:
        """Theirs, stacked."""
        triples = zip(self.transforms, self._slices(x), self._slices(y), strict=True)
        return stack([t.log_abs_det_jacobian(a, b) for t, a, b in triples], dim=self.dim)

    @constraints.dependent_property
    def domain(self) -> Any:
        """Theirs, stacked."""
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @constraints.dependent_property
    def codomain(self) -> Any:
        """Theirs, stacked."""
        return constraints.stack([t.codomain for t in self.transforms], self.dim)
