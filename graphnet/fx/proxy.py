"""What stands for values while calls are traced: ``torch.fx.proxy``.

Whatever is done with a proxy is a node more in a graph, and the result is a proxy again.
Source: PyTorch's page "torch.fx".
"""

from __future__ import annotations

import bisect
import copy
import dis
import operator
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from types import FrameType
from typing import Any, ClassVar, NoReturn

from graphnet.fx import traceback as kept
from graphnet.fx.graph import Graph
from graphnet.fx.interception import Counted
from graphnet.fx.names import short_name, tensor_methods
from graphnet.fx.node import Argument, Node, Target, base_types, map_arg
from graphnet.fx.writer import OPERATORS, REFLECTED
from graphnet.nn.parameter import Parameter
from graphnet.utils._pytree import tree_iter

__all__ = [
    "Attribute",
    "GraphAppendingTracer",
    "ParameterProxy",
    "Proxy",
    "Scope",
    "ScopeContextManager",
    "TraceError",
    "TracerBase",
]


class TraceError(ValueError):
    """A program that asks for a value which is not known while it is traced."""


class Scope:
    """The module whose ``forward`` is being traced.

    Attributes:
        module_path: its name in the root module.
        module_type: its class.
    """

    def __init__(self, module_path: str, module_type: Any) -> None:
        self.module_path = module_path
        self.module_type = module_type


class ScopeContextManager:
    """Within this block a scope is another, which it is given as."""

    def __init__(self, scope: Scope, current_scope: Scope) -> None:
        self._scope, self._before = scope, copy.copy(scope)
        vars(scope).update(vars(current_scope))

    def __enter__(self) -> Scope:
        return self._scope

    def __exit__(self, *_: object) -> None:
        vars(self._scope).update(vars(self._before))


class TracerBase:
    """Makes nodes of a graph, and the proxies that stand for them.

    A subclass may say otherwise how nodes are made, what arguments become, and what is to happen
    when a program asks a proxy for its truth, its elements or its keys.
    """

    graph: Graph
    #: Whether nodes remember the lines of the program that made them.
    record_stack_traces: bool = False
    #: Whether ``assert`` of a proxy is recorded.
    trace_asserts: bool = False
    #: Whether buffers, as parameters, become nodes where they are asked for.
    proxy_buffer_attributes: bool = False
    #: What of a module is traced.
    traced_func_name: str = "forward"
    check_mutable_operations: bool = False

    scope: Scope
    module_stack: OrderedDict[str, tuple[str, Any]]
    node_name_to_scope: dict[str, tuple[str, Any]]

    def create_node(
        self,
        kind: str,
        target: Target,
        args: tuple[Argument, ...],
        kwargs: dict[str, Argument],
        name: str | None = None,
        type_expr: Any = None,
    ) -> Node:
        """Put a node into the graph, with what is known of where it comes from."""
        node = self.graph.create_node(kind, target, args, kwargs, name, type_expr)
        self.node_name_to_scope[node.name] = (self.scope.module_path, self.scope.module_type)
        if kept.has_preserved_node_meta():
            node.meta.update(kept.inherited_meta())
        elif self.module_stack:
            node.meta["nn_module_stack"] = copy.copy(self.module_stack)
        if self.record_stack_traces and not node.stack_trace:
            lines = _traced_lines()
            if lines:
                node.stack_trace = lines
        return node

    def proxy(self, node: Node) -> Proxy:
        """What stands for a node."""
        return Proxy(node, self)

    def create_proxy(
        self,
        kind: str,
        target: Target,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str | None = None,
        type_expr: Any = None,
        proxy_factory_fn: Callable[[Node], Proxy] | None = None,
    ) -> Proxy:
        """Put a call into the graph; what stands for its result.

        Args:
            kind, target, name, type_expr: see :meth:`graphnet.fx.graph.Graph.create_node`.
            args, kwargs: the arguments as the program gave them.
            proxy_factory_fn: makes the proxy, instead of :meth:`proxy`.
        """
        node = self.create_node(
            kind, target, self.create_arg(args), self.create_arg(kwargs), name, type_expr
        )
        return (proxy_factory_fn or self.proxy)(node)

    def create_arg(self, a: Any) -> Argument:
        """What a graph holds of an argument: nodes instead of proxies.

        Raises:
            NotImplementedError: it can hold nothing of that type.
        """
        if isinstance(a, Proxy):
            return a.node
        if hasattr(a, "__fx_create_arg__"):
            return a.__fx_create_arg__(self)
        if isinstance(a, tuple):
            made = [self.create_arg(each) for each in a]
            return type(a)(*made) if hasattr(a, "_fields") else tuple(made)
        if isinstance(a, list):
            return [self.create_arg(each) for each in a]
        if isinstance(a, dict):
            return {self._create_key(key): self.create_arg(each) for key, each in a.items()}
        if isinstance(a, (slice, range)):
            return type(a)(*(self.create_arg(each) for each in (a.start, a.stop, a.step)))
        if is_dataclass(a) and not isinstance(a, (*base_types, type)):
            given = {each.name: self.create_arg(getattr(a, each.name)) for each in fields(a)}
            return self.create_node("call_function", type(a), (), given)
        if isinstance(a, (*base_types, Enum)) or a is None or a is ...:
            return a
        raise NotImplementedError(f"argument of type: {type(a)}")

    def _create_key(self, key: Any) -> Any:
        if isinstance(key, str):
            return key
        made = self.create_arg(key)

        def refuse(_: Node) -> NoReturn:
            raise RuntimeError(
                f"Keys for dictionaries used as an argument cannot contain a Node. Got key: {made}"
            )

        map_arg(made, refuse)
        return made

    def to_bool(self, obj: Proxy) -> bool:
        """What a proxy is where a program branches: not known, unless a subclass says so.

        Raises:
            TraceError: always.
        """
        raise TraceError("symbolically traced variables cannot be used as inputs to control flow")

    def iter(self, obj: Proxy) -> Iterator[Any]:
        """What a proxy holds where a program loops over it: not known.

        Raises:
            TraceError: always.
        """
        raise TraceError(
            "Proxy object cannot be iterated. This can be attempted when the Proxy is used in a "
            "loop or as a *args or **kwargs function argument. See the torch.fx docs on "
            "pytorch.org for a more detailed explanation of what types of control flow can be "
            "traced, and check out the Proxy docstring for help troubleshooting Proxy iteration "
            "errors"
        )

    def keys(self, obj: Proxy) -> Any:
        """What a proxy's keys are, where a program asks by ``**``: a proxy as well."""
        return Attribute(obj, "keys")()


