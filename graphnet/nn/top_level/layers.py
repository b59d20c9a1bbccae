"""Layers with the signatures that they have as ``torch.*``.

They differ from those of :mod:`graphnet.nn.functional` in the order of arguments, in arguments
that must be given, and in an ``inplace`` that is missing: the name ends in ``_`` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.options import require_tensor
from graphnet.nn import functional as F
from graphnet.nn.functional.common import overwritten, probability


def softmax(input: Tensor, dim: int, dtype: dtypes.dtype | None = None) -> Tensor:
    """Exponentials divided by their sum along a dimension.

    Args:
        input: floating point, or cast by ``dtype``.
        dim: the dimension along which the result sums to 1.
        dtype: to cast to first.

    Raises:
        OutOfRangeError: (an IndexError) there is no such dimension.

    >>> import graphnet as torch
    >>> torch.softmax(torch.tensor([0.0, 1.0]), 0)
    tensor([0.2689, 0.7311])
    """
    return F.softmax(input, dim, dtype=dtype)


def log_softmax(input: Tensor, dim: int, dtype: dtypes.dtype | None = None) -> Tensor:
    """The logarithm of :func:`softmax`, which takes the same arguments.

    >>> import graphnet as torch
    >>> torch.log_softmax(torch.tensor([0.0, 1.0]), 0)
    tensor([-1.3133, -0.3133])
    """
    return F.log_softmax(input, dim, dtype=dtype)


def selu(input: Tensor) -> Tensor:
    """See :func:`graphnet.nn.functional.selu`.

    >>> import graphnet as torch
    >>> torch.selu(torch.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])
    """
    return F.selu(input)


def celu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """See :func:`graphnet.nn.functional.celu`.

    >>> import graphnet as torch
    >>> torch.celu(torch.tensor([-1.0, 2.0]), alpha=2.0)
    tensor([-0.7869,  2.0000])
    """
    return F.celu(input, alpha)


def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False
) -> Tensor:
    """See :func:`graphnet.nn.functional.rrelu`.

    >>> import graphnet as torch
    >>> torch.rrelu(torch.tensor([-1.0, 2.0]), 0.1, 0.3)
    tensor([-0.2000,  2.0000])
    """
    return F.rrelu(input, lower, upper, training)


def threshold(input: Tensor, threshold: float, value: float) -> Tensor:
    """``value`` wherever ``input`` is not above ``threshold``.

    >>> import graphnet as torch
    >>> torch.threshold(torch.tensor([0.5, 2.0]), 1.0, 20.0)
    tensor([20.,  2.])
    """
    return F.threshold(input, threshold, value)


def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """See :func:`graphnet.nn.functional.dropout`.

    >>> import graphnet as torch
    >>> torch.dropout(torch.ones(3), 0.5, train=False)
    tensor([1., 1., 1.])
    """
    return F.dropout(input, p, train)


def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`dropout` in place."""
    return F.dropout(input, p, train, inplace=True)


def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """See :func:`graphnet.nn.functional.alpha_dropout`.

    >>> import graphnet as torch
    >>> torch.alpha_dropout(torch.ones(3), 0.5, train=False)
    tensor([1., 1., 1.])
    """
    return F.alpha_dropout(input, p, train)


def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`alpha_dropout` in place."""
    return F.alpha_dropout(input, p, train, inplace=True)


def _dropped_channels(function: str, input: Tensor, p: float, train: bool, inplace: bool) -> Tensor:
    """Whole channels of ``(N, C, ...)`` dropped, whatever the number of dimensions.

    Raises:
        ShapeError: there is no channel dimension.
        ValueRangeError: (a ValueError) ``p`` is not between 0 and 1.
    """
    x = require_tensor(function, "input", input)
    probability(function, p)
    if not train or p == 0 or not x.numel():
        return x
    if x.ndim < 2:
        raise ShapeError(
            f"{function}: Feature dropout requires at least 2 dimensions in the input, but got "
            f"shape {list(x.shape)}"
        )
    # As volumes, which is what dropout3d takes without guessing at a missing batch dimension.
    volumes = x.reshape((*x.shape[:2], -1, 1, 1))
    result: Tensor = F.dropout3d(volumes, p).reshape(x.shape)
    return overwritten(x, result) if inplace else result


def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Whole channels of ``(N, C, ...)`` become 0 with probability ``p``; the others are scaled.

    Raises:
        ShapeError: there is no channel dimension.

    >>> import graphnet as torch
    >>> torch.feature_dropout(torch.ones(1, 3), 0.5, train=False)
    tensor([[1., 1., 1.]])
    """
    return _dropped_channels("feature_dropout", input, p, train, False)


