"""Tensors on the device ``meta``: a shape and a type without values.

Shapes are inferred without values anyway (:meth:`graphnet.ir.op.Op.infer`), so a meta tensor is one
whose value may never be asked for. An operation on meta tensors is no step of a trace: its types
are inferred, and its results are meta tensors. Of what they would be the gradients is known by name
only.

A meta tensor is of a class of its own, below that of the tensor it stands for, so other tensors pay
nothing for there being some.

Source: PyTorch's page "Meta device".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NoReturn, Self

from graphnet import grad_mode
from graphnet._tensor import Tensor
from graphnet.devices import META, DeviceError, NoDataError, device
from graphnet.errors import NotSupportedError, ScalarError
from graphnet.ir.builder import Builder
from graphnet.ir.node import Value
from graphnet.ir.op import Op
from graphnet.ir.types import GeneratorType
from graphnet.ops.shape import ViewOp
from graphnet.printing import format_meta
from graphnet.runtime.storage import Layout
from graphnet.source import user_location
from graphnet.subclasses import _disabled_torch_function_impl, ask_first
from graphnet.trace.handle import Handle
from graphnet.trace.introspect import GradFunction
from graphnet.trace.operands import as_number, layouts_of
from graphnet.trace.recorder import Draws, current_recorder

__all__ = ["MetaTensor", "infer", "meta_class", "move", "stand_in"]


class MetaItemError(DeviceError):
    """A number out of a tensor that has none."""

    def __init__(self) -> None:
        super().__init__("Tensor.item() cannot be called on meta tensors")


class _Nowhere:
    """The memory of meta tensors that share it: there is none, and a trace cannot take it in."""

    version = noticed = 0
    segment = None
    shared = False

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise DeviceError("Tensor on device meta is not on the expected device cpu!")


class MetaTensor(Tensor):
    """A tensor without values.

    >>> import graphnet as torch
    >>> x = torch.empty(2, 3, device="meta")
    >>> x @ x.T
    tensor(..., device='meta', size=(2, 2))
    """

    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]  # a mark

    is_cpu = False
    is_meta = True

    #: The class that it stands for.
    _real: type[Tensor] = Tensor
    #: What it would be in a graph, if a differentiable operation made it.
    _value: Value | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """What the class that it stands for makes: programs call ``type(parameter)(values)``."""
        return cls._real(*args, **kwargs)

    @classmethod
    def _without_values(cls, layout: Layout, base: Tensor | None = None, offset: int = 0) -> Self:
        """A tensor of a layout, in the memory of another or its own."""
        made = object.__new__(cls)
        for name in ("_segment", "_grad", "_base", "_array"):
            setattr(made, name, None)
        made._layout, made._offset = layout, offset
        made._slot, made._seen = -1, 0
        made._stored = _Nowhere() if base is None else base._stored  # type: ignore[assignment]  # nothing
        return made

    def _like(self, cls: type[Tensor], layout: Layout) -> Tensor:
        """A tensor of another class in the same place."""
        return meta_class(cls)._without_values(layout, self, self._offset)

    def _apply(self, op: Op, *operands: Any) -> Any:
        return infer(op, operands)

    @property
    def device(self) -> device:
        """``meta``."""
        return META

    @property
    def grad_fn(self) -> Any:
        """The operation that made it."""
        if self._value is None or self.is_leaf:
            return None
        return GradFunction.of(self._value, current_recorder().segment)

    @property
    def grad(self) -> Tensor | None:
        """None, unless it was set."""
        return self._grad  # type: ignore[return-value]  # handles made here are tensors

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        self._grad = value

    @property
    def data(self) -> Tensor:
        """The same without history."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        move(self, value)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Say whether gradients are wanted for this leaf."""
        if self._layout.is_leaf and (self.is_floating_point() or self.is_complex()):
            self._layout = self._layout.but(requires_grad=requires_grad)
            return self
        return super().requires_grad_(requires_grad)

    # ------------------------------------------------------------------ looking

    def _settled(self) -> NoReturn:
        raise NoDataError

    def item(self) -> NoReturn:
        """Raises: there are no values."""
        if self._layout.numel != 1:
            raise ScalarError(
                f"a Tensor with {self.numel()} elements cannot be converted to Scalar"
            )
        raise MetaItemError

    def __bool__(self) -> NoReturn:
        raise MetaItemError

    def _number(self) -> NoReturn:
        raise MetaItemError

    def numpy(self, *, force: bool = False) -> NoReturn:
        """Raises: there are no values."""
        raise TypeError(
            "can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor "
            "to host memory first."
        )

    def backward(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuses: what would be differentiated was not recorded."""
        raise NotSupportedError(
            "torch.Tensor.backward: tensors on the device meta have no gradients here",
            cure="give the module values first: module.to_empty(device='cpu')",
        )

    def data_ptr(self) -> int:
        """0: there is no memory."""
        return 0

    def _text(self) -> str:
        grad_fn = self.grad_fn
        return format_meta(
            self.dtype,
            tuple(self.shape),
            requires_grad=self.requires_grad,
            grad_fn=None if grad_fn is None else grad_fn.name(),
        )

    def __format__(self, spec: str) -> str:
        return object.__format__(self, spec)

    # ------------------------------------------------------------------ writing and copying

    def _overwrite(self, function: Any, *args: Any, **kwargs: Any) -> Self:
        return self._write(function(*args, **kwargs))

    def _write(self, value: Any, began: Any = None) -> Self:
        if isinstance(value, Tensor):
            value.expand(self.shape)  # which raises if it does not fit
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            made = type(self)._without_values(self._layout)
            made.__dict__.update(self.__dict__)
            memo[id(self)] = made
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        layout = self._layout
        facts = (layout.dtype, tuple(layout.shape), layout.strides, layout.requires_grad)
        return _unpickled, (self._real, *facts)


ask_first(MetaTensor)


def _unpickled(
    real: type[Tensor],
    dtype: Any,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    requires_grad: bool,
) -> Tensor:
    layout = Layout.of(dtype, shape, strides, requires_grad=requires_grad)
    return meta_class(real)._without_values(layout)


def meta_class(real: type[Tensor]) -> type[MetaTensor]:
    """The class of meta tensors that stand for tensors of a class."""
    if issubclass(real, MetaTensor):
        return real
    if real not in _classes:
        facts = {"_real": real, "__module__": real.__module__, "__doc__": real.__doc__}
        _classes[real] = type(real.__name__, (MetaTensor, real), facts)
    return _classes[real]


_classes: Final[dict[type[Tensor], type[MetaTensor]]] = {Tensor: MetaTensor}


def infer(op: Op, operands: Sequence[Any]) -> Any:
    """What an operation gives of meta tensors, and of numbers: a meta tensor, or several.

    Raises:
        DeviceError: (a RuntimeError) one of the operands has values, and is no single number.
    """
    _check_places(operands)
    builder = Builder(location=user_location())
    builder.grad_enabled = grad_mode.enabled()
    with builder:
        results = op(*(_argument(builder, op, operand) for operand in operands))
    made = results if isinstance(results, tuple) else (results,)
    source = next((each for each in operands if isinstance(each, MetaTensor)), None)
    layouts = layouts_of(op, made, operands)
    if isinstance(op, ViewOp) and source is not None and layouts[0] is not None:
        return _view(op, source, made[0], layouts[0], operands)
    tensors = tuple(
        value if layout is None else _standing_for(value, layout)
        for value, layout in zip(made, layouts, strict=True)
    )
    return tensors if isinstance(results, tuple) else tensors[0]


def _check_places(operands: Sequence[Any]) -> None:
    """Raise DeviceError if tensors, other than single numbers, are in several places."""
    tensors = [each for each in operands if isinstance(each, Handle)]
    places = [
        "meta" if isinstance(each, MetaTensor) else "cpu"
        for each in tensors
        if isinstance(each, MetaTensor) or each._layout.shape
    ]
    other = next((place for place in places if place != places[0]), None)
    if other is not None:
        raise DeviceError(f"Tensor on device {other} is not on the expected device {places[0]}!")


def _argument(builder: Builder, op: Op, operand: Any) -> Value:
    """An operand as a value of a graph that is thrown away."""
    if isinstance(operand, Draws):
        return builder.input(GeneratorType(), "generator")
    if not isinstance(operand, Handle):
        return builder.constant(as_number(operand, op))
    layout = operand._layout
    return builder.input(layout.type, requires_grad=layout.requires_grad)


def _standing_for(value: Value, layout: Layout) -> MetaTensor:
    made = MetaTensor._without_values(layout)
    if layout.requires_grad:
        made._value = value
    return made


def _view(
    op: ViewOp, source: MetaTensor, value: Value, layout: Layout, operands: Sequence[Any]
) -> MetaTensor:
    numbers = [each for each in operands if not isinstance(each, Handle)]
    lies = source._layout
    strides, delta = op.strides(lies.type.shape, lies.strides, *numbers)
    whole = lies.whole and layout.type == lies.type and strides == lies.strides
    made = MetaTensor._without_values(
        layout.but(strides=strides, whole=whole), source, source._offset + delta
    )
    if layout.requires_grad:
        made._value = value
    return made


def stand_in(tensor: Tensor) -> MetaTensor:
    """A meta tensor of the shape and type of a tensor, without its history."""
    layout = Layout.of(tensor.dtype, tuple(tensor.shape), tensor._layout.strides)
    return MetaTensor._without_values(layout)


def move(tensor: Tensor, values: Tensor) -> None:
    """Let a tensor, which stays the same object, be where another is: on ``meta`` or the CPU."""
    wants, leaf = tensor._layout.requires_grad, tensor._layout.is_leaf
    real = tensor._real if isinstance(tensor, MetaTensor) else type(tensor)
    if isinstance(values, MetaTensor):
        made: Tensor = meta_class(real)._without_values(values._layout, values, values._offset)
    else:
        made = real._of(values._storage, values._layout, values._offset)
    for name in Handle.__slots__:
        if name not in ("__weakref__", "_grad") and hasattr(made, name):
            setattr(tensor, name, getattr(made, name))
    tensor.__class__ = type(made)
    tensor._layout = tensor._layout.but(requires_grad=wants, is_leaf=leaf)
    tensor._leave_trace()
