"""Normalising activations: over the batch, the layer, groups of channels, or to a norm of 1."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.functions.ordering import as_images_lie
from graphnet.grad_mode import no_grad
from graphnet.nn.functional.padding import pad
from graphnet.nn.functional.pooling import avg_pool3d
from graphnet.ops.norm import BatchNorm, BatchNormEval, LayerNorm


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel, dimension 1, normalised to mean 0 and variance 1, then scaled and shifted.

    Args:
        input: ``(N, C, ...)``.
        running_mean, running_var: ``(C,)``. In training they follow the batch's, if given: their
            share in what they become is ``1 - momentum``. Otherwise they are what is used.
        weight, bias: ``(C,)``, or None.
        training: whether to normalise by the batch's own mean and variance.
        momentum: the share of the batch in the running statistics.
        eps: added to the variance.

    Raises:
        ValueRangeError: (a ValueError) in training, a channel has no more than one value; or
            ``eps`` is negative, or zero in training.
        ShapeError: there is not one of each for each channel.
        RefusedError: (a RuntimeError) not in training and without running statistics.

    Source: Ioffe and Szegedy 2015, "Batch normalization".

    >>> import graphnet as torch
    >>> x = torch.tensor([[1.0], [3.0]])
    >>> torch.nn.functional.batch_norm(x, None, None, training=True).flatten()
    tensor([-1.0000,  1.0000])
    """
    x = require_tensor("batch_norm", "input", input)
    if eps < 0 or (training and not eps):
        bound = "positive during training" if training else "non-negative"
        raise ValueRangeError(f"batch_norm eps must be {bound}, but got {eps}")
    if not x.numel():
        return fn.clone(x)
    if x.ndim < 2:
        raise ShapeError(
            f"batch_norm: expected an input of at least 2 dimensions, (N, C, ...), but got {x.ndim}"
        )
    channels = x.shape[1]
    for name, operand in (("running_mean", running_mean), ("running_var", running_var)):
        if operand is not None and operand.numel() != channels:
            raise ShapeError(
                f"batch_norm: {name} should contain {channels} elements not {operand.numel()}"
            )
    scaled, shift = _affine(weight, bias)
    if not training:
        if running_mean is None or running_var is None:
            raise RefusedError(
                "batch_norm: Expected running_mean and running_var to be defined when "
                "training=False"
            )
        result: Tensor = BatchNormEval()(x, running_mean, running_var, eps, *scaled)
        return _shifted(result, shift)
    count = x.numel() // max(channels, 1)
    if count <= 1:
        raise ValueRangeError(
            f"Expected more than 1 value per channel when training, got input size {x.shape}",
            cure="batch_norm: take larger batches (drop_last=True), or call model.eval()",
        )
    result, mean, variance = BatchNorm()(x, eps, *scaled)
    with no_grad():
        _follow(running_mean, mean, momentum)
        _follow(running_var, variance * (count / (count - 1)), momentum)
    return _shifted(result, shift)


def _affine(weight: Tensor | None, bias: Tensor | None) -> tuple[tuple[Tensor, ...], Tensor | None]:
    """What the operation takes, and a bias without a weight, which it does not."""
    if weight is None:
        return (), bias
    return ((weight,) if bias is None else (weight, bias)), None


def _shifted(result: Tensor, bias: Tensor | None) -> Tensor:
    if bias is None:
        return result
    shifted: Tensor = result + fn.reshape(bias, (-1, *(1,) * (result.ndim - 2)))
    return shifted


