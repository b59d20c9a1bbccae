"""Checks that a graph of calls is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphnet.functions.facts import typename
from graphnet.fx.node import LEGAL_OPS, Node
from graphnet.nn.modules.module import Module

if TYPE_CHECKING:
    from graphnet.fx.graph import Graph


def check(graph: Graph) -> None:
    """Raise RuntimeError unless a graph is whole, see :meth:`graphnet.fx.Graph.lint`."""
    names: set[str] = set()
    seen: set[Node] = set()
    for node in graph.nodes:
        if node.op not in LEGAL_OPS:
            raise RuntimeError(f"Node {node} had unknown opcode {node.op}!")
        if node.graph is not graph:
            raise RuntimeError(f"Node '{node}' does not belong to this Graph!")
        for arg in node._input_nodes:
            _check_argument(graph, arg, node, seen)
        seen.add(node)
        if node.name in names:
            raise RuntimeError(f"Node redefined name {node.name}!")
        names.add(node.name)
    if graph.owning_module is not None:
        for node in graph.nodes:
            _check_target(node, graph.owning_module)


def _check_argument(graph: Graph, arg: Node, user: Node, seen: set[Node]) -> None:
    of = f"Argument '{arg}' of Node '{user}' "
    if arg.graph is not graph:
        raise RuntimeError(
            f"{of}does not belong to this Graph, but was used as an argument! If you are copying "
            "nodes from another graph, make sure to use ``arg_transform`` on node_copy() to remap "
            f"values\n{graph}"
        )
    if arg not in seen:
        raise RuntimeError(
            f"{of}was used before it has been defined! Please check that Nodes in the graph are "
            f"topologically ordered\n{graph}"
        )


def _check_target(node: Node, owner: Module) -> None:
    """Raise if a node calls what is not there."""
    wanted = "Callable" if node.op == "call_function" else "str"
    if not (callable(node.target) if wanted == "Callable" else isinstance(node.target, str)):
        raise ValueError(
            f"Node {node} target {node.target} has type {typename(node.target)} but a "
            f"{wanted} is expected"
        )
    if node.op not in ("get_attr", "call_module"):
        return
    names = node.target.split(".")
    place: Any = owner
    for depth, name in enumerate(names):
        place = getattr(place, name, None)
        where = f"Node {node} target {node.target}"
        if place is None:
            raise RuntimeError(
                f"{where} references nonexistent attribute {name} of {'.'.join(names[:depth])}"
            )
        if node.op == "call_module" and not isinstance(place, Module):
            raise RuntimeError(
                f"{where} {name} of {'.'.join(names[:depth])} does not reference an nn.Module"
            )
