"""Activations: functions of each element, and softmax along a dimension.

Those with ``inplace`` overwrite their input if asked to; ``name_(x)`` is ``name(x, inplace=True)``.
"""

from __future__ import annotations

import warnings
from typing import Final

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError, ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.common import activated, overwritten
from graphnet.ops.activation import (
    Elu,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyRelu,
    Relu,
)
from graphnet.ops.compare import Where
from graphnet.ops.convert import Cast
from graphnet.ops.gelu import Gelu, GeluTanh
from graphnet.ops.random import Exponential, UniformWhere
from graphnet.ops.shape import wrap_dim
from graphnet.ops.smooth_activation import (
    LogSigmoid,
    Mish,
    Silu,
    Softplus,
)
from graphnet.ops.softmax import LogSoftmax, Softmax
from graphnet.random import draw

_RELU: Final = Relu()
_LEAKY_RELU: Final = LeakyRelu()
_ELU: Final = Elu()
_HARDTANH: Final = Hardtanh()

_SELU_ALPHA: Final = 1.6732632423543772848170429916717
_SELU_SCALE: Final = 1.0507009873554804934193349852946


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(x, 0)``.

    >>> import graphnet as torch
    >>> torch.nn.functional.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return activated("relu", _RELU, input, inplace=inplace)


def relu_(input: Tensor) -> Tensor:
    """:func:`relu` in place."""
    return relu(input, True)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """``min(max(x, 0), 6)``.

    >>> import graphnet as torch
    >>> torch.nn.functional.relu6(torch.tensor([-1.0, 2.0, 7.0]))
    tensor([0., 2., 6.])
    """
    return hardtanh(input, 0.0, 6.0, inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """``x`` where positive, else ``negative_slope * x``.

    >>> import graphnet as torch
    >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]), 0.1)
    tensor([-0.1000,  2.0000])
    """
    return activated("leaky_relu", _LEAKY_RELU, input, negative_slope, inplace=inplace)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """:func:`leaky_relu` in place."""
    return leaky_relu(input, negative_slope, True)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """``x`` where positive, else ``weight * x``, with a weight for each channel or one for all.

    Shapes: ``(N, C, ...)`` and ``(C,)`` or ``(1,)``.

    Raises:
        RefusedError: (a RuntimeError) there are not as many weights as channels.

    >>> import graphnet as torch
    >>> torch.nn.functional.prelu(torch.tensor([[-1.0, -1.0]]), torch.tensor([0.1, 0.2]))
    tensor([[-0.1000, -0.2000]])
    """
    x, weight = (
        require_tensor("prelu", "input", input),
        require_tensor("prelu", "weight", weight, 2),
    )
    if weight.ndim > 1:
        raise RefusedError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}"
        )
    if weight.numel() != 1:
        if not x.ndim:
            raise RefusedError("prelu: Not allow zero-dim input tensor.")
        channels = x.shape[1] if x.ndim > 1 else 1
        if weight.numel() != channels:
            raise RefusedError(
                f"prelu: Mismatch of parameter numbers and input channel size. Found parameter "
                f"numbers = {weight.numel()}, and channel size = {channels}."
            )
        weight = fn.reshape(weight, (-1, *(1,) * (x.ndim - 2)))
    elif weight.ndim > x.ndim:
        weight = fn.reshape(weight, ())
    result: Tensor = Where()(x > 0, x, weight * x)
    return result


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """``x`` where positive, else times a slope: random in training, else the mean of the bounds.

    Source: Xu et al. 2015, "Empirical evaluation of rectified activations".

    >>> import graphnet as torch
    >>> torch.nn.functional.rrelu(torch.tensor([-1.0, 2.0]), 0.1, 0.3)
    tensor([-0.2000,  2.0000])
    """
    x = require_tensor("rrelu", "input", input)
    if lower > upper:
        raise RefusedError(
            "rrelu: Lower bound should be less than or equal to the upper bound, but got "
            f"{lower} and {upper}"
        )
    if not training:
        return leaky_relu(x, (lower + upper) / 2, inplace)
    result: Tensor = x * draw(UniformWhere(x.dtype), x.detach() <= 0, lower, upper, device=x.device)
    return overwritten(x, result) if inplace else result


