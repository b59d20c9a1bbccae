"""Graphs as text that reads like a program and parses back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Phase, Value


@dataclass
class Names:
    """Gives every value a name: its label if it has one of its own, a number otherwise."""

    of: dict[Value, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def define(self, value: Value) -> str:
        """Name ``value``; called once for each value, in order of definition."""
        label = value.node.label.replace(" ", "_") if value.node.op.name == "input" else ""
        name = label if label.replace(".", "_").isidentifier() else str(len(self.of))
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        self.of[value] = f"%{name}"
        return self.of[value]

    def __getitem__(self, value: Value) -> str:
        return self.of.get(value, f"%<undefined {value.op.name}>")


def print_graph(
    graph: Graph, *, notes: Mapping[Node, str] | None = None, footer: str | None = None
) -> str:
    """The graph as a program, one line a node, each with its type and the user's line.

    Args:
        graph: what to print.
        notes: complaints to show below nodes.
        footer: a complaint about the graph as a whole.
    """
    names = Names()
    arguments = ", ".join(f"{names.define(value)}: {value.type}" for value in graph.inputs)
    lines = [f"graph {graph.name}({arguments}) {{"]
    phase = Phase.FORWARD
    for node in graph.nodes:
        if node.op.name == "input":
            continue
        if node.phase is not phase:
            phase = node.phase
            lines.append(f"  # {phase.value}")
        lines.append(_print_node(node, names))
        if notes and node in notes:
            lines.append(f"  ^ {notes[node]}")
    results = [names[value] for value in graph.outputs]
    results += [f"{names[new]} -> {names[target]}" for target, new in graph.updates]
    lines.append(f"  return {', '.join(results)}".rstrip())
    lines.append("}")
    if footer:
        lines.append(f"^ {footer}")
    return "\n".join(lines)


def _print_node(node: Node, names: Names) -> str:
    operands = ", ".join(names[operand] for operand in node.operands)
    if isinstance(node.op, Constant):
        dtype = f", {node.op.dtype.short}" if node.op.dtype is not None else ""
        call = f"constant({node.op.value!r}{dtype})"
    else:
        call = f"{node.op.name}({operands})"
        inside = ", ".join(f"{k}={v!r}" for k, v in node.op.attributes.items())
        if inside:
            call += f" {{{inside}}}"
    results = ", ".join(names.define(value) for value in node.results)
    types = ", ".join(str(value.type) for value in node.results)
    comment = " ".join(filter(None, [str(node.location or ""), node.label]))
    text = f"  {results} = {call} : {types}"
    return f"{text:<72}  # {comment}" if comment else text
