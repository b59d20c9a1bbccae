"""The arithmetic of normalised weights: what the hooks and the parametrizations share.

Sources: Salimans and Kingma, "Weight normalization" (2016); Miyato et al., "Spectral normalization
for generative adversarial networks" (2018).
"""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.functions.linalg import mv
from graphnet.linalg import vector_norm
from graphnet.nn.functional import normalize
from graphnet.nn.modules.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

_TRANSPOSED = (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)


def length(weight: Tensor, dim: int) -> Tensor:
    """The norm of each slice of a dimension, which stays; of all for -1."""
    if dim == -1:
        return vector_norm(weight)
    others = [other for other in range(weight.dim()) if other != dim]
    return vector_norm(weight, dim=others, keepdim=True) if others else weight.abs()


def rescaled(direction: Tensor, scale: Tensor, dim: int) -> Tensor:
    """Slices of these directions and lengths."""
    weight: Tensor = direction * (scale / length(direction, dim))
    return weight


def as_matrix(weight: Tensor, dim: int) -> Tensor:
    """A weight with one dimension as rows, all others as columns."""
    if dim:
        weight = weight.permute((dim, *(d for d in range(weight.dim()) if d != dim)))
    matrix: Tensor = weight.reshape(weight.shape[0], -1)
    return matrix


def output_dim(module: Any, dim: int | None) -> int:
    """Which dimension of a layer's weight goes over its outputs, unless it is given."""
    return int(isinstance(module, _TRANSPOSED)) if dim is None else dim


def towards(matrix: Tensor, vector: Tensor, eps: float) -> Tensor:
    """One half of a step of the power method."""
    return normalize(mv(matrix, vector), dim=0, eps=eps)


def random_direction(weight: Tensor, size: int, eps: float) -> Tensor:
    """A vector of length 1."""
    return normalize(weight.new_empty(size).normal_(0, 1), dim=0, eps=eps)
