"""The bytes of a tensor read as elements of another dtype."""

from __future__ import annotations

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError
from graphnet.ir.types import Shape, Stride
from graphnet.ops.convert import Detach
from graphnet.ops.strided import AsStrided
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES
from graphnet.runtime.storage import Layout


def reinterpreted(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """A view of a tensor's memory as elements of ``dtype``, without gradient.

    Raises:
        RefusedError: (a RuntimeError) sizes, strides or the offset are no multiples of the new
            element's size, or the last dimension is missing or does not lie dense.
    """
    memory = Detach()(x) if x.is_contiguous() and not x.storage_offset() else whole_memory(x)
    shape, strides, offset = _placed(x, dtype)
    seen: Tensor = AsStrided(shape, strides, dtype)(memory, offset)
    return seen


def whole_memory(x: Tensor) -> Tensor:
    """A tensor over all of the memory in which ``x`` lies, in the memory's own dtype and shape."""
    kind = x._storage.type
    whole: Tensor = Tensor._of(x._storage, Layout.of(kind.dtype, kind.shape))
    return whole


def _placed(x: Tensor, dtype: dtypes.dtype) -> tuple[Shape, Stride, int]:
    """Shape, strides and offset of ``x`` in elements of ``dtype``."""
    shape, strides, offset = tuple(x.shape), tuple(x.stride()), x.storage_offset()
    before, after = x.itemsize, dtype.itemsize
    if before == after:
        return shape, strides, offset
    if not shape:
        raise _refusal("dim() cannot be 0", x, dtype)
    if strides[-1] != 1:
        raise _refusal("stride(-1) must be 1", x, dtype, strides[-1])
    if before > after:
        ratio = before // after
        outer = tuple(step * ratio for step in strides[:-1])
        return (*shape[:-1], shape[-1] * ratio), (*outer, 1), offset * ratio
    ratio = after // before
    counted = [("size(-1)", shape[-1]), ("storage_offset()", offset)]
    counted += [(f"stride({d})", step) for d, step in enumerate(strides[:-1])]
    for what, count in counted:
        if count % ratio:
            raise _refusal(f"{what} must be divisible by {ratio}", x, dtype, count)
    outer = tuple(step // ratio for step in strides[:-1])
    return (*shape[:-1], shape[-1] // ratio), (*outer, 1), offset // ratio


def _refusal(rule: str, x: Tensor, dtype: dtypes.dtype, got: int | None = None) -> RefusedError:
    names = f"{SCALAR_TYPE_NAMES[x.dtype]} as {SCALAR_TYPE_NAMES[dtype]}"
    found = "" if got is None else f", but got {got}"
    return RefusedError(
        f"self.{rule} to view {names} (different element sizes){found}",
        cure=f"view: the shape is {list(x.shape)}; `x.contiguous()` has dense memory of its own",
    )
