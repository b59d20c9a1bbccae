"""``Tensor``: a handle with PyTorch's face.

What a tensor computes is in the graph; what it is (memory, layout, place in the trace) is in
:class:`~graphnet.trace.handle.Handle`. This class adds how it looks and behaves in Python.
Functions that are also methods are attached by :mod:`graphnet.functions.methods`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from graphnet import dtypes, grad_mode
from graphnet.devices import CPU, device
from graphnet.errors import (
    AliasError,
    ArgumentError,
    AutogradError,
    DtypeError,
    OperandError,
    ScalarError,
    ShapeError,
    ValueRangeError,
)
from graphnet.inplace import (
    check_data,
    check_gradient,
    check_overlap,
    check_writable,
)
from graphnet.ir.expression import Expression, binary
from graphnet.ir.op import Op
from graphnet.ir.registry import singletons
from graphnet.ir.types import Size
from graphnet.ops.convert import Cast, Clone, Detach
from graphnet.ops.shape import Expand, Permute, Transpose
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES
from graphnet.runtime.storage import Layout, Storage
from graphnet.subclasses import dispatches, take_part, torch_function
from graphnet.trace.handle import Handle, Origin, origin_of
from graphnet.trace.introspect import grad_fn_of, gradient_of
from graphnet.trace.look import settle, values_of
from graphnet.trace.memory import Place
from graphnet.trace.recorder import Recorder, current_recorder, this_thread

_Subclass = TypeVar("_Subclass", bound="Tensor")


def _augmented(name: str) -> Callable[[Any, Any], Any]:
    """The method behind ``x += y`` and its like: the result is written into ``x``'s memory."""

    def method(self: Tensor, other: Any) -> Tensor:
        return self._overwrite(self._apply, singletons[name], self, other)

    method.__name__, method.__doc__ = f"__i{name}__", f"Apply ``{name}`` in place."
    return method


def apply(op: Op, *operands: Any) -> Any:
    """Record an operation on operands of which none need be a tensor."""
    return current_recorder().apply(op, operands)


