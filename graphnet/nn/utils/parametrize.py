"""Parameters computed from others: ``torch.nn.utils.parametrize``.

Source: PyTorch's page ``torch.nn.utils.parametrize.register_parametrization``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, ClassVar

from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError, ValueRangeError
from graphnet.grad_mode import no_grad
from graphnet.nn.modules.container import ModuleDict, ModuleList
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]


class ParametrizationError(GraphnetError, RuntimeError):
    """Something that cannot be a parametrization."""


class _Cache:
    """Values that were computed while :func:`cached` is on."""

    depth: ClassVar[int] = 0
    values: ClassVar[dict[tuple[int, str], Any]] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Compute each parametrized tensor once inside of this, however often it is read."""
    _Cache.depth += 1
    try:
        yield
    finally:
        _Cache.depth -= 1
        if not _Cache.depth:
            _Cache.values.clear()


def _put(module: Module, name: str, value: Tensor) -> None:
    if isinstance(value, Parameter):
        module.register_parameter(name, value)
    else:
        module.register_buffer(name, value)


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, applied one after the other, and what it is made of.

    Attributes:
        original: the tensor, or ``original0``, ``original1``, … where the last parametrization's
            ``right_inverse`` gives several.
    """

    original: Any

    def __init__(
        self, modules: Sequence[Module], original: Tensor | Parameter, unsafe: bool = False
    ) -> None:
        if not modules:
            raise ValueRangeError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        new: Any = original
        with no_grad():
            for module in reversed(list(modules)):
                if hasattr(module, "right_inverse"):
                    new = module.right_inverse(new)
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            self._keep_one(original, new)
        else:
            self._keep_several(original, new)
        if not unsafe:
            self._check_fit(original)

    def _keep_one(self, original: Any, new: Tensor) -> None:
        if original.dtype is not new.dtype:
            raise ValueRangeError(
                "When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                f"original.dtype: {original.dtype}\nright_inverse(original).dtype: {new.dtype}"
            )
        with no_grad():
            original.data = new
        _put(self, "original", original)

    def _keep_several(self, original: Any, new: Sequence[Any]) -> None:
        for number, each in enumerate(new):
            if not isinstance(each, Tensor):
                raise ValueRangeError(
                    "right_inverse must return a Tensor or a Sequence of tensors (list, "
                    f"tuple...). Got element {number} of the sequence with type "
                    f"{type(each).__name__}."
                )
            kept = each.detach()
            if isinstance(original, Parameter):
                kept = Parameter(kept, requires_grad=original.requires_grad)
            _put(self, f"original{number}", kept)

    def _check_fit(self, original: Any) -> None:
        made = self()
        if not isinstance(made, Tensor):
            raise ValueRangeError(
                f"A parametrization must return a tensor. Got {type(made).__name__}."
            )
        for fact in ("dtype", "shape"):
            if getattr(made, fact) != getattr(original, fact) and self.is_tensor:
                raise ValueRangeError(
                    f"Registering a parametrization may not change the {fact} of the tensor, "
                    f"unless `unsafe` flag is enabled.\nunparametrized {fact}: "
                    f"{getattr(original, fact)}\nparametrized {fact}: {getattr(made, fact)}"
                )

    def right_inverse(self, value: Tensor) -> None:
        """Give the originals values from which ``value`` is computed."""
        with no_grad():
            new: Any = value
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise ParametrizationError(
                        f"parametrization {type(module).__name__} does not implement right_inverse."
                    )
                new = module.right_inverse(new)
            if self.is_tensor:
                self.original.copy_(new)
                return
            for number, each in enumerate(new):
                getattr(self, f"original{number}").copy_(each)

    def forward(self) -> Tensor:
        """The tensor."""
        first, *rest = list(self)
        if self.is_tensor:
            made = first(self.original)
        else:
            made = first(*(getattr(self, f"original{i}") for i in range(self.ntensors)))
        for module in rest:
            made = module(made)
        return made  # type: ignore[no-any-return]  # a tensor


def _read(module: Any, name: str) -> Any:
    """The present value of a parametrized tensor."""
    compute = module.parametrizations[name]
    if not _Cache.depth:
        return compute()
    key = (id(module), name)
    if key not in _Cache.values:
        _Cache.values[key] = compute()
    return _Cache.values[key]


def _make_property(module: Module, name: str) -> None:
    """Let the class of a module compute the tensor when it is read."""

    def read(self: Any) -> Any:
        return _read(self, name)

    def write(self: Any, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(read, write))


def _make_class(module: Module) -> None:
    """Give a module a class of its own, whose properties are its parametrized tensors."""
    cls = type(module)

    def copied(self: Any, memo: dict[int, Any]) -> Any:
        if id(self) in memo:
            return memo[id(self)]
        other = self.__new__(type(self))
        memo[id(self)] = other
        other.__dict__ = deepcopy(self.__dict__, memo)
        return other

    def refused(self: Any) -> Any:
        raise ParametrizationError(
            "Serialization of parametrized modules is only supported through state_dict()."
        )

    own = {"__deepcopy__": copied, "__getstate__": refused}
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), own)


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let a parameter or buffer be what a module makes of another tensor.

    The tensor becomes ``module.parametrizations.name.original`` and keeps its value; where the
    module has a ``right_inverse``, it becomes what that makes of it.

    Args:
        module: whose tensor it is.
        tensor_name: the tensor's name.
        parametrization: is called with the original, and gives the tensor.
        unsafe: whether it may change shape and dtype.

    Raises:
        ValueError: there is no such tensor, or the parametrization does not fit.

    >>> import graphnet as torch
    >>> class Symmetric(torch.nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).mT
    >>> layer = torch.nn.Linear(2, 2)
    >>> _ = torch.nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
    >>> torch.equal(layer.weight, layer.weight.T)
    True
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        _append(module, tensor_name, parametrization, unsafe)
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        original = getattr(module, tensor_name)
        made = ParametrizationList([parametrization], original, unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _make_class(module)
            module.parametrizations = ModuleDict()
        _make_property(module, tensor_name)
        module.parametrizations[tensor_name] = made
    else:
        raise ValueRangeError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element "
            f"with name '{tensor_name}'"
        )
    return module


def _append(module: Module, name: str, parametrization: Module, unsafe: bool) -> None:
    """One more parametrization of a tensor that has some."""
    if not unsafe:
        present = getattr(module, name)
        made = parametrization(present)
        if not isinstance(made, Tensor):
            raise ValueRangeError(
                f"A parametrization must return a tensor. Got {type(made).__name__}."
            )
        if made.dtype is not present.dtype or made.shape != present.shape:
            raise ValueRangeError(
                "Registering a parametrization may not change the dtype or the shape of the "
                f"tensor: {present.dtype} {tuple(present.shape)} and {made.dtype} "
                f"{tuple(made.shape)}"
            )
    module.parametrizations[name].append(parametrization)
    module.parametrizations[name].unsafe |= unsafe


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module has parametrized tensors, or this one is."""
    table = getattr(module, "parametrizations", None)
    if not isinstance(table, ModuleDict):
        return False
    return len(table) > 0 if tensor_name is None else tensor_name in table


