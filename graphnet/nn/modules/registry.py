"""How an attribute becomes a parameter, a buffer or a child: the tables every module keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.nn.parameter import Buffer, Parameter
from graphnet.utils.hooks import HookTable, RemovableHandle

if TYPE_CHECKING:
    from graphnet.nn.modules.module import Module


class Registered:
    """A parameter's name in a class: found in a module's table the quick way.

    Other names are looked for in vain where objects keep attributes before ``__getattr__`` is
    asked, which takes six times as long. A module's own attribute of this name goes before it.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, module: Any, owner: type | None = None) -> Any:
        try:
            return module._parameters[self.name]
        except (AttributeError, KeyError):
            kind = owner if module is None else type(module)
            raise AttributeError(
                f"{kind.__name__ if kind else module!r} has no attribute {self.name!r}"
            ) from None


def _begin(fields: dict[str, Any]) -> None:
    """Give a module its tables, unless a class that is made after this one wanted them before."""
    if "_parameters" not in fields:
        fields.update(
            training=True,
            _parameters={},
            _buffers={},
            _modules={},
            _non_persistent_buffers_set=set(),
        )


class Registry:
    """The tables of a module, and the rule by which assigning an attribute fills them.

    ``__new__`` makes the tables, so they are there before any ``__init__`` runs: a subclass need
    not call ``super().__init__()``.
    """

    training: bool
    if TYPE_CHECKING:  # programs resolve the annotations of their own modules, and those of these
        _parameters: dict[str, Parameter | None]
        _buffers: dict[str, Tensor | None]
        _modules: dict[str, Module | None]
        _non_persistent_buffers_set: set[str]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        make: Any = super().__new__
        # A class behind this one may want the arguments; `object` would refuse them.
        self: Self = make(cls) if make is object.__new__ else make(cls, *args, **kwargs)
        _begin(self.__dict__)
        return self

    def __getattr__(self, name: str) -> Any:
        # Every use of a layer's weight comes here, hence no loop.
        fields = self.__dict__
        if "_parameters" in fields:
            if name in fields["_parameters"]:
                return fields["_parameters"][name]
            if name in fields["_modules"]:
                return fields["_modules"][name]
            if name in fields["_buffers"]:
                return fields["_buffers"][name]
        raise AttributeError(
            f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self
        )

    def __setattr__(self, name: str, value: Any) -> None:
        for kind in _KINDS:
            if isinstance(value, kind.claims):
                self._claim(kind, name, value)
                return
            if name in kind.table(self):
                if value is not None and not isinstance(value, kind.accepts):
                    raise ArgumentError(
                        f"cannot assign '{_type_name(value)}' as {kind.assigned} '{name}' "
                        f"({kind.expected} or None expected)",
                        cure=f"delete '{name}' first to make it a plain attribute",
                    )
                kind.put(self, name, value)
                return
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        for kind in _KINDS:
            if name in kind.table(self):
                del kind.table(self)[name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        names = {*super().__dir__(), *self._parameters, *self._buffers, *self._modules}
        return sorted(name for name in names if not name[:1].isdigit())

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def _claim(self, kind: Kind, name: str, value: Any) -> None:
        """Register ``value`` under a name that may have meant something else until now."""
        self.__dict__.pop(name, None)
        for other in _KINDS:
            if other is not kind:
                other.table(self).pop(name, None)
        if kind is _BUFFERS:
            self.register_buffer(name, value, value.persistent)
            return
        self._non_persistent_buffers_set.discard(name)
        if kind is _PARAMETERS:
            self.register_parameter(name, value)
        else:
            # Assigned, a module may bear the name of a class attribute, as in PyTorch.
            kind.put(self, name, value)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that is state but not a parameter, such as a running mean.

        It is reached as an attribute, follows the module to another dtype, and is part of the
        ``state_dict`` when it is ``persistent`` and not ``None``. Raises TypeError for a name that
        is no string or a value that is no tensor, KeyError for a name that is taken, is empty or
        contains a dot.

        >>> import graphnet as torch
        >>> module = torch.nn.Module()
        >>> module.register_buffer("running_mean", torch.zeros(2))
        >>> module.running_mean
        tensor([0., 0.])
        """
        _BUFFERS.check(self, name, tensor)
        _BUFFERS.put(self, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter; ``None`` keeps the name for one that this module does without.

        Raises TypeError for a name that is no string or a value that is no parameter, KeyError for
        a name that is taken, is empty or contains a dot.

        >>> import graphnet as torch
        >>> module = torch.nn.Module()
        >>> module.register_parameter("scale", torch.nn.Parameter(torch.ones(1)))
        >>> [name for name, _ in module.named_parameters()]
        ['scale']
        """
        _PARAMETERS.check(self, name, param)
        _PARAMETERS.put(self, name, param)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a child module, which is then reached as an attribute.

        Raises TypeError for a name that is no string or a value that is no module, KeyError for a
        name that is taken, is empty or contains a dot.

        >>> import graphnet as torch
        >>> block = torch.nn.Module()
        >>> block.add_module("act", torch.nn.ReLU())
        >>> block.act
        ReLU()
        """
        _MODULES.check(self, name, module)
        _MODULES.put(self, name, module)

    def register_module(self, name: str, module: Module | None) -> None:
        """Add a child module: another name of :meth:`add_module`."""
        self.add_module(name, module)


class Kind:
    """One of the three things that a module registers.

    Args:
        label: what error messages call it.
        slot: the module's attribute that holds its table.
        claims: the type that is registered wherever it is assigned.
        accepts: the type that may be assigned to a name that is registered already.
        expected: ``accepts`` in words.

    Attributes:
        hooks: what is called with every ``(module, name, value)`` registered, in any module; a hook
            may return what to register instead.
    """

    def __init__(self, label: str, slot: str, claims: type, accepts: type, expected: str) -> None:
        self.label = label
        self.assigned = "child module" if label == "module" else label
        self.slot = slot
        self.claims = claims
        self.accepts = accepts
        self.expected = expected
        self.hooks = HookTable()

    def table(self, module: Registry) -> dict[str, Any]:
        """The table in which ``module`` keeps what is of this kind."""
        fields = module.__dict__
        if self.slot not in fields:
            _begin(fields)
        table: dict[str, Any] = fields[self.slot]
        return table

    def check(self, module: Registry, name: object, value: object) -> None:
        """Raise when ``value`` cannot be registered in ``module`` as ``name``."""
        if not isinstance(name, str):
            raise ArgumentError(f"{self.label} name should be a string. Got {type(name).__name__}")
        if "." in name:
            got = f", got: {name}" if self is _MODULES else ""
            raise KeyError(f'{self.label} name can\'t contain "."{got}')
        if name == "":
            raise KeyError(f'{self.label} name can\'t be empty string ""')
        if name not in self.table(module) and hasattr(module, name):
            raise KeyError(f"attribute '{name}' already exists")
        if value is not None and not isinstance(value, self.accepts):
            if self is _MODULES:
                raise ArgumentError(f"{type(value).__name__} is not a Module subclass")
            required = "torch Tensor" if self is _BUFFERS else self.expected
            raise ArgumentError(
                f"cannot assign '{_type_name(value)}' object to {self.label} '{name}' "
                f"({required} or None required)"
            )

    def put(self, module: Registry, name: str, value: object) -> None:
        """Register ``value``, or what the hooks make of it."""
        for hook in self.hooks.snapshot():
            replacement = hook.function(module, name, value)
            value = value if replacement is None else replacement
        self.table(module)[name] = value


def _type_name(value: object) -> str:
    """The type of a value as PyTorch names it."""
    return str(value.type()) if isinstance(value, Tensor) else type(value).__name__


_PARAMETERS = Kind("parameter", "_parameters", Parameter, Parameter, "torch.nn.Parameter")
_MODULES = Kind("module", "_modules", Registry, Registry, "torch.nn.Module")
_BUFFERS = Kind("buffer", "_buffers", Buffer, Tensor, "torch.nn.Buffer, torch.Tensor")
_KINDS = (_PARAMETERS, _MODULES, _BUFFERS)

RegistrationHook = Callable[["Module", str, Any], Any]


def register_module_parameter_registration_hook(hook: RegistrationHook) -> RemovableHandle:
    """Call ``hook(module, name, parameter)`` whenever any module registers a parameter.

    What it returns, unless ``None``, is registered instead.
    """
    return _PARAMETERS.hooks.add(hook)


def register_module_buffer_registration_hook(hook: RegistrationHook) -> RemovableHandle:
    """Call ``hook(module, name, buffer)`` whenever any module registers a buffer.

    What it returns, unless ``None``, is registered instead.
    """
    return _BUFFERS.hooks.add(hook)


def register_module_module_registration_hook(hook: RegistrationHook) -> RemovableHandle:
    """Call ``hook(module, name, child)`` whenever any module registers a child module.

    What it returns, unless ``None``, is registered instead.
    """
    return _MODULES.hooks.add(hook)
