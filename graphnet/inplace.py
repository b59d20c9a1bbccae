"""Which tensors may be written to in place, and how PyTorch refuses the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphnet import grad_mode
from graphnet.errors import AliasError, AutogradError
from graphnet.runtime.storage import Layout
from graphnet.trace.handle import Origin, origin_of

if TYPE_CHECKING:
    from graphnet._tensor import Tensor

_CURE = "put it under `with torch.no_grad():`, or write out of place"


def check_writable(tensor: Tensor, differentiable: bool = False) -> None:
    """Raise PyTorch's error if a tensor may not be written to.

    Args:
        tensor: what is to be written to.
        differentiable: whether what is written requires a gradient.

    Raises:
        AutogradError: it is a leaf that requires grad, a view of one, or one of several views.
        AliasError: several of its elements lie at one place.
    """
    layout = tensor._layout
    if grad_mode.enabled():
        if differentiable or layout.requires_grad or origin_of(tensor) is not None:
            _check_alias(tensor, differentiable)
        base = tensor._base
        if base is not None and base._layout.requires_grad and base._layout.is_leaf:
            raise AutogradError(
                "a view of a leaf Variable that requires grad is being used in an in-place "
                "operation.",
                cure=_CURE,
            )
        if layout.requires_grad and layout.is_leaf:
            raise AutogradError(
                "a leaf Variable that requires grad is being used in an in-place operation.",
                cure=_CURE,
            )
    if layout.overlaps:
        raise AliasError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location. Please clone() the tensor before performing the operation."
        )


def _check_alias(tensor: Tensor, differentiable: bool = False) -> None:
    """Raise AutogradError if it matters how a view was made, and it may not be written to."""
    origin = origin_of(tensor)
    if origin is None or not (differentiable or tensor.requires_grad):
        return
    if origin is Origin.NO_GRAD:
        raise AutogradError(
            "A view was created in no_grad mode and is being modified inplace with grad mode "
            "enabled. Given that this use case is ambiguous and error-prone, it is forbidden. You "
            "can clarify your code by moving both the view and the inplace either both inside the "
            "no_grad block (if you don't want the inplace to be tracked) or both outside (if you "
            "want the inplace to be tracked)."
        )
    if origin is Origin.MULTI_OUTPUT:
        if tensor._layout.requires_grad:
            kind = tensor.grad_fn.name().removesuffix("Backward0")
            number = _number(tensor) if kind in ("Unbind", "Split") else 0
            made = f"Output {number} of {kind} is a view and is being modified inplace."
        else:
            made = (
                "A view was created in no_grad mode and is being modified inplace with grad mode "
                "enabled."
            )
        raise AutogradError(
            f"{made} This view is the output of a function that returns multiple views. Such "
            "functions do not allow the output views to be modified inplace. You should replace "
            "the inplace operation by an out-of-place one."
        )


def _number(tensor: Tensor) -> int:
    """Which of the parts of its base one of several views is, for all but the last are alike."""
    base: Any = tensor._base
    if base is None or not tensor.numel():
        return 0
    step = next(
        (
            stride * (tensor.shape[dim] if tensor.ndim == base.ndim else 1)
            for dim, stride in enumerate(base.stride())
            if tensor.ndim < base.ndim or tensor.shape[dim] != base.shape[dim]
        ),
        1,
    )
    return (tensor._offset - int(base._offset)) // max(step, 1)


def check_overlap(target: Tensor, source: Tensor) -> None:
    """Raise AliasError if a tensor that is read lies partly where another is written to."""
    if source._storage is not target._storage or source is target:
        return
    first, second = _extent(target), _extent(source)
    if first is None or second is None or first[0] >= second[1] or second[0] >= first[1]:
        return
    if first != second or target.stride() != source.stride():
        raise AliasError(
            "unsupported operation: some elements of the input tensor and the written-to tensor "
            "refer to a single memory location. Please clone() the tensor before performing the "
            "operation."
        )


def _extent(tensor: Tensor) -> tuple[int, int] | None:
    """Where the elements of a tensor without gaps begin and end; None if there are gaps."""
    if not _is_dense(tensor._layout):
        return None
    return tensor._offset, tensor._offset + tensor._layout.numel


def _is_dense(layout: Layout) -> bool:
    """Whether the elements fill one piece of memory, in whatever order."""
    expected = 1
    for stride, size in sorted(zip(layout.strides, layout.shape, strict=True)):
        if size != 1:
            if stride != expected:
                return False
            expected *= size
    return True
