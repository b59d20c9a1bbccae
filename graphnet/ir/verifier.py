"""Checks that a graph is well formed, and shows what is not inside the printed graph."""

from __future__ import annotations

from graphnet.errors import CompileError, GraphnetError
from graphnet.ir.core_ops import Input
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ir.types import TensorType


def verify(graph: Graph) -> None:
    """Check ``graph``: acyclic, values defined before use, edges true, types as inferred.

    Raises:
        CompileError: its message is the printed graph with the complaint below the faulty node.
    """
    complaints = {node: text for node in graph.nx if (text := _complaint(graph, node))}
    cyclic = _cycle_complaints(graph)
    interface = _interface_complaint(graph)
    if complaints or cyclic or interface:
        from graphnet.ir.printer import print_graph

        raise CompileError(
            f"graph {graph.name!r} is not well formed\n"
            + print_graph(graph, notes=complaints | cyclic, footer=interface)
        )


def _cycle_complaints(graph: Graph) -> dict[Node, str]:
    import networkx

    if networkx.is_directed_acyclic_graph(graph.nx):
        return {}
    cycle = [edge[0] for edge in networkx.find_cycle(graph.nx)]
    path = " -> ".join(node.op.name for node in [*cycle, cycle[0]])
    return dict.fromkeys(cycle, f"depends on itself, in the cycle {path}")


def _complaint(graph: Graph, node: Node) -> str | None:
    for slot, operand in enumerate(node.operands):
        if operand.node not in graph:
            return f"operand {slot} ({operand!r}) is not defined in this graph"
        if operand.node.results[operand.index] is not operand:
            return f"operand {slot} is not a result of the node it names"
    incoming = graph.nx.in_edges(node, keys=True, data=True)
    edges = sorted((slot, data["result"]) for _, _, slot, data in incoming)
    if edges != [(slot, operand.index) for slot, operand in enumerate(node.operands)]:
        return f"edges {edges} do not mirror the operands"
    if node.op.is_(Trait.SOURCE) and node.operands:
        return "a source has operands"
    if isinstance(node.op, Input):
        return None
    try:
        inferred = node.op.infer(*(operand.type for operand in node.operands))
    except (GraphnetError, TypeError, ValueError) as error:
        return f"its operands do not fit: {str(error).splitlines()[0]}"
    expected = inferred if isinstance(inferred, tuple) else (inferred,)
    actual = tuple(value.type for value in node.results)
    if actual != expected and not _are_floats(actual + expected):
        return f"typed {_types(actual)}, but the operation gives {_types(expected)}"
    return None


def _are_floats(types: tuple[object, ...]) -> bool:
    """Whether all are Python floats, which stand for the default dtype of their time."""
    return all(isinstance(t, TensorType) and t.weak and t.dtype.is_floating_point for t in types)


def _interface_complaint(graph: Graph) -> str | None:
    inputs = {node for node in graph.nx if node.op.name == "input"}
    if inputs != {value.node for value in graph.inputs}:
        return "the declared inputs are not the input nodes"
    for value in graph.results:
        if value.node not in graph:
            return f"result {value!r} is not defined in this graph"
    for target, new in graph.updates:
        if target.op.name != "input":
            return f"update target {target!r} is not an input"
        if _memory(target) != _memory(new):
            return f"update writes {new.type} into {target.type}"
    return None


def _memory(value: Value) -> object:
    kind = value.type
    return (kind.dtype, kind.shape) if hasattr(kind, "shape") else kind


def _types(types: tuple[object, ...]) -> str:
    return ", ".join(map(str, types))
