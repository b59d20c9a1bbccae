"""Tensors that a module keeps: a :class:`Parameter` to be trained, a :class:`Buffer` as it is.

Each also comes without a shape, for modules that learn it from their first input.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Never, Self, TypeVar

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.runtime.storage import Layout
from graphnet.subclasses import _disabled_torch_function_impl
from graphnet.trace.handle import Handle

_Held = TypeVar("_Held", bound=Tensor)


class Parameter(Tensor):
    """A tensor that a module registers as its own when it is assigned to an attribute.

    It shares the storage of ``data`` and is a leaf of the autograd graph, whatever ``data`` was.

    Args:
        data: the values; an empty tensor when left out.
        requires_grad: whether the backward pass fills its ``grad``.

    Raises TypeError when ``data`` is not a tensor, and RuntimeError when ``requires_grad`` is asked
    of a dtype without gradients. Source: PyTorch's page "Parameter".

    >>> import graphnet as torch
    >>> torch.nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]  # a mark

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        """Make a leaf in the storage of ``data``."""
        return _held(cls, _values(cls, data), requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = _held(type(self), self.detach().clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that is part of a module's state but is not trained, such as a running mean.

    Args:
        data: the values, whose storage it shares; an empty tensor when left out.
        persistent: whether it is part of the module's ``state_dict()``.

    Raises TypeError when ``data`` is not a tensor. Source: PyTorch's page "Buffer".

    >>> import graphnet as torch
    >>> module = torch.nn.Module()
    >>> module.mean = torch.nn.Buffer(torch.zeros(2))
    >>> module.state_dict()
    OrderedDict([('mean', tensor([0., 0.]))])
    """

    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]  # a mark

    persistent: bool

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Self:
        """Make a leaf in the storage of ``data``."""
        values = _values(cls, data)
        buffer = _held(cls, values, values.requires_grad)
        buffer.persistent = persistent
        return buffer


def _values(cls: type[Tensor], data: Tensor | None) -> Tensor:
    if data is None:
        return fn.empty(0)
    if not isinstance(data, Tensor):
        raise ArgumentError(
            f"{cls.__name__}(): argument 'data' must be a Tensor, not {type(data).__name__}",
            cure="make a tensor of the values first: torch.tensor(values)",
        )
    return data


def _held(cls: type[_Held], data: Tensor, requires_grad: bool) -> _Held:
    """A leaf of class ``cls`` in the storage of ``data``."""
    held: _Held = Tensor._make_subclass(cls, data)
    return held.requires_grad_(requires_grad)


class UninitializedTensorMixin(Tensor):
    """A tensor of which only the dtype is known; :meth:`materialize` gives it its shape.

    Until then it stands in a module's tables, can be converted and saved, and refuses all else.
    """

    __torch_function__ = _disabled_torch_function_impl  # type: ignore[assignment]  # a mark

    #: The class of the tensor once it has a shape.
    cls_to_become: type[Tensor]

    # The layout is what every operation asks a tensor for first: no value without it. The slot
    # holds that of an empty tensor, which knows the dtype.
    _placeholder = Handle._layout  # type: ignore[misc]  # the descriptor of the slot

    @property
    def _layout(self) -> Layout:
        raise ValueRangeError(
            "Attempted to use an uninitialized parameter. This error happens when you are using a "
            "`LazyModule` or explicitly manipulating "
            f"`torch.nn.parameter.{type(self).__name__}` objects. When using LazyModules Call "
            "`forward` with a dummy batch to initialize the parameters before calling torch "
            "functions"
        )

    @_layout.setter
    def _layout(self, layout: Layout) -> None:
        self._placeholder = layout

    def _present(self) -> Layout:
        return self._placeholder

    @property
    def shape(self) -> Never:
        """There is none yet: raises RuntimeError."""
        raise RefusedError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually "
            "happens in `load_state_dict` when trying to load an uninitialized parameter into an "
            "initialized one. Call `forward` to initialize the parameters before accessing their "
            "attributes."
        )

    @property
    def dtype(self) -> dtypes.dtype:
        """The element type it will have."""
        return self._placeholder.dtype

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Say whether gradients are wanted once it has a shape."""
        self._placeholder = self._placeholder.but(requires_grad=requires_grad)
        return self

    @property
    def data(self) -> Tensor:
        """An empty tensor of its dtype."""
        return Tensor._of(self._storage, self._placeholder.but(requires_grad=False))

    @data.setter
    def data(self, value: Tensor) -> None:
        requires_grad = self._placeholder.requires_grad
        self._storage = value._storage
        self._placeholder = value._layout.but(requires_grad=requires_grad)

    def materialize(
        self, shape: Sequence[int], device: Any = None, dtype: dtypes.dtype | None = None
    ) -> None:
        """Become a tensor of that shape, with values still to be written.

        Args:
            shape: the sizes of its dimensions.
            device: where it is.
            dtype: its type, if another than this one's.

        >>> import graphnet as torch
        >>> parameter = torch.nn.UninitializedParameter()
        >>> parameter.materialize((2, 3))
        >>> type(parameter).__name__, parameter.shape
        ('Parameter', torch.Size([2, 3]))
        """
        values = fn.empty(tuple(shape), device=device, dtype=dtype or self.dtype)
        self.__class__ = self.cls_to_become  # type: ignore[assignment]  # as in PyTorch
        self.data = values

    def share_memory_(self) -> Never:
        """There is no memory yet: raises RuntimeError."""
        raise RefusedError(
            "Can't share memory on an uninitialized parameter or buffer. Call `forward` to "
            "initialize the parameters before calling `module.share_memory()`."
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            make, given = self.__reduce_ex__(4)
            memo[id(self)] = make(*given)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return (type(self), (self.requires_grad, None, self.dtype))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A :class:`Parameter` whose shape is not known yet.

    Args:
        requires_grad: whether the backward pass will fill its ``grad``.
        device: where it will be.
        dtype: the type it will have; the default floating-point type when left out.

    Using it raises ValueError, asking for its shape RuntimeError. Source: PyTorch's page
    "UninitializedParameter".

    >>> import graphnet as torch
    >>> torch.nn.LazyLinear(3).weight
    <UninitializedParameter>
    """

    cls_to_become = Parameter

    def __new__(
        cls, requires_grad: bool = True, device: Any = None, dtype: dtypes.dtype | None = None
    ) -> Self:
        """Make a parameter without a shape."""
        return _held(cls, fn.empty(0, device=device, dtype=dtype), requires_grad)


class UninitializedBuffer(UninitializedTensorMixin, Buffer):
    """A :class:`Buffer` whose shape is not known yet.

    Args:
        requires_grad: whether gradients flow to it.
        device: where it will be.
        dtype: the type it will have; the default floating-point type when left out.
        persistent: whether it is part of the module's ``state_dict()``.

    Using it raises ValueError, asking for its shape RuntimeError. Source: PyTorch's page
    "UninitializedBuffer".

    >>> import graphnet as torch
    >>> torch.nn.LazyBatchNorm1d().running_mean
    <UninitializedBuffer>
    """

    cls_to_become = Tensor

    def __new__(
        cls,
        requires_grad: bool = False,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        persistent: bool = True,
    ) -> Self:
        """Make a buffer without a shape."""
        buffer = _held(cls, fn.empty(0, device=device, dtype=dtype), requires_grad)
        buffer.persistent = persistent
        return buffer


def is_lazy(param: Any) -> bool:
    """Whether this is a parameter or buffer whose shape is not known yet."""
    return isinstance(param, UninitializedTensorMixin)