def rrelu_(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False
) -> Tensor:
    """:func:`rrelu` in place."""
    return rrelu(input, lower, upper, training, True)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` where positive, else ``alpha * (exp(x) - 1)``.

    >>> import graphnet as torch
    >>> torch.nn.functional.elu(torch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """
    return activated("elu", _ELU, input, alpha, 1.0, 1.0, inplace=inplace)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """:func:`elu` in place."""
    return elu(input, alpha, True)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """:func:`elu` with the constants that keep mean 0 and variance 1.

    Source: Klambauer et al. 2017, "Self-normalizing neural networks".

    >>> import graphnet as torch
    >>> torch.nn.functional.selu(torch.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])
    """
    return activated("selu", _ELU, input, _SELU_ALPHA, _SELU_SCALE, 1.0, inplace=inplace)


def selu_(input: Tensor) -> Tensor:
    """:func:`selu` in place."""
    return selu(input, True)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` where positive, else ``alpha * (exp(x / alpha) - 1)``.

    Raises:
        RefusedError: (a RuntimeError) ``alpha`` is 0.

    >>> import graphnet as torch
    >>> torch.nn.functional.celu(torch.tensor([-1.0, 2.0]), alpha=2.0)
    tensor([-0.7869,  2.0000])
    """
    if alpha == 0:
        raise RefusedError("celu: ZeroDivisionError: alpha cannot be 0 for CELU")
    return activated("celu", _ELU, input, alpha, 1.0, 1.0 / alpha, inplace=inplace)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """:func:`celu` in place."""
    return celu(input, alpha, True)


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """``x`` kept between two bounds.

    Raises:
        ValueRangeError: (a ValueError) the bounds are the wrong way round.

    >>> import graphnet as torch
    >>> torch.nn.functional.hardtanh(torch.tensor([-2.0, 0.5]))
    tensor([-1.0000,  0.5000])
    """
    if min_val > max_val:
        raise ValueRangeError("hardtanh: min_val cannot be greater than max_val")
    return activated("hardtanh", _HARDTANH, input, min_val, max_val, inplace=inplace)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """:func:`hardtanh` in place."""
    return hardtanh(input, min_val, max_val, True)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """``x / 6 + 1/2`` kept between 0 and 1.

    >>> import graphnet as torch
    >>> torch.nn.functional.hardsigmoid(torch.tensor([-4.0, 0.0, 1.5]))
    tensor([0.0000, 0.5000, 0.7500])
    """
    return activated("hardsigmoid", Hardsigmoid(), input, inplace=inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * hardsigmoid(x)``.

    >>> import graphnet as torch
    >>> torch.nn.functional.hardswish(torch.tensor([-4.0, 3.0]))
    tensor([-0., 3.])
    """
    return activated("hardswish", Hardswish(), input, inplace=inplace)


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """``x``, but 0 between ``-lambd`` and ``lambd``.

    >>> import graphnet as torch
    >>> torch.nn.functional.hardshrink(torch.tensor([-1.0, 0.3]))
    tensor([-1.,  0.])
    """
    x = require_tensor("hardshrink", "input", input)
    result: Tensor = Where()((x >= -lambd) & (x <= lambd), 0.0, x)
    return result


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """``x`` moved towards 0 by ``lambd``, and 0 where it is nearer than that.

    Raises:
        RefusedError: (a RuntimeError) ``lambd`` is negative.

    >>> import graphnet as torch
    >>> torch.nn.functional.softshrink(torch.tensor([-1.0, 0.3]))
    tensor([-0.5000,  0.0000])
    """
    x = require_tensor("softshrink", "input", input)
    if lambd < 0:
        raise RefusedError(
            "softshrink: lambda must be in range [0, 3.40282e+38] for input dtype Float, but found "
            f"{lambd}"
        )
    result: Tensor = Where()(x > lambd, x - lambd, Where()(x < -lambd, x + lambd, x * 0))
    return result


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """``x`` where above a threshold, else ``value``.

    >>> import graphnet as torch
    >>> torch.nn.functional.threshold(torch.tensor([0.5, 2.0]), 1.0, 20.0)
    tensor([20.,  2.])
    """
    x = require_tensor("threshold", "input", input)
    result: Tensor = Where()(x <= threshold, value, x)
    return overwritten(x, result) if inplace else result


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """:func:`threshold` in place."""
    result: Tensor = Where()(input <= threshold, value, input)
    return overwritten(input, result)


