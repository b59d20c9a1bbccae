"""Dropping elements or whole channels at random during training.

Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
"""

from __future__ import annotations

import math
import warnings
from typing import Final

from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, ShapeError
from graphnet.functions.options import require_tensor
from graphnet.functions.ordering import stride_of_like
from graphnet.ir.types import Shape
from graphnet.nn.functional.common import overwritten, probability
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.random import Bernoulli
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES
from graphnet.random import draw

_SELU_LIMIT: Final = 1.7580993408473766
"""Minus the value that selu tends to."""


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Each element becomes 0 with probability ``p``; the others are scaled by ``1 / (1 - p)``.

    Raises:
        ValueRangeError: (a ValueError) ``p`` is not between 0 and 1.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.nn.functional.dropout(torch.ones(6))
    tensor([0., 0., 2., 0., 0., 0.])
    """
    x = require_tensor("dropout", "input", input)
    return _dropped("dropout", x, p, training, inplace, tuple(x.shape))


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Drop whole channels of ``(N, C, L)`` or ``(C, L)``, as :func:`dropout` does elements.

    Raises:
        ShapeError: the input has another number of dimensions.

    >>> import graphnet as torch
    >>> torch.nn.functional.dropout1d(torch.ones(4, 2, 3), training=False).sum()
    tensor(24.)
    """
    x = require_tensor("dropout1d", "input", input)
    if x.ndim not in (2, 3):
        raise ShapeError(
            f"dropout1d: Expected 2D or 3D input, but received a {x.ndim}D input. Note that "
            "dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, "
            "a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).",
        )
    return _dropped("dropout1d", x, p, training, inplace, _channels(x, batched=x.ndim == 3))


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Drop whole channels of ``(N, C, H, W)``, as :func:`dropout` does elements.

    Source: Tompson et al. 2015, "Efficient object localization using convolutional networks".

    >>> import graphnet as torch
    >>> torch.nn.functional.dropout2d(torch.ones(4, 2, 3, 3), training=False).sum()
    tensor(72.)
    """
    x = require_tensor("dropout2d", "input", input)
    if x.ndim not in (3, 4):
        warnings.warn(
            f"dropout2d: Received a {x.ndim}-D input to dropout2d, which is deprecated and will "
            "result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead. Note that dropout2d exists to provide "
            "channel-wise dropout on inputs with 2 spatial dimensions, a channel dimension, and "
            "an optional batch dimension (i.e. 3D or 4D inputs).",
            stacklevel=2,
        )
    if x.ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D "
            "dropout behavior is desired - input is interpreted as shape (N, C, L), where C is "
            "the channel dim. This behavior will change in a future release to interpret the "
            "input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D "
            "channel-wise dropout behavior, please switch to using dropout1d instead.",
            stacklevel=2,
        )
    return _dropped("dropout2d", x, p, training, inplace, _channels(x, batched=True))


def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
) -> Tensor:
    """Drop whole channels of ``(N, C, D, H, W)`` or ``(C, D, H, W)``; see :func:`dropout`.

    >>> import graphnet as torch
    >>> torch.nn.functional.dropout3d(torch.ones(4, 2, 1, 3, 3), training=False).sum()
    tensor(72.)
    """
    x = require_tensor("dropout3d", "input", input)
    if x.ndim not in (4, 5):
        warnings.warn(
            f"dropout3d: Received a {x.ndim}-D input to dropout3d, which is deprecated and will "
            "result in an error in a future release. To retain the behavior and silence this "
            "warning, please use dropout instead. Note that dropout3d exists to provide "
            "channel-wise dropout on inputs with 3 spatial dimensions, a channel dimension, and "
            "an optional batch dimension (i.e. 4D or 5D inputs).",
            stacklevel=2,
        )
    return _dropped("dropout3d", x, p, training, inplace, _channels(x, batched=x.ndim != 4))


def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """Dropout that keeps mean and variance of what comes out of selu.

    Elements that are dropped become the value that selu tends to, and all are rescaled. Source:
    Klambauer et al. 2017, "Self-normalizing neural networks".

    >>> import graphnet as torch
    >>> torch.nn.functional.alpha_dropout(torch.ones(3))
    tensor([1., 1., 1.])
    """
    x = require_tensor("alpha_dropout", "input", input)
    return _alpha_dropped("alpha_dropout", x, p, training, inplace, tuple(x.shape))


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """:func:`alpha_dropout` of whole channels of ``(N, C, ...)``.

    >>> import graphnet as torch
    >>> torch.nn.functional.feature_alpha_dropout(torch.ones(1, 3))
    tensor([[1., 1., 1.]])
    """
    x = require_tensor("feature_alpha_dropout", "input", input)
    shape = _channels(x, batched=True) if training else ()
    return _alpha_dropped("feature_alpha_dropout", x, p, training, inplace, shape)


def _channels(x: Tensor, *, batched: bool) -> Shape:
    """The shape of one number for each channel.

    Raises:
        ShapeError: there is no channel dimension.
    """
    if x.ndim < 2:
        raise ShapeError("Feature dropout requires at least 2 dimensions in the input")
    kept = 2 if batched else 1
    return (*x.shape[:kept], *(1,) * (x.ndim - kept))


def _dropped(
    function: str, x: Tensor, p: float, training: bool, inplace: bool, shape: Shape
) -> Tensor:
    probability(function, p)
    if not training or p == 0 or not x.numel():
        return x
    if p == 1:
        result: Tensor = x * 0.0
    else:
        result = x * (_kept(x, shape, 1 - p) / (1 - p))
    return overwritten(x, result) if inplace else result


def _kept(x: Tensor, shape: Shape, p: float) -> Tensor:
    """Ones with probability ``p``; if there is one for each element, in the order of memory.

    Raises:
        DtypeError: (a RuntimeError) the input holds whole numbers.
    """
    if is_integral(x.dtype):
        raise DtypeError(
            f"dropout: result type Float can't be cast to the desired output type "
            f"{SCALAR_TYPE_NAMES[x.dtype]}",
            cure="cast first, as in `x.float()`",
        )
    stride = stride_of_like(x) if shape == tuple(x.shape) else None
    return draw(Bernoulli(shape, x.dtype, stride), p, device=x.device)


def _alpha_dropped(
    function: str, x: Tensor, p: float, training: bool, inplace: bool, shape: Shape
) -> Tensor:
    probability(function, p)
    if not training or p == 0 or not x.numel():
        return x
    if p == 1:
        result: Tensor = x * 0.0
    else:
        kept = _kept(x, shape, 1 - p)
        scale = 1 / math.sqrt((_SELU_LIMIT * _SELU_LIMIT * p + 1) * (1 - p))
        shift = (kept - 1) * (_SELU_LIMIT * scale) + _SELU_LIMIT * scale * p
        result = x * (kept * scale) + shift
    return overwritten(x, result) if inplace else result