class Tensor(Handle, Expression):
    """A multi-dimensional array of one element type, with gradients.

    >>> import graphnet as torch
    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ("__dict__",)

    __array_priority__ = 1000  # numpy leaves `array * tensor` to us

    if TYPE_CHECKING:
        # Attached by graphnet.functions and graphnet.autograd.
        def __getattr__(self, name: str) -> Any: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __setitem__(self, index: Any, value: Any) -> None: ...

    #: Whether operations on it ask its class.
    _dispatches = False
    __torch_function__ = classmethod(torch_function)

    def __init_subclass__(cls, **options: Any) -> None:
        """What operations make of a subclass's tensors is of the subclass, unless it refuses."""
        super().__init_subclass__(**options)
        if dispatches(cls):
            take_part(cls)

    def as_subclass(self, cls: type[_Subclass]) -> _Subclass:
        """This tensor, memory, history and all, as one of a subclass.

        >>> import graphnet as torch
        >>> class Length(torch.Tensor):
        ...     pass
        >>> torch.ones(2).as_subclass(Length) * 2
        Length([2., 2.])
        """
        made: _Subclass = object.__new__(cls)
        made._become(self)
        return made

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """``torch.Tensor(2, 3)`` or ``torch.Tensor([1., 2.])``; Handle._of makes the others."""
        from graphnet.functions.creation import legacy_tensor

        made = object.__new__(cls)
        made._become(legacy_tensor(*args, **kwargs))
        return made

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: a subclass may make itself of another tensor in ``__new__``, history and all."""

    def _become(self, other: Handle) -> None:
        """Be a handle on the same memory, at the same place in the trace."""
        other._storage  # noqa: B018  # it has none otherwise, and both would make one
        for name in Handle.__slots__:
            if name != "__weakref__" and hasattr(other, name):
                setattr(self, name, getattr(other, name))

    # ------------------------------------------------------------------ making

    @classmethod
    def _from_array(cls, array: Any, *, shared: bool = False, requires_grad: bool = False) -> Self:
        """A leaf over an array: takes it over, or shares it with numpy code if ``shared``."""
        if array.flags.c_contiguous:
            storage = Storage.of(array, shared=shared)
            layout = Layout.of(storage.type.dtype, array.shape, requires_grad=requires_grad)
            return cls._of(storage, layout)
        step = array.itemsize
        strides = tuple(stride // step for stride in array.strides)
        if min(strides) < 0 or any(stride % step for stride in array.strides):
            raise AliasError(
                "from_numpy: at least one stride in the given numpy array is negative or not a "
                "multiple of the element size, and such memory cannot be shared",
                cure="make a copy first, with array.copy()",
            )
        span = 1 + sum((n - 1) * s for n, s in zip(array.shape, strides, strict=True))
        flat = np.lib.stride_tricks.as_strided(array, (span if array.size else 0,), (step,))
        storage = Storage.of(flat, shared=shared)
        layout = Layout.of(
            storage.type.dtype, array.shape, strides, whole=False, requires_grad=requires_grad
        )
        return cls._of(storage, layout)

    @staticmethod
    def _make_subclass(cls: type[Any], data: Tensor, require_grad: bool = False) -> Any:  # noqa: PLW0211  # PyTorch's signature
        """A new leaf of class ``cls`` over ``data``'s memory."""
        if require_grad and not (data.dtype.is_floating_point or data.dtype.is_complex):
            raise AutogradError(
                "Only Tensors of floating point and complex dtype can require gradients",
                cure=f"cast the data first: it is {data.dtype}",
            )
        layout = data._layout.but(requires_grad=require_grad, is_leaf=True)
        if data.is_meta:
            return data._like(cls, layout)
        made = cls._of(data._storage, layout, data._offset)
        if data._storage.pending:
            made._seen = -1
        return made

    def _apply(self, op: Op, *operands: Any) -> Any:
        return this_thread.recorder.apply(op, operands)

    # ------------------------------------------------------------------ facts

    def _present(self) -> Layout:
        """The layout, after a write to the memory that may have given this view a history."""
        if self._base is not None and self._seen != self._storage.version:
            recorder = current_recorder()
            if self._storage.segment is recorder.segment:
                recorder.slot_of(self)
        return self._layout

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return self._layout.shape

    @property
    def dtype(self) -> dtypes.dtype:
        """The element type."""
        return self._layout.dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._layout.shape)

    @property
    def device(self) -> device:
        """The CPU; tensors on the device ``meta`` are of a class below."""
        return CPU

    is_cpu = True
    is_cuda = is_mps = is_xpu = is_meta = is_sparse = is_quantized = False

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to or through this tensor."""
        return self._present().requires_grad or origin_of(self) is Origin.NO_GRAD

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and not self.is_leaf:
            raise AutogradError("you can only change requires_grad flags of leaf variables.")
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Say whether gradients are wanted for this leaf."""
        layout = self._layout
        if not layout.is_leaf:
            if not requires_grad:
                raise AutogradError(
                    "you can only change requires_grad flags of leaf variables. If you want to use "
                    "a computed variable in a subgraph that doesn't require differentiation use "
                    "var_no_grad = var.detach()."
                )
            return self
        if requires_grad and not (self.dtype.is_floating_point or self.dtype.is_complex):
            raise AutogradError(
                "only Tensors of floating point and complex dtype can require gradients",
                cure=f"this one is {self.dtype}: give it a floating point dtype, as with .float()",
            )
        if requires_grad != layout.requires_grad:
            self._layout = layout.but(requires_grad=bool(requires_grad))
            self._leave_trace()
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether no differentiable operation made it."""
        return self._present().is_leaf

    @property
    def grad_fn(self) -> Any:
        """The operation that made it, as a node of the backward graph; None for a leaf."""
        return None if self.is_leaf else grad_fn_of(self)

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward passes have accumulated; of intermediates the latest's."""
        if self._grad is None and not self.is_leaf and not self.retains_grad:
            self._grad = gradient_of(self)
        return self._grad  # type: ignore[return-value]  # handles made here are tensors

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            check_gradient(self, value)
        self._grad = value

    @property
    def data(self) -> Tensor:
        """The same memory without history; autograd is not told of writes through it."""
        alias = self.detach()
        alias._origin = Origin.DATA
        return alias

    @data.setter
    def data(self, value: Tensor) -> None:
        mine = self._layout
        check_data(value, mine.requires_grad)
        settle(value._storage)
        layout = value._layout.but(requires_grad=mine.requires_grad, is_leaf=mine.is_leaf)
        self._storage, self._layout, self._offset = value._storage, layout, value._offset
        self._segment, self._slot, self._seen = None, -1, value._storage.version
        self._array = None

    @property
    def T(self) -> Tensor:  # noqa: N802  # PyTorch's name
        """All dimensions in reverse order."""
        return self._apply(Permute(tuple(reversed(range(self.dim())))), self)  # type: ignore[no-any-return]  # a tensor

    @property
    def mT(self) -> Tensor:  # noqa: N802  # PyTorch's name
        """The last two dimensions exchanged; a single number stays."""
        if self.dim() == 0:
            return self
        if self.dim() == 1:
            raise ShapeError(
                "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."
            )
        return self._apply(Transpose(self.dim() - 2, self.dim() - 1), self)  # type: ignore[no-any-return]  # a tensor

    @property
    def itemsize(self) -> int:
        """Bytes an element takes."""
        return self.dtype.itemsize

    def element_size(self) -> int:
        """Bytes an element takes."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes all elements take."""
        return self.numel() * self.dtype.itemsize

    @property
    def _version(self) -> int:
        """How often the memory was written to in place, save through ``.data``."""
        return self._storage.noticed

    def _is_view(self) -> bool:
        return self._base is not None or origin_of(self) is Origin.NO_GRAD

    def dim(self) -> int:
        """The number of dimensions."""
        return len(self._layout.shape)

    ndimension = dim

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        return self._layout.shape if dim is None else self._layout.shape[dim]

    def numel(self) -> int:
        """The number of elements."""
        return self._layout.numel

    nelement = numel

    def stride(self, dim: int | None = None) -> Any:
        """Steps between elements, in elements, of all dimensions or of one."""
        return self._layout.strides if dim is None else self._layout.strides[dim]

    def storage_offset(self) -> int:
        """How many elements of the storage lie before the first."""
        return self._offset

    def data_ptr(self) -> int:
        """The address of the first element."""
        return int(self._settled().ctypes.data)

    def is_contiguous(self, memory_format: Any = None) -> bool:
        """Whether elements follow each other in row-major order."""
        return self._layout.is_contiguous

    def is_floating_point(self) -> bool:
        """Whether the element type is floating point."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the element type is complex."""
        return self.dtype.is_complex

    # ------------------------------------------------------------------ looking

    def _settled(self) -> Any:
        """The values, as an array that shares memory."""
        return values_of(self)

    def item(self) -> Any:
        """The only element, as a Python number.

        Raises:
            ScalarError: there is not exactly one.
        """
        if self._layout.numel != 1:
            raise ScalarError(
                f"a Tensor with {self.numel()} elements cannot be converted to Scalar",
                cure="reduce it first, for example with .sum() or .mean()",
            )
        return values_of(self).item()

    def tolist(self) -> Any:
        """The elements as nested lists."""
        return self._settled().tolist()

    def numpy(self, *, force: bool = False) -> Any:
        """The values as a numpy array that shares memory.

        Raises:
            AutogradError: the tensor requires grad, ``force`` is not given, and gradients are
                recorded at present.
        """
        if self._layout.requires_grad and not force and grad_mode.enabled():
            raise AutogradError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                "instead.",
                cure="use tensor.detach().numpy()",
            )
        if self.dtype.is_stored_only:
            raise ArgumentError(f"Got unsupported ScalarType {self.dtype.name.capitalize()}")
        array = self._settled()
        recorder = current_recorder()
        if self._storage in recorder.segment.memory:
            # What was recorded reads the values of now, whatever numpy code is going to write.
            recorder.run("memory handed to numpy")
        return self._storage.export(array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __dlpack__(self, **options: Any) -> Any:
        """A capsule by which other libraries find the memory."""
        if self._layout.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        return self.numpy().__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)  # what DLPack calls the CPU

    def __array_wrap__(
        self, array: Any, context: Any = None, return_scalar: bool = False
    ) -> Tensor:
        """What numpy's functions make of a tensor is a tensor again."""
        array = np.asarray(array)
        return Tensor._from_array(array.astype(np.uint8) if array.dtype == bool else array)

    def __bool__(self) -> bool:
        if self._layout.numel != 1:
            many = "more than one value" if self._layout.numel else "no values"
            raise ScalarError(
                f"Boolean value of Tensor with {many} is ambiguous",
                cure="ask for .any() or .all(), or combine conditions with & and |",
            )
        return bool(self._settled().item())

    def __int__(self) -> int:
        return int(self._number())

    def __float__(self) -> float:
        return float(self._number())

    def __complex__(self) -> complex:
        return complex(self._number())

    def _number(self) -> Any:
        """The only element, for Python's conversions."""
        if self._layout.numel != 1:
            raise ValueRangeError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __index__(self) -> int:
        if self.dtype.is_floating_point or self.dtype.is_complex or self.numel() != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __len__(self) -> int:
        if not self._layout.shape:
            raise TypeError("len() of a 0-d tensor")
        return int(self._layout.shape[0])

    def __iter__(self) -> Iterator[Tensor]:
        if not self._layout.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind())

    def __contains__(self, element: Any) -> bool:
        return bool((self == element).any())

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return self._text()

    def _text(self) -> str:
        from graphnet import printing  # most tensors are never shown

        return printing.format_tensor(
            self._settled(),
            dtype=self.dtype,
            requires_grad=self.requires_grad,
            grad_fn=None if self.is_leaf else self.grad_fn.name(),
            class_name=type(self).__name__ if self._dispatches else "tensor",
        )

    def __format__(self, spec: str) -> str:
        if not self._layout.shape:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    # ------------------------------------------------------------------ operators

    def __eq__(self, other: object) -> Any:
        return self._compare("eq", other)

    def __ne__(self, other: object) -> Any:
        return self._compare("ne", other)

    __iadd__, __isub__ = _augmented("add"), _augmented("sub")
    __imul__, __itruediv__ = _augmented("mul"), _augmented("div")
    __ifloordiv__, __imod__ = _augmented("floor_divide"), _augmented("remainder")
    __ipow__ = _augmented("pow")
    __iand__, __ior__ = _augmented("bitwise_and"), _augmented("bitwise_or")
    __ixor__ = _augmented("bitwise_xor")
    __lshift__ = binary("bitwise_left_shift")
    __rshift__ = binary("bitwise_right_shift")

    def __rtruediv__(self, other: Any) -> Any:
        """``other / self``, as PyTorch computes it."""
        try:
            return self._apply(
                singletons["mul"], self._apply(singletons["reciprocal"], self), other
            )
        except OperandError:
            return NotImplemented

    def _compare(self, name: str, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            other = Tensor._from_array(other.copy())
        if not isinstance(other, Tensor | bool | int | float | complex | np.generic):
            return NotImplemented
        return self._apply(singletons[name], self, other)

    # ------------------------------------------------------------------ autograd

    def detach(self) -> Tensor:
        """The same memory without history."""
        return self._apply(Detach(), self)  # type: ignore[no-any-return]  # a tensor gives a tensor

    def detach_(self) -> Self:
        """Forget the history, in place."""
        if self._base is not None:
            raise AutogradError(
                "Can't detach views in-place. Use detach() instead. If you are using "
                "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as "
                "True, gradients are views of DDP buckets, and hence detach_() cannot be called on "
                "these gradients. To fix this error, please refer to the Optimizer.zero_grad() "
                "function in torch/optim/optimizer.py as the solution."
            )
        grad = self._grad
        self._become(self.detach())
        self._grad = grad
        return self

    @property
    def retains_grad(self) -> bool:
        """Whether :meth:`retain_grad` was called on this intermediate tensor."""
        return "_keeper" in self.__dict__

    # ------------------------------------------------------------------ writing

    def _overwrite(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Write what a function makes of this tensor, among others, into this tensor's memory."""
        check_writable(self)
        for arg in args:
            if isinstance(arg, Tensor) and arg._storage is self._storage:
                check_overlap(self, arg)
        began = current_recorder().memory.here()
        return self._write(function(*args, **kwargs), began)

    def _write(self, value: Any, began: Place | None = None) -> Self:
        """Write ``value`` into this tensor's memory, with PyTorch's rules for in-place writes.

        ``began`` says where in the trace computing it began, if that is part of the write.
        """
        check_writable(self, isinstance(value, Tensor) and value._layout.requires_grad)
        if not isinstance(value, Tensor):
            from graphnet.functions.creation import tensor

            value = tensor(value, dtype=self.dtype)
        if value.dtype is not self.dtype:
            if not dtypes.can_cast(value.dtype, self.dtype):
                raise DtypeError(
                    f"result type {SCALAR_TYPE_NAMES[value.dtype]} can't be cast to the desired "
                    f"output type {SCALAR_TYPE_NAMES[self.dtype]}",
                    cure="write out of place, or cast the tensor first",
                )
            value = self._apply(Cast(self.dtype), value)
        if value.shape != self.shape:
            if value.dim() > self.dim():
                raise ShapeError(
                    f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                    f"{list(value.shape)}"
                )
            value = self._apply(Expand(tuple(self.shape)), value)
        if value._storage is self._storage:
            value = self._apply(Clone(), value)
        current_recorder().memory.write(self, value, began)
        return self

    def _check_writable(self) -> None:
        check_writable(self)

    # ------------------------------------------------------------------ copying

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if not self.is_leaf:
            raise AutogradError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
                "protocol at the moment.  If you were attempting to deepcopy a module, this may be "
                "because of a torch.nn.utils.weight_norm usage, see "
                "https://github.com/pytorch/pytorch/pull/103001"
            )
        if id(self) in memo:
            return memo[id(self)]
        settle(self._storage)
        storage = deepcopy(self._storage, memo)
        facts = (storage, self._offset, *self._facts(), dict(self.__dict__), self._seen_as())
        made = _rebuild(type(self), *facts)
        memo[id(self)] = made
        if self._grad is not None:
            made._grad = self._grad.__deepcopy__(memo)  # type: ignore[attr-defined]  # a tensor
        return made

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        settle(self._storage)
        facts = (self._storage, self._offset, *self._facts(), dict(self.__dict__))
        seen_as = self._seen_as()
        # Programs that run as PyTorch's find the class under another name than those that do not.
        kind = None if type(self) is Tensor else type(self)
        return (_rebuild, (kind, *facts, *([] if seen_as is None else [seen_as])))

    def _seen_as(self) -> dtypes.dtype | None:
        return self._storage.another(self.dtype)

    def _facts(self) -> tuple[Any, ...]:
        layout = self._layout
        return (tuple(layout.shape), layout.strides, layout.whole, layout.requires_grad)


def _rebuild(
    cls: type[Tensor] | None,
    storage: Storage,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    whole: bool,
    requires_grad: bool,
    attributes: dict[str, Any] | None = None,
    seen_as: dtypes.dtype | None = None,
) -> Any:
    """A leaf over a storage that was copied or loaded; views of one storage go on sharing it."""
    kind = seen_as or storage.type.dtype
    layout = Layout.of(kind, shape, strides, whole=whole, requires_grad=requires_grad)
    made = (cls or Tensor)._of(storage, layout, offset)
    made.__dict__.update(attributes or {})
    return made


Tensor.__module__ = "graphnet"  # where users find it
Recorder.handle, Recorder.make = Tensor, Tensor._made
