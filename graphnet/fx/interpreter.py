"""Graphs of calls run node by node: ``torch.fx.Interpreter`` and ``torch.fx.Transformer``.

Source: PyTorch's page "torch.fx", section "The Interpreter Pattern".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from graphnet.fx._symbolic_trace import Tracer
from graphnet.fx.graph import Graph
from graphnet.fx.graph_module import GraphModule
from graphnet.fx.node import Argument, Node, map_aggregate, map_arg
from graphnet.fx.proxy import Proxy
from graphnet.fx.traceback import preserve_node_meta, set_current_meta
from graphnet.nn.modules.module import Module

__all__ = ["Interpreter", "Transformer"]


class Interpreter:
    """Runs a graph call by call. A subclass may do something else for each kind of call.

    Args:
        module: the module whose graph is run, and that has the parameters and modules.
        garbage_collect_values: whether values are forgotten when nobody needs them any more.
        graph: another graph to run.

    Attributes:
        env: the values of the nodes.

    >>> import graphnet as torch
    >>> class Counting(torch.fx.Interpreter):
    ...     calls = 0
    ...
    ...     def call_function(self, target, args, kwargs):
    ...         self.calls += 1
    ...         return super().call_function(target, args, kwargs)
    >>> counting = Counting(torch.fx.symbolic_trace(lambda x: torch.relu(x) + 1))
    >>> counting.run(torch.tensor(2.0)), counting.calls
    (tensor(3.), 2)
    """

    def __init__(
        self, module: Module, garbage_collect_values: bool = True, graph: Graph | None = None
    ) -> None:
        self.module = module
        self.submodules = dict(module.named_modules())
        self.graph: Graph = module.graph if graph is None else graph
        self.env: dict[Node, Any] = {}
        self.name = "Interpreter"
        self.garbage_collect_values = garbage_collect_values
        self.extra_traceback = True
        self.user_to_last_uses: dict[Node, list[Node]] = {}
        seen: set[Node] = set()
        for user in reversed(self.graph.nodes):
            last = [node for node in user._input_nodes if node not in seen]
            self.user_to_last_uses[user] = last
            seen.update(last)

    def run(
        self,
        *args: Any,
        initial_env: dict[Node, Any] | None = None,
        enable_io_processing: bool = True,
    ) -> Any:
        """The result of the graph.

        Args:
            args: the graph's arguments.
            initial_env: values that are known; these nodes are not run.
            enable_io_processing: whether arguments and result are taken apart and put together as
                generated code does.

        An error says in which node it was.
        """
        self.env = {} if initial_env is None else initial_env
        if enable_io_processing:
            args = self.graph.process_inputs(*args)
        self.args_iter: Iterator[Any] = iter(args)
        for node in self.graph.nodes:
            if node in self.env:
                continue
            try:
                self.env[node] = self.run_node(node)
            except Exception as error:
                self._say_where(error, node)
                raise
            if node.op == "output":
                result = self.env[node]
                return self.graph.process_outputs(result) if enable_io_processing else result
            if self.garbage_collect_values:
                for used in self.user_to_last_uses.get(node, ()):
                    del self.env[used]
        return None

    def _say_where(self, error: Exception, node: Node) -> None:
        if self.extra_traceback:
            told = f"While executing {node.format_node()}"
            told = f"{error.args[0]}\n\n{told}" if error.args else told
            error.args = (f"{told}\nOriginal traceback:\n{node.stack_trace}", *error.args[1:])

    def boxed_run(self, args_list: list[Any]) -> Any:
        """The result for arguments in a list, which is emptied, so that they can be let go.

        Raises:
            RuntimeError: they are too few or too many.
        """
        parameters = [node for node in self.graph.nodes if node.op == "placeholder"]
        if len(args_list) != len(parameters):
            detail = "extra" if len(args_list) > len(parameters) else "missing"
            raise RuntimeError(
                f"Interpreter.boxed_run expected {len(parameters)} arguments for placeholders but "
                f"received {len(args_list)} ({detail} arguments)"
            )
        env = dict(zip(parameters, args_list, strict=True))
        args_list.clear()
        return self.run(initial_env=env)

    @contextmanager
    def _set_current_node(self, node: Node) -> Iterator[None]:
        with set_current_meta(node, f"Interpreter_{type(self).__name__}"):
            yield

    def run_node(self, n: Node) -> Any:
        """The value of a node: what the method of its kind gives."""
        with self._set_current_node(n):
            args, kwargs = self.fetch_args_kwargs_from_env(n)
            return getattr(self, n.op)(n.target, args, kwargs)

    # ------------------------------------------------------------------ kinds of nodes

    def placeholder(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """The next argument.

        Raises:
            RuntimeError: there is none, nor a default.
        """
        if target.startswith("*"):
            return list(self.args_iter)
        given = next(self.args_iter, _NOTHING)
        if given is not _NOTHING:
            return given
        if args:
            return args[0]
        raise RuntimeError(
            f"Expected positional argument for parameter {target}, but one was not passed in!"
        )

    def get_attr(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """A parameter, buffer or module."""
        return self.fetch_attr(target)

    def call_function(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function."""
        return target(*args, **kwargs)

    def call_method(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """Call a method of the first argument."""
        owner, *rest = args
        return getattr(owner, target)(*rest, **kwargs)

    def call_module(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """Call a module."""
        return self.fetch_attr(target)(*args, **kwargs)

    def output(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """The result of the graph."""
        return args[0]

    # ------------------------------------------------------------------ values

    def fetch_attr(self, target: str) -> Any:
        """What the module has under a dotted name.

        Raises:
            RuntimeError: nothing.
        """
        found: Any = self.module
        names = target.split(".")
        for depth, name in enumerate(names, start=1):
            if not hasattr(found, name):
                missing = ".".join(names[:depth])
                raise RuntimeError(f"Node referenced nonexistent target {missing}")
            found = getattr(found, name)
        return found

    def fetch_args_kwargs_from_env(self, n: Node) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The values of a node's arguments."""
        return self.map_nodes_to_values(n.args, n), self.map_nodes_to_values(n.kwargs, n)

    def map_nodes_to_values(self, args: Argument, n: Node) -> Any:
        """Arguments with the values of the nodes among them.

        Raises:
            RuntimeError: a node has no value.
        """

        def value(node: Node) -> Any:
            if node not in self.env:
                raise RuntimeError(
                    f"Node {n} referenced nonexistent value {node}! Run Graph.lint() to diagnose "
                    "such issues"
                )
            return self.env[node]

        return map_arg(args, value)


_NOTHING = object()


class _AppendingTracer(Tracer):
    """Makes the graph of a transformer: whole modules are called."""

    def __init__(self, graph: Graph, root: Module) -> None:
        super().__init__()
        self.graph, self.root = graph, root

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        return True


class Transformer(Interpreter):
    """Makes another graph: each call is recorded, unless a subclass records something else.

    >>> import graphnet as torch
    >>> class Smooth(torch.fx.Transformer):
    ...     def call_function(self, target, args, kwargs):
    ...         smooth = torch.tanh if target is torch.relu else target
    ...         return super().call_function(smooth, args, kwargs)
    >>> smooth = Smooth(torch.fx.symbolic_trace(lambda x: torch.relu(x) + 1)).transform()
    >>> list(smooth.graph.nodes)
    [x, tanh, add, output]
    """

    def __init__(self, module: GraphModule) -> None:
        super().__init__(module)
        self.new_graph = Graph()
        self.new_graph.set_codegen(module.graph._codegen)
        self.tracer: Tracer = _AppendingTracer(self.new_graph, module)

    def placeholder(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """Record a parameter of the function."""
        default = args[0] if args else inspect.Signature.empty
        return Proxy(self.new_graph.placeholder(target, default_value=default), self.tracer)

    def get_attr(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """Record that a parameter, buffer or module is asked for."""
        return self.tracer.create_proxy("get_attr", target, args, kwargs)

    def call_module(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        """Record a call of a module."""
        module = self.fetch_attr(target)
        return self.tracer.call_module(module, module.forward, args, kwargs)

    def call_function(
        self, target: Callable[..., Any], args: tuple[Argument, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Record a call of a function."""
        return self.tracer.create_proxy("call_function", target, args, kwargs)

    def transform(self) -> GraphModule:
        """The module of the other graph."""
        with preserve_node_meta():
            result = self.run(enable_io_processing=False)
        if result is not None:
            made = self.new_graph.output(
                map_aggregate(result, lambda each: each.node if isinstance(each, Proxy) else each)
            )
            made.meta.update(self.graph.output_node().meta)
        return GraphModule(self.module, self.new_graph)