def _follow(running: Tensor | None, batch: Tensor, momentum: float) -> None:
    if running is not None:
        running._write(running * (1 - momentum) + batch * momentum)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Each sample normalised over its last dimensions, then scaled and shifted.

    Args:
        input: ``(..., *normalized_shape)``.
        normalized_shape: the sizes of these last dimensions.
        weight, bias: of that shape, or None.
        eps: added to the variance.

    Raises:
        ShapeError: the input does not end in these sizes.

    Source: Ba et al. 2016, "Layer normalization".

    >>> import graphnet as torch
    >>> torch.nn.functional.layer_norm(torch.tensor([[1.0, 3.0]]), (2,))
    tensor([[-1.0000,  1.0000]])
    """
    x = require_tensor("layer_norm", "input", input)
    count = _ending("layer_norm", x, tuple(normalized_shape))
    scaled, shift = _affine(weight, bias)
    result: Tensor = LayerNorm(count)(x, eps, *scaled)[0]
    return result if shift is None else result + shift


def _ending(function: str, x: Tensor, sizes: tuple[int, ...]) -> int:
    if not sizes:
        raise ShapeError(
            f"{function}: Expected normalized_shape to be at least 1-dimensional, i.e., containing "
            "at least one element, but got normalized_shape = ()"
        )
    if tuple(x.shape[-len(sizes) :]) != sizes:
        raise ShapeError(
            f"{function}: Given normalized_shape={list(sizes)}, expected input with shape "
            f"[*, {', '.join(map(str, sizes))}], but got input of size{list(x.shape)}"
        )
    return len(sizes)


def rms_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    eps: float | None = None,
) -> Tensor:
    """Each sample divided by its root mean square over its last dimensions, then scaled.

    Arguments are those of :func:`layer_norm`; ``eps`` is the dtype's own unless given.

    Source: Zhang and Sennrich 2019, "Root mean square layer normalization".

    >>> import graphnet as torch
    >>> torch.nn.functional.rms_norm(torch.tensor([[3.0, 3.0]]), (2,))
    tensor([[1., 1.]])
    """
    from graphnet import dtypes

    x = require_tensor("rms_norm", "input", input)
    count = _ending("rms_norm", x, tuple(normalized_shape))
    if weight is not None and weight.shape != tuple(normalized_shape):
        raise ShapeError(
            "rms_norm: Expected weight to be of same shape as normalized_shape, but got weight of "
            f"shape {list(weight.shape)} and normalized_shape = {list(normalized_shape)}"
        )
    dims = tuple(range(x.ndim - count, x.ndim))
    if eps is None:
        eps = dtypes.finfo(x.dtype).eps
    result: Tensor = x * fn.rsqrt(fn.mean(fn.square(x), dim=dims, keepdim=True) + eps)
    return result if weight is None else result * weight


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Each sample normalised over each group of channels, then scaled and shifted by channel.

    Shapes: ``(N, C, ...)``, weight and bias ``(C,)`` or None.

    Raises:
        ShapeError: the channels cannot be divided into so many groups.

    Source: Wu and He 2018, "Group normalization".

    >>> import graphnet as torch
    >>> torch.nn.functional.group_norm(torch.tensor([[1.0, 3.0, 5.0, 9.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    x = require_tensor("group_norm", "input", input)
    if x.ndim < 2:
        raise ShapeError(
            f"group_norm: Expected at least 2 dimensions for input tensor but received {x.ndim}"
        )
    channels = x.shape[1]
    if num_groups < 1 or channels % num_groups:
        raise ShapeError(
            "group_norm: Expected number of channels in input to be divisible by num_groups, but "
            f"got input of shape {list(x.shape)} and num_groups={num_groups}"
        )
    for name, operand in (("weight", weight), ("bias", bias)):
        if operand is not None and operand.shape != (channels,):
            raise ShapeError(
                f"group_norm: Expected {name} to be a vector of size equal to the number of "
                f"channels in input, but got {name} of shape {list(operand.shape)} and input of "
                f"shape {list(x.shape)}"
            )
    size = math.prod(x.shape[1:]) // num_groups
    grouped = fn.reshape(x, (x.shape[0], num_groups, size))
    result: Tensor = fn.reshape(LayerNorm(1)(grouped, eps)[0], tuple(x.shape))
    return as_images_lie(x, _by_channel(result, weight, bias))


def _by_channel(result: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    shape = (-1, *(1,) * (result.ndim - 2))
    if weight is not None:
        result = result * fn.reshape(weight, shape)
    if bias is not None:
        result = result + fn.reshape(bias, shape)
    return result


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of each sample normalised on its own, then scaled and shifted by channel.

    Arguments are those of :func:`batch_norm`; ``use_input_stats`` is its ``training``. Running
    statistics follow the mean over the batch.

    Source: Ulyanov et al. 2016, "Instance normalization".

    >>> import graphnet as torch
    >>> torch.nn.functional.instance_norm(torch.tensor([[[1.0, 3.0]]]))
    tensor([[[-1.0000,  1.0000]]])
    """
    x = require_tensor("instance_norm", "input", input)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    count = math.prod(x.shape[2:])
    if count <= 1:
        raise ValueRangeError(
            "instance_norm: Expected more than 1 spatial element when training, got input size "
            f"{x.shape}"
        )
    flat = fn.reshape(x, (x.shape[0], x.shape[1], count))
    result, mean, variance = LayerNorm(1)(flat, eps)
    with no_grad():
        _follow(running_mean, fn.mean(mean, dim=(0, 2)), momentum)
        unbiased = variance * (count / (count - 1))
        _follow(running_var, fn.mean(unbiased, dim=(0, 2)), momentum)
    return _by_channel(fn.reshape(result, tuple(x.shape)), weight, bias)


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Each element divided by ``(k + alpha * mean of squares over near channels) ** beta``.

    Args:
        input: ``(N, C, ...)``.
        size: how many channels count as near, the element's own included.
        alpha, beta, k: as in the formula.

    Source: Krizhevsky et al. 2012, "ImageNet classification with deep convolutional networks".

    >>> import graphnet as torch
    >>> torch.nn.functional.local_response_norm(torch.ones(1, 2, 1), 1, alpha=1.0, beta=1.0).sum()
    tensor(1.)
    """
    x = require_tensor("local_response_norm", "input", input)
    if x.ndim < 3:
        raise ValueRangeError(
            "local_response_norm: Expected 3D or higher dimensionality input (got "
            f"{x.ndim} dimensions)"
        )
    if not x.numel():
        return x
    flat = fn.reshape(fn.square(x), (x.shape[0], 1, x.shape[1], -1, 1))
    around = pad(flat, (0, 0, 0, 0, size // 2, (size - 1) // 2))
    means = fn.reshape(avg_pool3d(around, (size, 1, 1), stride=1), tuple(x.shape))
    result: Tensor = x / (means * alpha + k) ** beta
    return result


def normalize(
    input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: None = None
) -> Tensor:
    """Each line along a dimension divided by its norm, or by ``eps`` if that is greater.

    >>> import graphnet as torch
    >>> torch.nn.functional.normalize(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    x = require_tensor("normalize", "input", input)
    result: Tensor = x / fn.clamp_min(fn.norm(x, p, dim=dim, keepdim=True), eps)
    return result