def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`feature_dropout` in place."""
    return _dropped_channels("feature_dropout_", input, p, train, True)


def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """See :func:`graphnet.nn.functional.feature_alpha_dropout`.

    >>> import graphnet as torch
    >>> torch.feature_alpha_dropout(torch.ones(1, 3), 0.5, train=False)
    tensor([[1., 1., 1.]])
    """
    return F.feature_alpha_dropout(input, p, train)


def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`feature_alpha_dropout` in place."""
    return F.feature_alpha_dropout(input, p, train, inplace=True)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Tensor:
    """See :func:`graphnet.nn.functional.layer_norm`; ``cudnn_enable`` has no effect.

    >>> import graphnet as torch
    >>> torch.layer_norm(torch.tensor([1.0, 3.0]), (2,))
    tensor([-1.0000,  1.0000])
    """
    return F.layer_norm(input, normalized_shape, weight, bias, eps)


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:
    """See :func:`graphnet.nn.functional.group_norm`; ``cudnn_enabled`` has no effect.

    >>> import graphnet as torch
    >>> torch.group_norm(torch.tensor([[1.0, 3.0, 2.0, 4.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    return F.group_norm(input, num_groups, weight, bias, eps)


def batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """See :func:`graphnet.nn.functional.batch_norm`, whose arguments have another order.

    ``cudnn_enabled`` has no effect.

    >>> import graphnet as torch
    >>> x = torch.tensor([[1.0], [3.0]])
    >>> torch.batch_norm(x, None, None, None, None, True, 0.1, 1e-5, False).flatten()
    tensor([-1.0000,  1.0000])
    """
    return F.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


def instance_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """See :func:`graphnet.nn.functional.instance_norm`, whose arguments have another order.

    ``cudnn_enabled`` has no effect.

    >>> import graphnet as torch
    >>> x = torch.tensor([[[1.0, 3.0]]])
    >>> torch.instance_norm(x, None, None, None, None, True, 0.1, 1e-5, False)
    tensor([[[-1.0000,  1.0000]]])
    """
    return F.instance_norm(
        input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps
    )


def embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of a table at given indices: the table comes first.

    Args:
        weight: the table, ``(rows, size)``.
        indices: int32 or int64, of any shape.
        padding_idx: a row that receives no gradient; none if negative.
        scale_grad_by_freq: whether gradients are divided by how often an index occurs.
        sparse: has no effect: gradients are dense.

    Raises:
        OutOfRangeError: (an IndexError) the table has no such row; raised when the value is needed.

    >>> import graphnet as torch
    >>> torch.embedding(torch.tensor([[0.0, 1.0], [2.0, 3.0]]), torch.tensor([1]))
    tensor([[2., 3.]])
    """
    require_tensor("embedding", "weight", weight)
    row = padding_idx if padding_idx >= 0 else None
    return F.embedding(indices, weight, row, None, 2.0, scale_grad_by_freq, sparse)


def constant_pad_nd(input: Tensor, pad: Sequence[int], value: float = 0) -> Tensor:
    """See :func:`graphnet.nn.functional.pad`, of which this is the mode "constant".

    >>> import graphnet as torch
    >>> torch.constant_pad_nd(torch.tensor([1, 2]), (1, 2), 7)
    tensor([7, 1, 2, 7, 7])
    """
    return F.pad(input, pad, "constant", value)


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The greatest elements of windows: see :func:`graphnet.nn.functional.max_pool1d`.

    >>> import graphnet as torch
    >>> torch.max_pool1d(torch.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)
    tensor([[3., 2.]])
    """
    out: Tensor = F.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode)
    return out


def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> tuple[Tensor, Tensor]:
    """:func:`max_pool1d`, and where the greatest elements are.

    >>> import graphnet as torch
    >>> torch.max_pool1d_with_indices(torch.tensor([[1.0, 3.0, 2.0, 0.0]]), 2)[1]
    tensor([[1, 2]])
    """
    return F.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The greatest elements of windows: see :func:`graphnet.nn.functional.max_pool2d`.

    >>> import graphnet as torch
    >>> torch.max_pool2d(torch.arange(8.0).reshape(1, 2, 4), 2)
    tensor([[[5., 7.]]])
    """
    out: Tensor = F.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)
    return out


def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = (),
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The greatest elements of windows: see :func:`graphnet.nn.functional.max_pool3d`.

    >>> import graphnet as torch
    >>> torch.max_pool3d(torch.arange(8.0).reshape(1, 2, 2, 2), 2)
    tensor([[[[7.]]]])
    """
    out: Tensor = F.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode)
    return out


def adaptive_max_pool1d(input: Tensor, output_size: Any) -> tuple[Tensor, Tensor]:
    """The greatest elements of so many parts of the last dimension, and where they are.

    See :func:`graphnet.nn.functional.adaptive_max_pool1d`.

    >>> import graphnet as torch
    >>> torch.adaptive_max_pool1d(torch.tensor([[1.0, 2.0, 3.0]]), 2)[0]
    tensor([[2., 3.]])
    """
    out, where = F.adaptive_max_pool1d(input, output_size, return_indices=True)
    return out, where
