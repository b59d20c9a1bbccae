"""Convolution and its transpose, over one to three dimensions.

Inputs are ``(N, C, *spatial)`` or ``(C, *spatial)``. What describes the kernel is given once, or
once for each spatial dimension.
"""

from __future__ import annotations

from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.options import require_tensor
from graphnet.nn.functional.common import sizes
from graphnet.ops.conv import Convolution, ConvolutionInputGrad
from graphnet.ops.pad import ConstantPad
from graphnet.ops.windows import Ints, Padding


def _batched(function: str, x: Tensor, weight: Tensor, count: int) -> tuple[Tensor, bool]:
    """The input with a batch dimension, and whether it had one.

    Raises:
        ShapeError: input or weight has another number of dimensions.
    """
    if weight.ndim < 3:
        raise ShapeError(
            f"{function}: weight should have at least three dimensions, but got weight of size "
            f"{list(weight.shape)}"
        )
    if weight.ndim != count + 2:
        raise ShapeError(
            f"{function}: Expected {weight.ndim}-dimensional input for {weight.ndim}-dimensional "
            f"weight {list(weight.shape)}, but got {x.ndim}-dimensional input of size "
            f"{list(x.shape)} instead"
        )
    if x.ndim not in (count + 1, count + 2):
        raise ShapeError(
            f"{function}: Expected {count + 1}D (unbatched) or {count + 2}D (batched) input to "
            f"{function}, but got input of size: {list(x.shape)}"
        )
    if x.ndim == count + 2:
        return x, True
    return fn.unsqueeze(x, 0), False


