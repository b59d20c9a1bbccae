"""Modules and functions traced as graphs of calls: ``torch.fx.symbolic_trace``.

The program is run once, with proxies for its arguments. Source: PyTorch's page "torch.fx", and
Reed et al. 2021, "torch.fx: Practical program capture and transformation".
"""

from __future__ import annotations

import copy
import inspect
import math
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable
from itertools import count
from types import FunctionType, ModuleType
from typing import Any, ClassVar, Final, TypeVar

from graphnet._tensor import Tensor
from graphnet.fx.arguments import PH as PH
from graphnet.fx.arguments import RootArguments, annotations_of
from graphnet.fx.graph import Graph
from graphnet.fx.graph_module import GraphModule
from graphnet.fx.node import Argument
from graphnet.fx.patches import WRAPPED, Patches
from graphnet.fx.proxy import ParameterProxy, Proxy, Scope, ScopeContextManager, TracerBase
from graphnet.nn.modules.container import Sequential
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter
from graphnet.utils import _pytree as pytree

__all__ = ["PH", "ProxyableClassMeta", "Tracer", "is_fx_tracing", "symbolic_trace", "wrap"]

_T = TypeVar("_T", bound=Callable[..., Any] | str)

#: Tracers that are at work.
_at_work: Final[list[TracerBase]] = []


def is_fx_tracing() -> bool:
    """Whether something is being traced."""
    return bool(_at_work)


is_fx_symbolic_tracing = is_fx_tracing


class ProxyableClassMeta(type):
    """The metaclass of classes whose making is recorded as a call, if proxies are involved."""

    instances: ClassVar[set[type]] = set()

    def __init__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> None:
        super().__init__(name, bases, attrs)
        ProxyableClassMeta.instances.add(cls)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if is_fx_tracing():
            given = pytree.tree_leaves((args, kwargs))
            for each in given:
                if isinstance(each, Proxy):
                    return each.tracer.create_proxy("call_function", cls, args, kwargs)
        return super().__call__(*args, **kwargs)