def remove_parametrizations(
    module: Module, tensor_name: str, leave_parametrized: bool = True
) -> Module:
    """Let a tensor be a parameter or buffer again: of its present value, or of the original's.

    Raises:
        ValueError: it is not parametrized, or made of several tensors that should be left.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueRangeError(f"Module {module} does not have a parametrization on {tensor_name}")
    parts = module.parametrizations[tensor_name]
    if leave_parametrized:
        with no_grad():
            value = getattr(module, tensor_name).clone()
        if not parts.is_tensor:
            original: Any = Parameter(value) if list(parts.parameters(recurse=False)) else value
        else:
            original = parts.original
            with no_grad():
                original.data = value
    elif parts.is_tensor:
        original = parts.original
    else:
        raise ValueRangeError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
            "parametrized in terms of a sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    _put(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class a module had before its tensors were parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give a module the parametrizations of another, and the tensors that they are made of."""
    if not is_parametrized(from_module):
        return to_module
    names = list(from_module.parametrizations) if tensor_name is None else [tensor_name]
    for name in names:
        for parametrization in from_module.parametrizations[name]:
            register_parametrization(to_module, name, parametrization)
        source, target = from_module.parametrizations[name], to_module.parametrizations[name]
        for kept, value in source.state_dict().items():
            if kept.startswith("original"):
                setattr(
                    target, kept, deepcopy(getattr(source, kept)) if value is not None else None
                )
    return to_module