class GraphAppendingTracer(TracerBase):
    """Adds to a graph that is there."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.scope = Scope("", None)
        self.module_stack = OrderedDict()
        self.node_name_to_scope = {}


def _assert_true(x: object) -> None:
    if not x:
        raise AssertionError("Assertion failed")


_assert_true.__name__ = _assert_true.__qualname__ = "assert_fn"
assert_fn = _assert_true


class Proxy(Counted):
    """Stands for the value of a node. Calls with it, and of its methods, become nodes.

    >>> import graphnet as torch
    >>> graph = torch.fx.Graph()
    >>> x = torch.fx.Proxy(graph.placeholder("x"))
    >>> torch.relu(x + 1).mean(), list(graph.nodes)
    (Proxy(mean), [x, add, relu, mean])

    How functions notice is in :mod:`graphnet.fx.interception`.
    """

    tracer: TracerBase
    node: Node

    def __init__(self, node: Node, tracer: TracerBase | None = None) -> None:
        self.tracer = GraphAppendingTracer(node.graph) if tracer is None else tracer
        self.node = node

    def __repr__(self) -> str:
        return f"Proxy({self.node.name})"

    def __getattr__(self, k: str) -> Attribute:
        # Only what is not there is asked for here. What Python looks for by itself is not an
        # attribute of the value.
        return Attribute(self, k)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __deepcopy__(self, memo: dict[int, Any]) -> Proxy:
        made = Proxy(copy.deepcopy(self.node, memo), copy.copy(self.tracer))
        memo[id(self)] = made
        return made

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call of what it stands for."""
        return self.tracer.create_proxy("call_method", "__call__", (self, *args), kwargs)

    def __iter__(self) -> Iterator[Any]:
        instruction = _instruction(sys._getframe(1))
        if instruction.opname == "UNPACK_SEQUENCE":
            return (self[place] for place in range(instruction.argval))  # type: ignore[index]  # set below
        return self.tracer.iter(self)

    def __abs__(self) -> Any:
        return self.tracer.create_proxy("call_function", operator.abs, (self,), {})

    def __bool__(self) -> bool:
        if self.tracer.trace_asserts and _is_assertion(sys._getframe(1)):
            self.tracer.create_proxy("call_function", assert_fn, (self,), {})
            return True
        return self.tracer.to_bool(self)

    def keys(self) -> Any:
        """What ``**proxy`` asks for."""
        return self.tracer.keys(self)

    def __len__(self) -> int:
        raise RuntimeError(
            "'len' is not supported in symbolic tracing by default. If you want this call to be "
            "recorded, please call torch.fx.wrap('len') at module scope"
        )

    @classmethod
    def __torch_function__(
        cls,
        orig_method: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Record a call of one of torch's functions.

        Raises:
            RuntimeError: the proxies among the arguments are of several tracers.
        """
        given = (args or (), kwargs or {})
        tracers = {each.tracer: None for each in tree_iter(given) if isinstance(each, cls)}
        if len(tracers) > 1:
            raise RuntimeError(
                f"Found multiple different tracers {list(tracers)} while trying to trace "
                f"operations {orig_method}"
            )
        tracer = next(iter(tracers))
        if orig_method in tensor_methods():
            return tracer.create_proxy("call_method", tensor_methods()[orig_method], *given)
        name = tracer.graph._target_to_str(short_name(orig_method))
        return tracer.create_proxy("call_function", orig_method, *given, name=name)


class Attribute(Proxy):
    """An attribute of what a proxy stands for: a method that is called, or a value."""

    def __init__(self, root: Proxy, attr: str) -> None:
        self.root = root
        self.attr = attr
        self.tracer = root.tracer
        self._node: Node | None = None

    @property
    def node(self) -> Node:  # type: ignore[override]  # made when it is asked for
        """The node that asks for the attribute; a method call does without."""
        if self._node is None:
            made = self.tracer.create_proxy("call_function", getattr, (self.root, self.attr), {})
            self._node = made.node
        return self._node

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call of the method."""
        return self.tracer.create_proxy("call_method", self.attr, (self.root, *args), kwargs)


class ParameterProxy(Proxy):
    """Stands for a parameter, whose shape is known."""

    _ASKED: ClassVar = ("size", "dim", "numel", "nelement")

    def __init__(self, tracer: TracerBase, node: Node, name: str, param: Parameter) -> None:
        super().__init__(node, tracer)
        self.param = param
        self.name = name
        for method in self._ASKED:
            setattr(self, method, getattr(param, method))

    def __repr__(self) -> str:
        return f"ParameterProxy({self.name})"

    @property
    def shape(self) -> Any:
        """The parameter's."""
        return self.param.shape

    @property
    def ndim(self) -> int:
        """The parameter's."""
        return self.param.ndim


def _operator(name: str, *, reflected: bool = False) -> Callable[..., Any]:
    target = getattr(operator, name)

    def record(self: Proxy, *others: Any) -> Any:
        operands = (*others, self) if reflected else (self, *others)
        return self.tracer.create_proxy("call_function", target, operands, {})

    return record


for _name in OPERATORS:
    setattr(Proxy, f"__{_name.strip('_')}__", _operator(_name))
for _name in REFLECTED:
    setattr(Proxy, f"__r{_name.strip('_')}__", _operator(_name, reflected=True))


def _instructions(frame: FrameType) -> tuple[list[dis.Instruction], int]:
    """What a frame's code consists of, and where it is."""
    instructions = list(dis.get_instructions(frame.f_code))
    place = bisect.bisect_left(instructions, frame.f_lasti, key=lambda each: each.offset)
    return instructions, place


def _instruction(frame: FrameType) -> dis.Instruction:
    instructions, place = _instructions(frame)
    return instructions[place]


def _is_assertion(frame: FrameType) -> bool:
    """Whether a frame asks for the truth of something in an ``assert``."""
    instructions, place = _instructions(frame)
    if "POP_JUMP" not in instructions[place].opname:
        return False
    return instructions[place + 1].opname == "LOAD_ASSERTION_ERROR"


def _traced_lines() -> str:
    """The lines of the program that is traced, from its first ``forward`` on."""
    stack = traceback.extract_stack()
    own = __name__.rpartition(".")[0].replace(".", "/")
    names = [each.name for each in stack]
    if "forward" not in names:
        return ""
    lines = [each for each in stack[names.index("forward") :] if own not in each.filename]
    return "".join(traceback.StackSummary.from_list(lines).format()).strip()