class Tracer(TracerBase):
    """Makes a graph of a module or a function.

    A subclass may say which modules are called as a whole (:meth:`is_leaf_module`), and what else
    is recorded.

    Args:
        autowrap_modules: modules of Python whose functions are called as a whole.
        autowrap_functions: other such functions.
        param_shapes_constant: whether a program may ask for the shapes of parameters.

    >>> import graphnet as torch
    >>> class Whole(torch.fx.Tracer):
    ...     def is_leaf_module(self, m, module_qualified_name):
    ...         return True
    >>> net = torch.nn.Sequential(torch.nn.Sequential(torch.nn.ReLU()))
    >>> [node.target for node in Whole().trace(net).nodes]
    ['input', '0', 'output']
    """

    _numbers: ClassVar[dict[str, int]] = {}

    def __init__(
        self,
        autowrap_modules: tuple[ModuleType, ...] = (math,),
        autowrap_functions: tuple[Callable[..., Any], ...] = (),
        param_shapes_constant: bool = False,
    ) -> None:
        self._autowrap_search = list(autowrap_modules)
        self._autowrap_function_ids = {
            id(value)
            for module in autowrap_modules
            for name, value in vars(module).items()
            if not name.startswith("_") and callable(value)
        } | {id(function) for function in autowrap_functions}
        self.param_shapes_constant = param_shapes_constant
        self.submodule_paths: dict[Module, str] | None = None
        self.root_module_name = ""
        self.scope = Scope("", None)
        self.module_stack = OrderedDict()
        self.num_calls: dict[str, int] = {}
        self.node_name_to_scope = {}
        self.tensor_attrs: dict[Any, str] = {}
        self.root: Module = Module()

    # ------------------------------------------------------------------ what is recorded

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        """Whether calls of a module are recorded as such, and not what they do.

        Those of ``torch.nn`` are, but for Sequential.
        """
        return m.__module__.startswith("graphnet.nn") and not isinstance(m, Sequential)

    def call_module(
        self,
        m: Module,
        forward: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """What happens where a program calls a module.

        Args:
            m: the module.
            forward: runs it, so that what it does is recorded.
            args, kwargs: the arguments.
        """
        path = self.path_of_module(m)
        with ScopeContextManager(self.scope, Scope(path, type(m))):
            calls = self.num_calls.get(path, 0)
            self.num_calls[path] = calls + 1
            key = f"{path}@{calls}" if calls else path
            self.module_stack[key] = (path, type(m))
            if self.is_leaf_module(m, path):
                result = self.create_proxy("call_module", path, args, kwargs)
            else:
                result = forward(*args, **kwargs)
            self.module_stack.popitem()
        return result

    def path_of_module(self, mod: Module) -> str:
        """The name of a module in the root.

        Raises:
            NameError: it is not there.
        """
        paths = self.submodule_paths
        if not paths:
            paths = {module: name for name, module in self.root.named_modules()}
        if mod not in paths:
            raise NameError("module is not installed as a submodule")
        return paths[mod]

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Proxy]) -> Any:
        """What a program gets that asks a module for a parameter, buffer or module."""
        if isinstance(attr_val, Parameter):
            found = self._proxy_of(attr_val, self.root.named_parameters(), parameter_proxy_cache)
        elif self.proxy_buffer_attributes and isinstance(attr_val, Tensor):
            found = self._proxy_of(attr_val, self.root.named_buffers(), parameter_proxy_cache)
        else:
            return attr_val
        return attr_val if found is None else found

    def _proxy_of(
        self, value: Any, named: Iterable[tuple[str, Any]], cache: dict[str, Proxy]
    ) -> Proxy | None:
        name = next((name for name, each in named if each is value), None)
        if name is None or name in cache:
            return cache.get(name or "")
        if self.param_shapes_constant:
            node = self.create_node("get_attr", name, (), {})
            cache[name] = ParameterProxy(self, node, name, value)
        else:
            cache[name] = self.create_proxy("get_attr", name, (), {})
        return cache[name]

    def create_arg(self, a: Any) -> Argument:
        """What the graph holds of an argument: a parameter, buffer or tensor is a node.

        Raises:
            NameError: a parameter is none of the traced module's.
        """
        found = self._name_in_root(a)
        if found is not None:
            return self.create_node("get_attr", found, (), {})
        if isinstance(a, tuple) and hasattr(a, "_fields"):
            args = tuple(self.create_arg(each) for each in a)
            return self.create_node("call_function", type(a), args, {})
        if isinstance(a, (Tensor, pytree.TreeSpec)):
            prefix = "_tensor_constant" if isinstance(a, Tensor) else "_tree_spec_constant"
            return self.create_node("get_attr", self._kept(a, prefix), (), {})
        if type(a) in ProxyableClassMeta.instances:
            name = self.get_fresh_qualname(f"_{type(a).__name__}_constant_")
            setattr(self.root, name, a)
            return self.create_node("get_attr", name, (), {})
        return super().create_arg(a)

    def _name_in_root(self, a: Any) -> str | None:
        if isinstance(a, Parameter):
            named: Iterable[tuple[str, Any]] = self.root.named_parameters()
        elif isinstance(a, Tensor):
            named = self.root.named_buffers()
        elif isinstance(a, Module):
            named = self.root.named_modules()
        else:
            return None
        found = next((name for name, each in named if each is a), None)
        if found is None and isinstance(a, Parameter):
            raise NameError("parameter is not a member of this module")
        return found

    def _kept(self, value: Any, prefix: str) -> str:
        """The name under which the root has a value that a program brought along."""
        name = next((name for kept, name in self.tensor_attrs.items() if kept is value), None)
        if name is None:
            name = self.tensor_attrs[value] = self.get_fresh_qualname(prefix)
            setattr(self.root, name, value)
        return name

    def get_fresh_qualname(self, prefix: str) -> str:
        """A name of an attribute that the root does not have yet."""
        first = 0 if not hasattr(self.root, f"{prefix}0") else Tracer._numbers.get(prefix, 0)
        number = next(n for n in count(first) if not hasattr(self.root, f"{prefix}{n}"))
        Tracer._numbers[prefix] = number + 1
        return f"{prefix}{number}"

    # ------------------------------------------------------------------ tracing

    def trace(
        self,
        root: Module | Callable[..., Any],
        concrete_args: dict[str, Any] | tuple[Any, ...] | None = None,
    ) -> Graph:
        """The graph of a module or a function.

        Args:
            root: what is traced.
            concrete_args: arguments that are known; the graph is for these. They may be containers
                with ``PH`` where something is not known.

        Raises:
            TraceError: (a ValueError) the program branches or loops by what is not known.
        """
        function: Callable[..., Any]
        if isinstance(root, Module):
            self.root = root
            function = getattr(type(root), self.traced_func_name)
            self.root_module_name = root._get_name()
            self.submodule_paths = {module: name for name, module in root.named_modules()}
        else:
            self.root, function = Module(), root
        if not isinstance(function, FunctionType):
            raise AssertionError(f"Expected FunctionType, got {type(function)}")
        self.graph = Graph(tracer_cls=type(self))
        code = function.__code__
        self.graph._co_fields = {
            "co_name": code.co_name,
            "co_filename": code.co_filename,
            "co_firstlineno": code.co_firstlineno,
        }
        self.tensor_attrs = {
            value: f"{prefix}.{name}" if prefix else name
            for prefix, module in self.root.named_modules()
            for name, value in vars(module).items()
            if isinstance(value, (Tensor, pytree.TreeSpec))
        }
        _at_work.append(self)
        try:
            self._run(function, isinstance(root, Module), concrete_args)
        finally:
            _at_work.pop()
            self.submodule_paths = None
        return self.graph

    def _run(self, function: FunctionType, is_module: bool, concrete_args: Any) -> None:
        """Run a function with proxies."""
        called, args = self.create_args_for_root(function, is_module, concrete_args)
        patches = Patches(self, self._autowrap_function_ids)
        with patches.made():
            patches.look_at(function.__globals__)
            for module in self._autowrap_search:
                patches.look_at(vars(module))
            returned = annotations_of(inspect.unwrap(called)).get("return")
            result = (self.create_arg(called(*args)),)
            self.create_node("output", "output", result, {}, type_expr=returned)

    def create_args_for_root(
        self,
        root_fn: Callable[..., Any],
        is_module: bool,
        concrete_args: dict[str, Any] | tuple[Any, ...] | None = None,
    ) -> tuple[Callable[..., Any], list[Any]]:
        """A function to call, and proxies to call it with."""
        return RootArguments(self, root_fn, is_module).given(concrete_args)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tracer:
        made = object.__new__(type(self))
        for name, value in vars(self).items():
            copied = copy.copy(value) if name == "_autowrap_search" else copy.deepcopy(value, memo)
            setattr(made, name, copied)
        return made