def _padding(function: str, padding: Any, kernel: Ints, stride: Ints, dilation: Ints) -> Padding:
    """Padding before and after each spatial dimension.

    Raises:
        RefusedError: (a RuntimeError) a name other than "same" and "valid", "same" with a stride,
            or negative padding.
    """
    if padding == "valid":
        return ((0, 0),) * len(kernel)
    if padding == "same":
        if set(stride) != {1}:
            raise RefusedError(
                f"{function}: padding='same' is not supported for strided convolutions"
            )
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return tuple((total // 2, total - total // 2) for total in totals)
    if isinstance(padding, str):
        raise RefusedError(
            f"{function}: Invalid padding string: '{padding}'",
            cure="it is 'valid', 'same', or numbers",
        )
    given = sizes(function, "padding", padding, len(kernel))
    if min(given) < 0:
        raise RefusedError(f"{function}: negative padding is not supported, got {given}")
    return tuple((p, p) for p in given)


def _convolved(
    function: str,
    count: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Tensor:
    require_tensor(function, "input", input)
    require_tensor(function, "weight", weight, 2)
    x, was_batched = _batched(function, input, weight, count)
    steps = sizes(function, "stride", stride, count)
    gaps = sizes(function, "dilation", dilation, count)
    pads = _padding(function, padding, tuple(weight.shape[2:]), steps, gaps)
    op = Convolution(steps, pads, gaps, groups)
    result: Tensor = op(x, weight) if bias is None else op(x, weight, bias)
    return result if was_batched else fn.squeeze(result, 0)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlation over the last dimension.

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        weight: ``(M, C / groups, K)``.
        bias: ``(M,)`` or None.
        stride: from one place of the kernel to the next.
        padding: zeros on both sides; "valid" for none, "same" to keep the size.
        dilation: from one element under the kernel to the next.
        groups: into how many parts channels and filters are divided, each for itself.

    Raises:
        ShapeError: sizes do not fit together.
        DtypeError: element types differ.
        RefusedError: (a RuntimeError) an unknown padding, or "same" with a stride.

    >>> import graphnet as torch
    >>> x, w = torch.tensor([[[1.0, 2.0, 4.0]]]), torch.tensor([[[-1.0, 1.0]]])
    >>> torch.nn.functional.conv1d(x, w)
    tensor([[[1., 2.]]])
    """
    return _convolved("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlation over the last two dimensions; see :func:`conv1d`.

    >>> import graphnet as torch
    >>> torch.nn.functional.conv2d(torch.ones(8, 1, 28, 28), torch.ones(32, 1, 3, 3)).shape
    torch.Size([8, 32, 26, 26])
    """
    return _convolved("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlation over the last three dimensions; see :func:`conv1d`.

    >>> import graphnet as torch
    >>> torch.nn.functional.conv3d(torch.ones(1, 2, 4, 4, 4), torch.ones(3, 2, 2, 2, 2)).shape
    torch.Size([1, 3, 3, 3, 3])
    """
    return _convolved("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def _transposed(
    function: str,
    count: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Tensor:
    require_tensor(function, "input", input)
    require_tensor(function, "weight", weight, 2)
    x, was_batched = _batched(function, input, weight, count)
    steps = sizes(function, "stride", stride, count)
    gaps = sizes(function, "dilation", dilation, count)
    before = sizes(function, "padding", padding, count)
    extra = sizes(function, "output_padding", output_padding, count)
    _check_transposed(function, x, weight, groups)
    if any(e >= max(s, d) for e, s, d in zip(extra, steps, gaps, strict=True)):
        raise RefusedError(
            f"{function}: output padding must be smaller than either stride or dilation, but got "
            f"output_padding={extra}, stride={steps} and dilation={gaps}"
        )
    kernel = weight.shape[2:]
    geometry = zip(x.shape[2:], steps, before, gaps, kernel, extra, strict=True)
    spatial = tuple((n - 1) * s - 2 * p + d * (k - 1) + e + 1 for n, s, p, d, k, e in geometry)
    if min(spatial) < 1:
        raise RefusedError(
            f"{function}: Given input size per channel: {list(x.shape[2:])}. Calculated output "
            f"size per channel: {list(spatial)}. Output size is too small"
        )
    # Output padding shows what padding would cut off, and behind that zeros.
    pads = tuple((p, max(p - e, 0)) for p, e in zip(before, extra, strict=True))
    spare = tuple(max(e - p, 0) for p, e in zip(before, extra, strict=True))
    reached = tuple(n - e for n, e in zip(spatial, spare, strict=True))
    result: Tensor = ConvolutionInputGrad(steps, pads, gaps, groups, reached)(x, weight)
    if any(spare):
        result = ConstantPad(((0, 0), (0, 0), *((0, e) for e in spare)))(result, 0)
    if bias is not None:
        result = result + fn.reshape(bias, (-1, *(1,) * count))
    return result if was_batched else fn.squeeze(result, 0)


def _check_transposed(function: str, x: Tensor, weight: Tensor, groups: int) -> None:
    if groups < 1 or weight.shape[0] % groups or x.shape[1] != weight.shape[0]:
        raise ShapeError(
            f"{function}: Given transposed=1, weight of size {list(weight.shape)}, expected "
            f"input{list(x.shape)} to have {weight.shape[0]} channels, divisible by groups="
            f"{groups}, but got {x.shape[1]} channels instead"
        )
    if x.dtype is not weight.dtype:
        raise ShapeError(
            f"{function}: Input type ({x.dtype}) and weight type ({weight.dtype}) should be the "
            "same",
            cure=f"cast one of them, as in `x.to({weight.dtype})`",
        )


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """The transpose of :func:`conv1d`: what its gradient does to the gradient of its result.

    Args:
        input: ``(N, M, L)`` or ``(M, L)``.
        weight: ``(M, C / groups, K)``.
        bias: ``(C,)`` or None.
        stride, padding, dilation, groups: those of the convolution.
        output_padding: how much longer the result is than the shortest input the convolution could
            have had; less than stride or dilation.

    Raises:
        ShapeError: sizes or element types do not fit together.
        RefusedError: (a RuntimeError) output padding too large, or nothing left.

    >>> import graphnet as torch
    >>> x, w = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 10.0]]])
    >>> torch.nn.functional.conv_transpose1d(x, w)
    tensor([[[ 1., 12., 20.]]])
    """
    return _transposed(
        "conv_transpose1d",
        1,
        input,
        weight,
        bias,
        stride,
        padding,
        output_padding,
        groups,
        dilation,
    )


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """The transpose of :func:`conv2d`; see :func:`conv_transpose1d`.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.conv_transpose2d(torch.ones(1, 3, 4, 4), torch.ones(3, 2, 2, 2), stride=2).shape
    torch.Size([1, 2, 8, 8])
    """
    return _transposed(
        "conv_transpose2d",
        2,
        input,
        weight,
        bias,
        stride,
        padding,
        output_padding,
        groups,
        dilation,
    )


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """The transpose of :func:`conv3d`; see :func:`conv_transpose1d`.

    >>> import graphnet as torch
    >>> F = torch.nn.functional
    >>> F.conv_transpose3d(torch.ones(1, 2, 2, 2, 2), torch.ones(2, 1, 2, 2, 2)).shape
    torch.Size([1, 1, 3, 3, 3])
    """
    return _transposed(
        "conv_transpose3d",
        3,
        input,
        weight,
        bias,
        stride,
        padding,
        output_padding,
        groups,
        dilation,
    )
