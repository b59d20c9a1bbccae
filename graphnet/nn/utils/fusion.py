"""Batch normalization taken into the layer before it: ``torch.nn.utils.fusion``."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.factories import ones_like, zeros_like
from graphnet.functions.pointwise import rsqrt
from graphnet.nn.parameter import Parameter

__all__ = [
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "fuse_linear_bn_weights",
]

Layer = TypeVar("Layer")


def _fused(
    weight: Tensor,
    bias: Tensor | None,
    mean: Tensor,
    variance: Tensor,
    eps: float,
    scale: Tensor | None,
    shift: Tensor | None,
    outputs: int,
) -> tuple[Parameter, Parameter]:
    """Weight and bias whose layer gives what the layer and the normalization give together.

    ``outputs`` is the dimension of the weight that counts the channels of the result.
    """
    bias = zeros_like(mean) if bias is None else bias
    scale = ones_like(mean) if scale is None else scale
    shift = zeros_like(mean) if shift is None else shift
    factor = scale * rsqrt(variance + eps)
    shape = [1] * weight.dim()
    shape[outputs] = -1
    made = (weight * factor.reshape(shape)).to(weight.dtype)
    moved = ((bias - mean) * factor + shift).to(bias.dtype)
    return (
        Parameter(made.detach(), requires_grad=weight.requires_grad),
        Parameter(moved.detach(), requires_grad=bias.requires_grad),
    )


def _evaluated(layer: Layer, bn: Any, fuse: Any, *options: Any) -> Layer:
    """A copy of a layer that does what it does with a normalization after it."""
    fused: Any = copy.deepcopy(layer)
    if fused.training or bn.training:
        raise ValueRangeError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise ValueRangeError("Fusion needs the running mean and variance of the normalization")
    fused.weight, fused.bias = fuse(
        fused.weight,
        fused.bias,
        bn.running_mean,
        bn.running_var,
        bn.eps,
        bn.weight,
        bn.bias,
        *options,
    )
    return fused  # type: ignore[no-any-return]  # a layer like the one given


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a convolution with the normalization after it in them."""
    return _fused(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, int(transpose))


def fuse_conv_bn_eval(conv: Layer, bn: Any, transpose: bool = False) -> Layer:
    """A convolution that does what it does with the normalization after it, in evaluation.

    Raises:
        ValueRangeError: (a ValueError) one of them is in training mode.

    >>> import graphnet as torch
    >>> conv, bn = torch.nn.Conv2d(1, 2, 1).eval(), torch.nn.BatchNorm2d(2).eval()
    >>> x = torch.rand(1, 1, 3, 3)
    >>> torch.allclose(torch.nn.utils.fusion.fuse_conv_bn_eval(conv, bn)(x), bn(conv(x)), atol=1e-6)
    True
    """
    return _evaluated(conv, bn, fuse_conv_bn_weights, transpose)


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of a linear layer with the normalization after it in them."""
    return _fused(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 0)


def fuse_linear_bn_eval(linear: Layer, bn: Any) -> Layer:
    """A linear layer that does what it does with the normalization after it, in evaluation.

    Raises:
        ValueRangeError: (a ValueError) one of them is in training mode.
    """
    return _evaluated(linear, bn, fuse_linear_bn_weights)