def sigmoid(input: Tensor) -> Tensor:
    """The logistic function ``1 / (1 + exp(-x))``.

    >>> import graphnet as torch
    >>> torch.nn.functional.sigmoid(torch.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])
    """
    return fn.sigmoid(input)


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent.

    >>> import graphnet as torch
    >>> torch.nn.functional.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    return fn.tanh(input)


def logsigmoid(input: Tensor) -> Tensor:
    """The logarithm of the logistic function, without overflow.

    >>> import graphnet as torch
    >>> torch.nn.functional.logsigmoid(torch.tensor([0.0, -200.0]))
    tensor([  -0.6931, -200.0000])
    """
    return activated("logsigmoid", LogSigmoid(), input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * sigmoid(x)``, also known as swish.

    >>> import graphnet as torch
    >>> torch.nn.functional.silu(torch.tensor([-1.0, 2.0]))
    tensor([-0.2689,  1.7616])
    """
    result: Tensor = Silu()(require_tensor("silu", "input", input))[0]
    return overwritten(input, result) if inplace else result


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """``x * tanh(softplus(x))``.

    >>> import graphnet as torch
    >>> torch.nn.functional.mish(torch.tensor([-1.0, 2.0]))
    tensor([-0.3034,  1.9440])
    """
    return activated("mish", Mish(), input, inplace=inplace)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """``log(1 + exp(beta * x)) / beta``, and ``x`` itself where ``beta * x`` is above a threshold.

    >>> import graphnet as torch
    >>> torch.nn.functional.softplus(torch.tensor([0.0, 30.0]))
    tensor([ 0.6931, 30.0000])
    """
    return activated("softplus", Softplus(), input, beta, threshold)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """``x`` times the normal distribution function of ``x``.

    Args:
        input: floating point.
        approximate: "none", or "tanh" for an approximation.

    Raises:
        RefusedError: (a RuntimeError) ``approximate`` is something else.

    >>> import graphnet as torch
    >>> torch.nn.functional.gelu(torch.tensor([-1.0, 2.0]))
    tensor([-0.1587,  1.9545])
    """
    forms = {"none": Gelu, "tanh": GeluTanh}
    if approximate not in forms:
        raise RefusedError("gelu: approximate argument must be either none or tanh.")
    result: Tensor = forms[approximate]()(require_tensor("gelu", "input", input))[0]
    return result


def softsign(input: Tensor) -> Tensor:
    """``x / (1 + abs(x))``.

    >>> import graphnet as torch
    >>> torch.nn.functional.softsign(torch.tensor([-1.0, 3.0]))
    tensor([-0.5000,  0.7500])
    """
    x = require_tensor("softsign", "input", input)
    result: Tensor = x / (abs(x) + 1)
    return result


def tanhshrink(input: Tensor) -> Tensor:
    """``x - tanh(x)``.

    >>> import graphnet as torch
    >>> torch.nn.functional.tanhshrink(torch.tensor([0.0, 2.0]))
    tensor([0.0000, 1.0360])
    """
    x = require_tensor("tanhshrink", "input", input)
    result: Tensor = x - fn.tanh(x)
    return result


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half of a dimension times the sigmoid of the second.

    Source: Dauphin et al. 2016, "Language modeling with gated convolutional networks".

    Raises:
        ShapeError: the dimension has an odd size, or there is none.

    >>> import graphnet as torch
    >>> torch.nn.functional.glu(torch.tensor([2.0, 0.0]))
    tensor([1.])
    """
    x = require_tensor("glu", "input", input)
    if not x.ndim:
        raise ShapeError("glu does not support 0-dimensional tensors")
    dim = wrap_dim(dim, x.ndim)
    if x.shape[dim] % 2:
        raise ShapeError(
            f"glu: Halving dimension must be even, but dimension {dim} is size {x.shape[dim]}"
        )
    value, gate = fn.chunk(x, 2, dim)
    result: Tensor = value * fn.sigmoid(gate)
    return result


def _implicit_dim(name: str, ndim: int, stacklevel: int) -> int:
    """The dimension that old programs leave out."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
        "dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(
    input: Tensor,
    dim: int | None = None,
    _stacklevel: int = 3,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """``exp(x) / sum(exp(x))`` along a dimension.

    Args:
        input: floating point, or cast by ``dtype``.
        dim: the dimension along which the result sums to 1.
        dtype: to cast to first.

    Raises:
        OutOfRangeError: there is no such dimension.

    >>> import graphnet as torch
    >>> torch.nn.functional.softmax(torch.tensor([0.0, 1.0]), dim=0)
    tensor([0.2689, 0.7311])
    """
    x = require_tensor("softmax", "input", input)
    if dim is None:
        dim = _implicit_dim("softmax", x.ndim, _stacklevel)
    result: Tensor = Softmax(wrap_dim(dim, x.ndim))(Cast(dtype)(x) if dtype else x)
    return result


def softmin(
    input: Tensor,
    dim: int | None = None,
    _stacklevel: int = 3,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """:func:`softmax` of ``-x``.

    >>> import graphnet as torch
    >>> torch.nn.functional.softmin(torch.tensor([0.0, 1.0]), dim=0)
    tensor([0.7311, 0.2689])
    """
    x = require_tensor("softmin", "input", input)
    if dim is None:
        dim = _implicit_dim("softmin", x.ndim, _stacklevel)
    return softmax(-x, dim, _stacklevel, dtype)


def log_softmax(
    input: Tensor,
    dim: int | None = None,
    _stacklevel: int = 3,
    dtype: dtypes.dtype | None = None,
) -> Tensor:
    """The logarithm of :func:`softmax`, without overflow; arguments as there.

    >>> import graphnet as torch
    >>> torch.nn.functional.log_softmax(torch.tensor([0.0, 1.0]), dim=0)
    tensor([-1.3133, -0.3133])
    """
    x = require_tensor("log_softmax", "input", input)
    if dim is None:
        dim = _implicit_dim("log_softmax", x.ndim, _stacklevel)
    result: Tensor = LogSoftmax(wrap_dim(dim, x.ndim))(Cast(dtype)(x) if dtype else x)
    return result


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A random sample that is nearly one-hot, through which gradients flow.

    Args:
        logits: unnormalised log-probabilities.
        tau: the temperature, positive: the smaller, the nearer to one-hot.
        hard: whether to return a one-hot sample, with the gradient of the soft one.
        eps: has no effect.
        dim: the dimension of the classes.

    Source: Jang et al. 2016, "Categorical reparameterization with Gumbel-softmax".

    >>> import graphnet as torch
    >>> torch.nn.functional.gumbel_softmax(torch.zeros(2, 3), hard=True).sum(dim=-1)
    tensor([1., 1.])
    """
    x = require_tensor("gumbel_softmax", "logits", logits)
    gumbels = -fn.log(draw(Exponential(tuple(x.shape), x.dtype), 1.0, device=x.device))
    soft = softmax((x + gumbels) / tau, dim)
    if not hard:
        return soft
    index = fn.argmax(soft, dim, keepdim=True)
    one_hot = fn.scatter(fn.zeros_like(soft), dim, index, 1.0)
    result: Tensor = one_hot - soft.detach() + soft
    return result