def wrap(fn_or_name: _T) -> _T:
    """Let a function of the module that calls this be recorded as one call, and not be gone into.

    Args:
        fn_or_name: the function (this is a decorator, too) or its name, such as ``"len"``.

    Raises:
        RuntimeError: it is neither.
        NotImplementedError: it is not called at the top level of a module.
    """
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError(
            "Unsupported type for global function! Must be either a callable or string name"
        )
    name = fn_or_name if isinstance(fn_or_name, str) else fn_or_name.__name__
    frame = sys._getframe(1)
    if frame.f_code.co_name != "<module>":
        raise NotImplementedError("wrap must be called at the top level of a module")
    WRAPPED[id(frame.f_globals), name] = frame.f_globals
    return fn_or_name


def symbolic_trace(
    root: Module | Callable[..., Any],
    concrete_args: dict[str, Any] | tuple[Any, ...] | None = None,
) -> GraphModule:
    """A module that does what another module, or a function, does: as a graph that can be changed.

    Args:
        root: the module or function.
        concrete_args: arguments that are known, see :meth:`Tracer.trace`.

    >>> import graphnet as torch
    >>> traced = torch.fx.symbolic_trace(lambda x: torch.relu(x) + 1)
    >>> print(traced.code)
    <BLANKLINE>
    <BLANKLINE>
    <BLANKLINE>
    def forward(self, x):
        relu = torch.relu(x);  x = None
        add = relu + 1;  relu = None
        return add
    <BLANKLINE>
    >>> traced(torch.tensor([-1.0, 1.0]))
    tensor([1., 2.])
    """
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    name = type(root).__name__ if isinstance(root, Module) else root.__name__
    return GraphModule(tracer.root, graph, name)


@wrap
def _assert_is_none(value: object, msg: str) -> None:
    if value is not None:
        raise AssertionError(msg)
