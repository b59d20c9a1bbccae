"""The LKJ distribution of correlation matrices, by their triangles."""

from __future__ import annotations

import math
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.beta import Beta
from graphnet.distributions.distribution import Distribution
from graphnet.distributions.parameters import ONE, broadcast_all
from graphnet.dtypes import finfo
from graphnet.errors import ValueRangeError
from graphnet.functions.factories import zeros
from graphnet.functions.joining import cat
from graphnet.functions.mixing import clamp
from graphnet.functions.ranges import arange
from graphnet.functions.rearranging import diag_embed
from graphnet.functions.sampling import randn
from graphnet.functions.special_functions import lgamma, mvlgamma
from graphnet.ir.types import Size

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """Lower triangles of correlation matrices, with a density like ``det ** (concentration - 1)``.

    Args:
        dim: the number of rows.
        concentration: 1 makes all matrices equally likely; the greater, the nearer to the identity.
        validate_args: whether the parameters are checked.

    Raises:
        ValueRangeError: (a ValueError) ``dim`` is below 2.

    Source: Lewandowski, Kurowicka and Joe 2009, "Generating random correlation matrices based on
    vines and extended onion method"; PyTorch's page ``LKJCholesky``.

    >>> import graphnet as torch
    >>> torch.distributions.LKJCholesky(3, 0.5).sample().shape
    torch.Size([3, 3])
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky
    concentration: Tensor

    def __init__(
        self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueRangeError(
                f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}."
            )
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        super().__init__(self.concentration.size(), Size((dim, dim)), validate_args=validate_args)
        # The squared length of each row beside the diagonal: the onion method's.
        dtype = self.concentration.dtype
        row = cat([zeros(1, dtype=dtype), arange(dim - 1, dtype=dtype)])
        rest = self.concentration + 0.5 * (dim - 2)
        self._beta = Beta(row + 0.5, rest.unsqueeze(-1) - 0.5 * row)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions repeated over a larger batch."""
        made = self._blank(_instance)
        shape = Size(batch_shape)
        made.dim, made.concentration = self.dim, self.concentration.expand(shape)
        made._beta = self._beta.expand((*shape, self.dim))
        return self._with_shape(shape, self.event_shape, made)

    def sample(self, sample_shape: Any = ONE) -> Tensor:
        """Row by row: a direction, and how long it is."""
        length = self._beta.sample(sample_shape).unsqueeze(-1)
        normal = randn(self._extended_shape(sample_shape), dtype=length.dtype).tril(-1)
        direction = normal / normal.norm(dim=-1, keepdim=True)
        direction[..., 0, :].fill_(0.0)
        below = length.sqrt() * direction
        left = clamp(1 - (below**2).sum(dim=-1), min=finfo(below.dtype).tiny)
        triangle: Tensor = below + diag_embed(left.sqrt())
        return triangle

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        rows = arange(2, self.dim + 1, dtype=dtypes.float32).to(diagonal.dtype)
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - rows
        density = (order * diagonal.log()).sum(dim=-1)
        below = self.dim - 1
        alpha = self.concentration + 0.5 * below
        constant = 0.5 * below * math.log(math.pi)
        whole = constant + mvlgamma(alpha - 0.5, below) - lgamma(alpha) * below
        found: Tensor = density - whole
        return found
