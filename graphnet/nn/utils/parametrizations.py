"""Parametrizations that are often wanted: ``torch.nn.utils.parametrizations``."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import NotSupportedError, ValueRangeError
from graphnet.functions.linalg import dot, mv
from graphnet.grad_mode import no_grad
from graphnet.nn.functional import normalize
from graphnet.nn.modules.module import Module
from graphnet.nn.utils.normalised import (
    as_matrix,
    length,
    output_dim,
    random_direction,
    rescaled,
    towards,
)
from graphnet.nn.utils.parametrize import register_parametrization
from graphnet.refusals import refusal

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


class _WeightNorm(Module):
    """A weight by its lengths and directions."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """The weight."""
        return rescaled(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Its lengths and directions."""
        return length(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int = 0) -> Module:
    """Give a weight lengths and directions as parameters.

    Source: PyTorch's page ``torch.nn.utils.parametrizations.weight_norm``.

    >>> import graphnet as torch
    >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(3, 2))
    >>> layer.parametrizations.weight.original0.shape
    torch.Size([2, 1])
    """
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(Module):
    """A weight divided by its largest singular value, which the power method finds."""

    _u: Tensor
    _v: Tensor

    def __init__(
        self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise ValueRangeError(
                "Dimension out of range (expected to be in range of "
                f"[-{ndim}, {ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueRangeError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.dim, self.eps = dim % ndim, eps
        self.n_power_iterations = n_power_iterations
        if ndim > 1:
            matrix = as_matrix(weight.detach(), self.dim)
            rows, columns = matrix.shape
            self.register_buffer("_u", random_direction(matrix, rows, eps))
            self.register_buffer("_v", random_direction(matrix, columns, eps))
            self._iterate(matrix, 15)

    def _iterate(self, matrix: Tensor, count: int) -> None:
        with no_grad():
            for _ in range(count):
                self._u.copy_(towards(matrix, self._v, self.eps))
                self._v.copy_(towards(matrix.T, self._u, self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        """The weight."""
        if weight.ndim == 1:
            return normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()
        return weight / dot(u, mv(matrix, v))  # type: ignore[no-any-return]  # a tensor

    def right_inverse(self, value: Tensor) -> Tensor:
        """The value, which is normalised already."""
        return value


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Let a weight be divided by its largest singular value.

    Source: PyTorch's page ``torch.nn.utils.parametrizations.spectral_norm``.

    Raises:
        ValueError: there is no such weight.

    >>> import graphnet as torch
    >>> layer = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(3, 2))
    >>> torch.linalg.matrix_norm(layer.eval().weight, 2) < 1.1
    tensor(True)
    """
    weight: Any = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueRangeError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    normalised = _SpectralNorm(weight, n_power_iterations, output_dim(module, dim), eps)
    return register_parametrization(module, name, normalised)


orthogonal = refusal(
    "orthogonal",
    "Let a weight be orthogonal",
    NotSupportedError,
    "torch.nn.utils.parametrizations.orthogonal is not here",
    "initialise with torch.nn.init.orthogonal_, or register a parametrization of your own",
)
