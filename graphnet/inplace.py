"""What may be written to tensors, and assigned to them, and how PyTorch refuses the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphnet import grad_mode
from graphnet.errors import AliasError, ArgumentError, AutogradError, DtypeError, ShapeError
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES
from graphnet.runtime.storage import Layout
from graphnet.trace.handle import Handle, Origin, origin_of

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
    check_changeable(tensor, differentiable)
    if tensor._layout.overlaps:
        raise AliasError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location. Please clone() the tensor before performing the operation."
        )


def check_changeable(tensor: Tensor, differentiable: bool = False) -> None:
    """The same for what changes a tensor in place but writes nothing, such as ``t_``.

    Raises:
        AutogradError: as :func:`check_writable`.
    """
    layout = tensor._layout
    if not grad_mode.enabled():
        return
    if differentiable or layout.requires_grad or origin_of(tensor) is not None:
        _check_alias(tensor, differentiable)
    base = tensor._base
    if base is not None and base._layout.requires_grad and base._layout.is_leaf:
        raise AutogradError(
            "a view of a leaf Variable that requires grad is being used in an in-place operation.",
            cure=_CURE,
        )
    if layout.requires_grad and layout.is_leaf:
        raise AutogradError(
            "a leaf Variable that requires grad is being used in an in-place operation.",
            cure=_CURE,
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


# ---------------------------------------------------------------------- assignments


def check_gradient(tensor: Tensor, gradient: Any) -> None:
    """Raise PyTorch's error if something cannot be assigned as a tensor's gradient.

    Raises:
        ArgumentError: (a TypeError) it is no tensor.
        AutogradError: it is the tensor itself.
        ShapeError: it has another shape.
        DtypeError: it has another element type.
    """
    if not isinstance(gradient, Handle):
        raise ArgumentError(
            "assigned grad expected to be a Tensor or None but got grad of type "
            f"{type(gradient).__name__}"
        )
    if gradient is tensor:
        raise AutogradError("can't assign Variable as its own grad")
    mine, its = tensor._layout, gradient._layout
    if its.shape != mine.shape:
        raise ShapeError(
            f"attempting to assign a gradient of size '{list(its.shape)}' to a tensor of size "
            f"'{list(mine.shape)}'. Please ensure that the gradient and the tensor are the same "
            "size"
        )
    if its.dtype is not mine.dtype:
        raise DtypeError(
            f"attempting to assign a gradient with dtype '{SCALAR_TYPE_NAMES[its.dtype].lower()}' "
            f"to a tensor with grad_dtype '{SCALAR_TYPE_NAMES[mine.dtype]}'. The gradient must "
            "match the tensor's grad_dtype (defaults to the tensor's dtype). You can set the "
            "tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set "
            "grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
            "downstream systems that assume that they match."
        )


def check_data(value: Any, requires_grad: bool) -> None:
    """Raise PyTorch's error if something cannot be assigned as a tensor's ``data``.

    Raises:
        ArgumentError: (a TypeError) it is no tensor.
        AutogradError: gradients are wanted, and its element type has none.
    """
    if not isinstance(value, Handle):
        raise ArgumentError(f"Variable data has to be a tensor, but got {type(value).__name__}")
    kind = value._layout.dtype
    if requires_grad and not (kind.is_floating_point or kind.is_complex):
        raise AutogradError(
            "data set to a tensor that requires gradients must be floating point or complex dtype"
        )


def check_replacement(hook: Callable[..., Any], gradient: Any, replaced: Any) -> None:
    """Raise PyTorch's error if what a hook returned cannot take the place of a gradient.

    Raises:
        ArgumentError: (a TypeError) it is no tensor.
        ShapeError: it has another shape.
        DtypeError: it has another element type.
    """
    name = getattr(hook, "__name__", "hook")
    if not isinstance(replaced, Handle):
        raise ArgumentError(f"expected Variable, but hook returned '{type(replaced).__name__}'")
    if replaced._layout.shape != gradient._layout.shape:
        raise ShapeError(f"hook '{name}' has changed the size of value")
    if replaced._layout.dtype is not gradient._layout.dtype:
        raise DtypeError(f"hook '{name}' has changed the type of value")
