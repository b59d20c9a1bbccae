"""Graphs of calls: ``torch.fx.graph``.

A graph is the list of lines of a program. It is changed in place: nodes are put in, exchanged and
erased. The graphs of operations that programs are compiled from are another thing
(``docs/decisions/0037``). Source: PyTorch's page "torch.fx".
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from graphnet.fx.codegen import CodeGen as CodeGen
from graphnet.fx.codegen import PythonCode as PythonCode
from graphnet.fx.codegen import TransformCodeFunc
from graphnet.fx.codegen import _PyTreeCodeGen as _PyTreeCodeGen
from graphnet.fx.immutable_collections import immutable_dict
from graphnet.fx.lint import check
from graphnet.fx.names import short_name
from graphnet.fx.namespace import Namespace, snake_case
from graphnet.fx.node import Argument, Node, Target, map_arg
from graphnet.fx.tables import table
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter

if TYPE_CHECKING:
    from graphnet.fx._symbolic_trace import Tracer
    from graphnet.fx.graph_module import GraphModule

__all__ = ["CodeGen", "Graph", "PythonCode"]


class NodeList:
    """The nodes of a graph in order. While it is gone through, nodes may be erased and put in."""

    def __init__(self, graph: Graph, backwards: bool = False) -> None:
        self._graph = graph
        self._backwards = backwards

    def __len__(self) -> int:
        return self._graph._len

    def __iter__(self) -> Iterator[Node]:
        root = self._graph._root
        node = root
        while (node := node._prev if self._backwards else node._next) is not root:
            if not node._erased:
                yield node

    def __reversed__(self) -> Iterator[Node]:
        return iter(NodeList(self._graph, not self._backwards))


class _InsertPoint:
    """While it is entered, new nodes of a graph are put at a place in it."""

    def __init__(self, graph: Graph, insert: Callable[[Node], None]) -> None:
        self._graph = graph
        self._before, graph._insert = graph._insert, insert

    def __enter__(self) -> None:
        """Nothing: the place is set when this is made, as in PyTorch."""

    def __exit__(self, *_: object) -> None:
        self._graph._insert = self._before


class Graph:
    """A program as the list of its calls.

    >>> import graphnet as torch
    >>> graph = torch.fx.Graph()
    >>> x = graph.placeholder("x")
    >>> y = graph.call_function(torch.relu, (x,))
    >>> _ = graph.output(y)
    >>> print(graph)
    graph():
        %x : [num_users=1] = placeholder[target=x]
        %relu : [num_users=1] = call_function[target=torch.relu](args = (%x,), kwargs = {})
        return relu
    """

    #: The module whose graph it is.
    owning_module: GraphModule | None = None

    def __init__(
        self,
        owning_module: GraphModule | None = None,
        tracer_cls: type[Tracer] | None = None,
        tracer_extras: dict[str, Any] | None = None,
    ) -> None:
        self._root = Node(self, "", "root", "", (), {})
        self._insert: Callable[[Node], None] = self._root.prepend
        self._len = 0
        self._graph_namespace = Namespace()
        self._tracer_cls = tracer_cls
        self._tracer_extras = tracer_extras
        self._codegen: CodeGen = CodeGen()
        self._co_fields: dict[str, Any] = {}
        self.owning_module = owning_module

    @property
    def nodes(self) -> NodeList:
        """The nodes, in the order in which they run."""
        return NodeList(self)

    def output_node(self) -> Node:
        """The node that says what the result is: the last one."""
        node = next(iter(reversed(self.nodes)))
        if node.op != "output":
            raise AssertionError(f"Expected output node, got op={node.op}")
        return node

    def find_nodes(self, *, op: str, target: Target | None = None, sort: bool = True) -> list[Node]:
        """The nodes of a kind that call something, in order."""
        if op == "call_function" and target is None:
            raise AssertionError("target must not be None for call_function op")
        return [
            node
            for node in self.nodes
            if node.op == op and (target is None or node.target == target)
        ]

    # ------------------------------------------------------------------ putting in

    def create_node(
        self,
        op: str,
        target: Target,
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        name: str | None = None,
        type_expr: Any = None,
    ) -> Node:
        """Put in a node, at the end or where :meth:`inserting_before` says.

        Args:
            op: what kind of node, see :class:`~graphnet.fx.node.Node`.
            target: what it calls.
            args, kwargs: the arguments.
            name: what the name of its result is to be like; that of the target if it is None.
            type_expr: the type that generated code gives the result.
        """
        if args and not isinstance(args, tuple):
            raise AssertionError(f"args must be a tuple, got {type(args)}")
        if kwargs and not isinstance(kwargs, dict):
            raise AssertionError(f"kwargs must be a dict, got {type(kwargs)}")
        wanted = name if name is not None else self._target_to_str(target)
        given = self._graph_namespace.create_name(wanted, None)
        node = Node(self, given, op, target, args or (), kwargs or immutable_dict(), type_expr)
        self._graph_namespace.associate_name_with_obj(given, node)
        self._insert(node)
        self._len += 1
        return node

    def placeholder(
        self, name: str, type_expr: Any = None, default_value: Any = inspect.Signature.empty
    ) -> Node:
        """Put in a parameter of the function that the graph is."""
        args = () if default_value is inspect.Signature.empty else (default_value,)
        return self.create_node("placeholder", name, args, type_expr=type_expr)

    def get_attr(self, qualified_name: str, type_expr: Any = None) -> Node:
        """Put in a parameter, buffer or module of the module that the graph is of."""
        owner = self.owning_module
        if owner is not None and not _refers(owner, qualified_name):
            warnings.warn(
                "Attempted to insert a get_attr Node with no underlying reference in the owning "
                "GraphModule! Call GraphModule.add_submodule to add the necessary submodule, "
                "GraphModule.add_parameter to add the necessary Parameter, or "
                "nn.Module.register_buffer to add the necessary buffer",
                stacklevel=2,
            )
        return self.create_node("get_attr", qualified_name, type_expr=type_expr)

    def call_module(
        self,
        module_name: str,
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        type_expr: Any = None,
    ) -> Node:
        """Put in a call of a module by its name."""
        if self.owning_module is not None:
            self.owning_module.get_submodule(module_name)
        return self.create_node("call_module", module_name, args, kwargs, type_expr=type_expr)

    def call_method(
        self,
        method_name: str,
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        type_expr: Any = None,
    ) -> Node:
        """Put in a call of a method of the first argument."""
        return self.create_node("call_method", method_name, args, kwargs, type_expr=type_expr)

    def call_function(
        self,
        the_function: Callable[..., Any],
        args: tuple[Argument, ...] | None = None,
        kwargs: dict[str, Argument] | None = None,
        type_expr: Any = None,
        name: str | None = None,
    ) -> Node:
        """Put in a call of a function."""
        return self.create_node("call_function", the_function, args, kwargs, name, type_expr)

    def output(self, result: Argument, type_expr: Any = None) -> Node:
        """Put in what the graph returns."""
        return self.create_node("output", "output", (result,), type_expr=type_expr)

    def inserting_before(self, n: Node | None = None) -> _InsertPoint:
        """A ``with`` statement in which new nodes are put before a node, or at the beginning.

        >>> import graphnet as torch
        >>> graph = torch.fx.Graph()
        >>> x = graph.placeholder("x")
        >>> out = graph.output(x)
        >>> with graph.inserting_before(out):
        ...     _ = graph.call_function(torch.neg, (x,))
        >>> list(graph.nodes)
        [x, neg, output]
        """
        if n is None:
            return self.inserting_after(self._root)
        self._check_own(n, "before")
        return _InsertPoint(self, n.prepend)

    def inserting_after(self, n: Node | None = None) -> _InsertPoint:
        """A ``with`` statement in which new nodes are put after a node, or at the end."""
        if n is None:
            return self.inserting_before(self._root)
        self._check_own(n, "after")
        return _InsertPoint(self, n.append)

    def _check_own(self, node: Node, where: str) -> None:
        if node.graph is not self:
            raise AssertionError(f"Node to insert {where} is not in graph.")

    def _target_to_str(self, target: Target) -> str:
        if isinstance(target, str):
            magic = target.startswith("__") and target.endswith("__")
            return snake_case(target[2:-2] if magic else target)
        return snake_case(short_name(target))

    # ------------------------------------------------------------------ taking out and copying

    def erase_node(self, to_erase: Node) -> None:
        """Take a node out.

        Raises:
            RuntimeError: another uses it, or it is of another graph.
        """
        if to_erase.users:
            raise RuntimeError(
                f"Tried to erase Node {to_erase} but it still had {len(to_erase.users)} users in "
                f"the graph: {to_erase.users}!"
            )
        if to_erase.graph is not self:
            raise RuntimeError(f"Attempting to remove {to_erase} from wrong graph!")
        if to_erase._erased:
            warnings.warn(f"erase_node({to_erase}) on an already erased node", stacklevel=2)
            return
        to_erase._unlink()
        to_erase._erased = True
        self._len -= 1
        to_erase.args = map_arg(to_erase.args, lambda node: None)
        to_erase.kwargs = map_arg(to_erase.kwargs, lambda node: None)

    def eliminate_dead_code(self, is_impure_node: Callable[[Node], bool] | None = None) -> bool:
        """Take out the nodes that nobody uses; whether there were any.

        Args:
            is_impure_node: says which nodes stay anyhow, if not those that do something by
                themselves.

        >>> import graphnet as torch
        >>> def function(x):
        ...     unused = x + 1
        ...     return x * 2
        >>> traced = torch.fx.symbolic_trace(function)
        >>> traced.graph.eliminate_dead_code(), list(traced.graph.nodes)
        (True, [x, mul, output])
        """
        self.lint()
        stays = is_impure_node or Node.is_impure
        before = len(self.nodes)
        for node in reversed(self.nodes):
            if not node.users and not stays(node):
                self.erase_node(node)
        return len(self.nodes) < before

    def node_copy(
        self, node: Node, arg_transform: Callable[[Node], Argument] = lambda node: node
    ) -> Node:
        """Put in a copy of a node of another graph.

        Args:
            node: the node to copy.
            arg_transform: what here stands for a node there.
        """
        args = map_arg(node.args, arg_transform)
        kwargs = map_arg(node.kwargs, arg_transform)
        made = self.create_node(node.op, node.target, args, kwargs, node.name, node.type)
        made.meta = copy.copy(node.meta)
        return made

    def graph_copy(
        self, g: Graph, val_map: dict[Node, Node], return_output_node: bool = False
    ) -> Any:
        """Put in copies of all nodes of another graph but its output, which is returned.

        Args:
            g: the other graph.
            val_map: what here stands for nodes there; the copies are added.
            return_output_node: whether the other graph's output node is returned as well.
        """
        for node in g.nodes:
            if node in val_map:
                continue
            if node.op == "output":
                result = map_arg(node.args[0], lambda used: val_map[used])
                return (result, node) if return_output_node else result
            val_map[node] = self.node_copy(node, lambda used: val_map[used])
        return None

    def __deepcopy__(self, memo: dict[Any, Any] | None = None) -> Graph:
        made = Graph(tracer_cls=self._tracer_cls)
        copied = made.graph_copy(self, {}, return_output_node=True)
        made._codegen = copy.deepcopy(self._codegen)
        if copied is not None:
            result, output = copied
            made.output(result, type_expr=output.type).meta = copy.copy(output.meta)
        return made

    # ------------------------------------------------------------------ code and text

    def set_codegen(self, codegen: CodeGen) -> None:
        """Say how the graph is written as Python."""
        self._codegen = codegen

    def process_inputs(self, *args: Any) -> Any:
        """The arguments of the nodes, given those of the generated function."""
        return self._codegen.process_inputs(*args)

    def process_outputs(self, out: Any) -> Any:
        """The result of the generated function, given that of the nodes."""
        return self._codegen.process_outputs(out)

    def on_generate_code(
        self, make_transformer: Callable[[TransformCodeFunc | None], TransformCodeFunc]
    ) -> AbstractContextManager[None]:
        """Change the lines of generated code: from now on, or in a ``with`` statement only.

        Args:
            make_transformer: given what changes them now, or None, makes what is to change them.
        """
        codegen, before = self._codegen, self._codegen._body_transformer
        codegen._body_transformer = make_transformer(before)

        @contextmanager
        def until_end() -> Iterator[None]:
            try:
                yield
            finally:
                codegen._body_transformer = before

        return until_end()

    def python_code(
        self,
        root_module: str,
        *,
        verbose: bool = False,
        include_stride: bool = False,
        include_device: bool = False,
        colored: bool = False,
        expanded_def: bool = False,
        record_func: bool = False,
        additional_meta: Sequence[str] | None = None,
    ) -> PythonCode:
        """The graph as a Python function.

        Args:
            root_module: the name of the module that parameters and modules are asked of: "self".
            verbose: whether lines say where in the program they come from, and types of values.
            include_stride, include_device: whether types say so.
            colored: whether for a terminal.
            expanded_def: whether each parameter has a line of its own.
            record_func: has no effect.
            additional_meta: keys of nodes' ``meta`` to be shown.
        """
        namespace = Namespace()
        before = {node: node._repr_fn for node in self.nodes}
        for node in self.nodes:
            node._repr_fn = lambda node: namespace.create_name(node.name, node)
        try:
            return self._codegen._gen_python_code(
                self.nodes,
                root_module,
                namespace,
                verbose=verbose,
                include_stride=include_stride,
                include_device=include_device,
                colored=colored,
                expanded_def=expanded_def,
                additional_meta=additional_meta or (),
            )
        finally:
            for node, shown in before.items():
                node._repr_fn = shown

    def __str__(self) -> str:
        return "\n    ".join(["graph():", *(str(node.format_node()) for node in self.nodes)])

    def print_tabular(self) -> None:
        """Print a table of the nodes."""
        rows = [[node.op, node.name, node.target, node.args, node.kwargs] for node in self.nodes]
        print(table(["opcode", "name", "target", "args", "kwargs"], rows))  # noqa: T201  # that is what it is for

    # ------------------------------------------------------------------ checking

    def lint(self) -> None:
        """Check that the graph is whole.

        Raises:
            RuntimeError: a node is unknown, out of order, of another graph, or refers to
                something that the graph's module does not have.
        """
        check(self)


def _refers(owner: Module, qualified_name: str) -> bool:
    """Whether a module has a parameter, buffer or module of a name."""
    path, _, name = qualified_name.rpartition(".")
    try:
        module = owner.get_submodule(path)
    except AttributeError:
        warnings.warn(f"Failed to fetch module {path}!", stacklevel=3)
        return False
    found = getattr(module, name, None)
    return isinstance(found, (Module, Parameter)) or name in module._buffers
