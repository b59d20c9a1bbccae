"""Calls in a graph: ``torch.fx.node``.

A node is a line of a program: what is called, with which arguments. It knows the nodes among its
arguments, and those know it as a user. Source: PyTorch's page "torch.fx".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.devices import device
from graphnet.functions.facts import typename
from graphnet.functions.layouts import layout, memory_format
from graphnet.fx.immutable_collections import immutable_dict, immutable_list
from graphnet.fx.names import (
    described_tensor,
    is_from_torch,
    qualified_name,
    short_name,
    type_repr,
)

if TYPE_CHECKING:
    from graphnet.fx.graph import Graph

__all__ = ["Argument", "Node", "Target", "has_side_effect", "map_aggregate", "map_arg"]

Argument = Any
Target = Callable[..., Any] | str

#: What arguments may be besides nodes and containers.
base_types: Final = (
    str,
    int,
    float,
    bool,
    complex,
    dtypes.dtype,
    Tensor,
    device,
    memory_format,
    layout,
)
LEGAL_OPS: Final = (
    "placeholder",
    "call_method",
    "call_module",
    "call_function",
    "get_attr",
    "output",
    "root",
)
_SIDE_EFFECTS: Final[set[Any]] = {operator.setitem}


def has_side_effect(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Say that calls of a function do something besides giving a result: none is dead code."""
    _SIDE_EFFECTS.add(fn)
    return fn


#: Functions of torch that draw: another call gives something else.
_RANDOM: Final = frozenset(
    (
        "bernoulli", "multinomial", "normal", "poisson", "rand", "rand_like", "randint",
        "randint_like", "randn", "randn_like", "randperm",
    )
)  # fmt: skip


def _does_something(function: Any) -> bool:
    if function in _SIDE_EFFECTS:
        return True
    return is_from_torch(function) and short_name(function) in _RANDOM | {"_assert"}


class Node:
    """A call in a graph, or what goes into it or comes out.

    Attributes:
        op: ``placeholder``, ``get_attr``, ``call_function``, ``call_module``, ``call_method`` or
            ``output``.
        target: the function that is called, or the name of the parameter, attribute or method.
        args, kwargs: the arguments. They may be set; who uses whom follows.
        name: that of the result.
        users: the nodes that take it, as the keys of a dictionary.
        meta: whatever passes want to remember of it.

    >>> from graphnet.fx import Graph
    >>> graph = Graph()
    >>> x = graph.placeholder("x")
    >>> y = graph.call_method("relu", (x,))
    >>> y, y.all_input_nodes, list(x.users)
    (relu, [x], [relu])
    """

    def __init__(
        self,
        graph: Graph,
        name: str,
        op: str,
        target: Target,
        args: tuple[Argument, ...],
        kwargs: dict[str, Argument],
        return_type: Any = None,
    ) -> None:
        if op not in LEGAL_OPS:
            raise AssertionError(f"op '{op}' is not in _legal_ops")
        wanted, fits = (
            ("Callable", callable(target))
            if op == "call_function"
            else ("str", isinstance(target, str))
        )
        if not fits:
            raise ValueError(
                f"Node [graph = {graph}, name = '{name}'] target {target} has type "
                f"{typename(target)} but a {wanted} is expected"
            )
        self.graph = graph
        self.name = name
        self.op = op
        self.target: Any = target
        self.type = return_type
        self.users: dict[Node, None] = {}
        self.meta: dict[str, Any] = {}
        self._input_nodes: dict[Node, None] = {}
        self._repr_fn: Callable[[Node], str] | None = None
        self._erased = False
        self._prev = self._next = self
        self._args: tuple[Argument, ...] = ()
        self._kwargs: dict[str, Argument] = immutable_dict()
        self._take(args, kwargs)

    # ------------------------------------------------------------------ the list of nodes

    @property
    def next(self) -> Node:
        """The node after it."""
        return self._next

    @property
    def prev(self) -> Node:
        """The node before it."""
        return self._prev

    def prepend(self, x: Node) -> None:
        """Put a node of the same graph before this one.

        Raises:
            AssertionError: it is of another graph.
        """
        if x.graph is not self.graph:
            raise AssertionError("Attempting to move a Node into a different Graph")
        if x is self:
            return
        x._unlink()
        x._prev, x._next = self._prev, self
        self._prev._next = x
        self._prev = x

    def append(self, x: Node) -> None:
        """Put a node of the same graph after this one."""
        self._next.prepend(x)

    def _unlink(self) -> None:
        """Leave the list. The node keeps its neighbours, so whoever is iterating goes on."""
        self._prev._next, self._next._prev = self._next, self._prev

    def __lt__(self, other: Node) -> bool:
        return self is not other and any(node is other for node in self._after())

    def __gt__(self, other: Node) -> bool:
        return other < self

    def __le__(self, other: Node) -> bool:
        return self is other or self < other

    def __ge__(self, other: Node) -> bool:
        return other <= self

    def _after(self) -> Iterator[Node]:
        node = self._next
        while node.op != "root":
            yield node
            node = node._next

    # ------------------------------------------------------------------ arguments

    @property
    def args(self) -> tuple[Argument, ...]:
        """The arguments by position."""
        return self._args

    @args.setter
    def args(self, a: tuple[Argument, ...]) -> None:
        self._take(a, self._kwargs)

    @property
    def kwargs(self) -> dict[str, Argument]:
        """The arguments by name."""
        return self._kwargs

    @kwargs.setter
    def kwargs(self, k: dict[str, Argument]) -> None:
        self._take(self._args, k)

    def _take(self, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> None:
        """Take arguments, and tell the nodes among them and among those before."""
        for node in self._input_nodes:
            node.users.pop(self, None)
        self._input_nodes = {}

        def using(node: Node) -> Node:
            self._input_nodes[node] = None
            node.users[self] = None
            return node

        self._args = map_arg(args, using)
        self._kwargs = map_arg(kwargs, using)

    @property
    def all_input_nodes(self) -> list[Node]:
        """The nodes among the arguments, each once."""
        return list(self._input_nodes)

    def update_arg(self, idx: int, arg: Argument) -> None:
        """Give it another argument at a position."""
        args = list(self._args)
        args[idx] = arg
        self.args = tuple(args)

    def insert_arg(self, idx: int, arg: Argument) -> None:
        """Give it one argument more, at a position.

        Raises:
            AssertionError: there is no such position.
        """
        if not 0 <= idx <= len(self._args):
            raise AssertionError(
                f"insert_args index must be between 0 and len(self.args), got {idx}"
            )
        self.args = (*self._args[:idx], arg, *self._args[idx:])

    def update_kwarg(self, key: str, arg: Argument) -> None:
        """Give it another argument of a name."""
        self.kwargs = {**self._kwargs, key: arg}

    def replace_input_with(self, old_input: Node, new_input: Node) -> None:
        """Use another node wherever this one uses ``old_input``."""

        def exchange(node: Node) -> Node:
            return new_input if node is old_input else node

        self._take(map_arg(self._args, exchange), map_arg(self._kwargs, exchange))

    def replace_all_uses_with(
        self,
        replace_with: Node,
        delete_user_cb: Callable[[Node], bool] | None = None,
        *,
        propagate_meta: bool = False,
    ) -> list[Node]:
        """Let the users of this node use another, and return them.

        Args:
            replace_with: the other node.
            delete_user_cb: says of a user whether it is to change; all are if it is None.
            propagate_meta: whether the other node takes over ``meta``, of which it must have none.
        """
        if propagate_meta:
            if replace_with.meta:
                raise AssertionError(
                    "Called node.replace_all_uses_with(replace_with, propagate_meta=True), but "
                    "replace_with already has .meta keys"
                )
            replace_with.meta.update(self.meta)
        changed = [user for user in self.users if delete_user_cb is None or delete_user_cb(user)]
        for user in changed:
            user.replace_input_with(self, replace_with)
        return changed

    # ------------------------------------------------------------------ questions

    def is_impure(self, impure_random: bool = True) -> bool:
        """Whether it does something besides giving a result: then it is never dead code.

        Args:
            impure_random: has no effect: drawing random numbers is such a thing always.
        """
        if self.op in ("placeholder", "output"):
            return True
        if self.op == "call_module":
            if self.graph.owning_module is None:
                raise AssertionError("self.graph.owning_module not set for purity check")
            module = self.graph.owning_module.get_submodule(self.target)
            return bool(getattr(module, "_is_impure", False))
        return self.op == "call_function" and _does_something(self.target)

    @property
    def stack_trace(self) -> str | None:
        """The lines of the program that made it, if they were recorded."""
        return self.meta.get("stack_trace")

    @stack_trace.setter
    def stack_trace(self, trace: str | None) -> None:
        self.meta["stack_trace"] = trace

    # ------------------------------------------------------------------ printing

    def __repr__(self) -> str:
        return self._repr_fn(self) if self._repr_fn else self.name

    def format_node(
        self,
        placeholder_names: list[str] | None = None,
        maybe_return_typename: list[str] | None = None,
        *,
        include_tensor_metadata: bool = False,
    ) -> str | None:
        """A line that describes it.

        Args:
            placeholder_names, maybe_return_typename: lists of one element to which what the line
                does not say is added; graphs print themselves so.
            include_tensor_metadata: whether the tensor in ``meta["val"]`` is described, too.
        """
        if self.op == "placeholder":
            if placeholder_names:
                placeholder_names.append(
                    self.target + (f"{self.target}: {type_repr(self.type)}" if self.type else "")
                )
                return None
            default = f"(default={self._args[0]})" if self._args else ""
            return f"{self._label()} = {self.op}[target={self.target}]{default}"
        if self.op == "get_attr":
            return f"{self._label()} = {self.op}[target={self.target}]"
        if self.op == "output":
            if self.type and maybe_return_typename:
                maybe_return_typename[0] = f" -> {type_repr(self.type)}"
            return f"return {self._args[0]}"
        label, target = self._label(include_tensor_metadata), _target_name(self.target)
        return (
            f"{label} = {self.op}[target={target}]"
            f"(args = {_format_arg(self._args)}, kwargs = {_format_arg(self._kwargs)})"
        )

    def _label(self, described: bool = False) -> str:
        kind = f"{type_repr(self.type)} " if self.type is not None else ""
        value = self.meta.get("val")
        if described and isinstance(value, Tensor):
            kind = f'Tensor "{described_tensor(value, stride=True, where=True)}"'
        return f"%{self.name} : {kind}[num_users={len(self.users)}]"

    def _rename(self, candidate: str) -> None:
        """Take another name, or one like it."""
        if candidate != self.name:
            self.name = self.graph._graph_namespace.create_name(candidate, None)
            self.graph._graph_namespace.rename(self, self.name)


def _target_name(target: Any) -> str:
    if isinstance(target, str):
        return target
    place = getattr(target, "__module__", None)
    if place == "builtins":
        return f"builtins.{target.__name__}"
    if place == "_operator":
        return f"operator.{target.__name__}"
    return qualified_name(target)


def _format_arg(arg: Argument) -> str:
    if isinstance(arg, list):
        return f"[{', '.join(map(_format_arg, arg))}]"
    if isinstance(arg, tuple):
        return f"({', '.join(map(_format_arg, arg))}{',' if len(arg) == 1 else ''})"
    if isinstance(arg, dict):
        return f"{{{', '.join(f'{key}: {_format_arg(value)}' for key, value in arg.items())}}}"
    return f"%{arg}" if isinstance(arg, Node) else str(arg)


def map_arg(a: Argument, fn: Callable[[Node], Argument]) -> Any:
    """Arguments with something else for each node: in tuples, lists, dictionaries and slices.

    >>> from graphnet.fx import Graph
    >>> from graphnet.fx.node import map_arg
    >>> x = Graph().placeholder("x")
    >>> map_arg((x, [x, 2], {"y": x}), lambda node: node.name)
    ('x', ['x', 2], {'y': 'x'})
    """
    if not callable(fn):
        raise AssertionError("torch.fx.map_arg(a, fn): fn must be a callable")
    return map_aggregate(a, lambda each: fn(each) if isinstance(each, Node) else each)


def map_aggregate(a: Argument, fn: Callable[[Argument], Argument]) -> Any:
    """Arguments with something else for everything that is no container."""
    if isinstance(a, tuple):
        mapped = tuple(map_aggregate(each, fn) for each in a)
        return type(a)(*mapped) if hasattr(a, "_fields") else mapped
    if isinstance(a, list):
        return immutable_list(map_aggregate(each, fn) for each in a)
    if isinstance(a, dict):
        return immutable_dict((key, map_aggregate(each, fn)) for key, each in a.items())
    if isinstance(a, slice):
        return slice(*(map_aggregate(each, fn) for each in (a.start, a.stop, a.step)))
    return fn(a)
