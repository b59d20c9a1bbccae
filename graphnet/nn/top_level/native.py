"""Normalisations that also return the statistics they used: ``torch.native_*``."""

from __future__ import annotations

import math
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.functions.options import require_tensor
from graphnet.nn import functional as F
from graphnet.nn.functional.grid import MODES, PADDINGS

Triple = tuple[Tensor, Tensor, Tensor]


def _statistics(x: Tensor, dims: tuple[int, ...], eps: float) -> tuple[Tensor, Tensor]:
    """The mean over dimensions, and the reciprocal of the standard deviation."""
    variance, mean = fn.var_mean(x, dims, correction=0, keepdim=True)
    return mean, fn.rsqrt(variance + eps)


def native_layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None, bias: Tensor | None, eps: float
) -> Triple:
    """``layer_norm``, the mean, and the reciprocal of the standard deviation.

    >>> import graphnet as torch
    >>> torch.native_layer_norm(torch.ones(2, 3), [3], None, None, 1e-5)[1]
    tensor([[1.],
            [1.]])
    """
    x = require_tensor("native_layer_norm", "input", input)
    shape = tuple(normalized_shape)
    dims = tuple(range(x.dim() - len(shape), x.dim()))
    # As in PyTorch, no gradient goes through what comes along with the normalized values.
    return F.layer_norm(x, shape, weight, bias, eps), *_statistics(x.detach(), dims, eps)


def native_group_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    N: int,  # PyTorch's names
    C: int,
    HxW: int,
    group: int,
    eps: float,
) -> Triple:
    """``group_norm``, the means, and the reciprocals of the standard deviations.

    >>> import graphnet as torch
    >>> torch.native_group_norm(torch.ones(1, 2, 3), None, None, 1, 2, 3, 2, 1e-5)[1]
    tensor([[1., 1.]])
    """
    x = require_tensor("native_group_norm", "input", input)
    rows = fn.reshape(x, (N, group, C * HxW // max(group, 1)))
    mean, inverse = _statistics(rows, (2,), eps)
    return F.group_norm(x, group, weight, bias, eps), fn.squeeze(mean, 2), fn.squeeze(inverse, 2)


def native_batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> Triple:
    """``batch_norm``, and in training the mean and the reciprocal of the standard deviation.

    >>> import graphnet as torch
    >>> x = torch.tensor([[1.0], [3.0]])
    >>> torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-12)[1]
    tensor([2.])
    """
    x = require_tensor("native_batch_norm", "input", input)
    normal = F.batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps)
    if not training:
        return normal, x.new_zeros(0), x.new_zeros(0)
    dims = (0, *range(2, x.dim()))
    mean, inverse = _statistics(x.detach(), dims, eps)
    size = (math.prod(x.shape[1:2]),)
    return normal, fn.reshape(mean, size), fn.reshape(inverse, size)


def grid_sampler(
    input: Tensor,
    grid: Tensor,
    interpolation_mode: int,
    padding_mode: int,
    align_corners: bool,
) -> Tensor:
    """``nn.functional.grid_sample`` with numbers for its modes."""
    mode, padding = MODES[interpolation_mode], PADDINGS[padding_mode]
    return F.grid_sample(input, grid, mode, padding, align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler
