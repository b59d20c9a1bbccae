"""Graphs as text that reads like a program and parses back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.graph import CycleError, Graph
from graphnet.ir.naming import Names
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.syntax import (
    ALSO,
    LOCATION,
    attribute_texts,
    follows_grad,
    label_text,
    name_text,
    number_text,
    word_text,
)

_LINE = 100
_COMMENT_COLUMN = 72


def print_graph(
    graph: Graph, *, notes: Mapping[Node, str] | None = None, footer: str | None = None
) -> str:
    """The graph as a program, one line a node, each with its type and the user's line.

    A number that only one operation reads stands among its operands. Values that require a
    gradient are marked where that does not follow from the operands, as it does for what was
    recorded with gradients enabled.

    Args:
        graph: what to print. It need not be well formed.
        notes: complaints to show below nodes.
        footer: a complaint about the graph as a whole.

    >>> from graphnet import dtypes, ops
    >>> from graphnet.ir.builder import Builder
    >>> from graphnet.ir.types import TensorType
    >>> with Builder() as builder:
    ...     a = builder.input(TensorType(dtypes.float32, (3,)), "a", requires_grad=True)
    ...     y = a * 2
    >>> print(print_graph(Graph(builder.nodes, [a], [y])))
    graph graph(%a: f32[3] requires_grad) {
      %b: f32[3] = mul(%a, 2)
      return %b
    }
    """
    return _Printer(graph, notes or {}).text(footer)


class _Printer:
    def __init__(self, graph: Graph, notes: Mapping[Node, str]) -> None:
        self.graph = graph
        self.notes = notes
        self.order = nodes_in_order(graph)
        self.inline = set(_inline_constants(graph, self.order)) - set(notes)
        self.names = Names(graph, [node for node in self.order if node not in self.inline])

    def text(self, footer: str | None) -> str:
        """All of it."""
        lines = self._header()
        phase = Phase.FORWARD
        given = {value.node for value in self.graph.inputs}
        code: list[tuple[str, str]] = []
        for node in self.order:
            if node in self.inline:
                continue
            if node in given:
                code += self._note(node)
                continue
            if node.phase is not phase:
                phase = node.phase
                code.append((f"  # {phase.value}", ""))
            code.append((self._statement(node), self._comment(node)))
            code += self._note(node)
        longest = max((len(text) for text, comment in code if comment), default=0)
        column = min(longest, _COMMENT_COLUMN)
        lines += [f"{text:<{column}}  # {comment}" if comment else text for text, comment in code]
        lines += [f"  update {self[old]} <- {self[new]}" for old, new in self.graph.updates]
        lines.append(f"  return {', '.join(map(self.__getitem__, self.graph.outputs))}".rstrip())
        lines.append("}")
        if footer:
            lines.append(f"^ {footer}")
        return "\n".join(lines)

    def __getitem__(self, value: Value) -> str:
        """How the value is referred to."""
        if value.node not in self.graph:
            return f"%<{value.op.name}, not in this graph>"
        return name_text(self.names[value])

    def _note(self, node: Node) -> list[tuple[str, str]]:
        return [(f"  ^ {self.notes[node]}", "")] if node in self.notes else []

    def _header(self) -> list[str]:
        inputs = self.graph.inputs
        start = f"graph {word_text(self.graph.name)}("
        line = f"{start}{', '.join(map(self._definition, inputs))}) {{"
        if len(line) <= _LINE and all(value.node.phase is Phase.FORWARD for value in inputs):
            return [line]
        lines, phase = [start], Phase.FORWARD
        for value in inputs:
            if value.node.phase is not phase:
                phase = value.node.phase
                lines.append(f"  # {phase.value}")
            lines.append(f"  {self._definition(value)},")
        return [*lines, ") {"]

    def _definition(self, value: Value) -> str:
        """Name, type, and whether it requires a gradient unless that goes without saying."""
        if value.requires_grad is follows_grad(value):
            mark = ""
        else:
            mark = " requires_grad" if value.requires_grad else " no_grad"
        return f"{self[value]}: {value.type}{mark}"

    def _statement(self, node: Node) -> str:
        results = ", ".join(map(self._definition, node.results))
        if isinstance(node.op, Constant):
            return f"  {results} = {_literal(node.op)}"
        arguments = [
            _literal(operand.op)
            if isinstance(operand.op, Constant) and operand.node in self.inline
            else self[operand]
            for operand in node.operands
        ]
        return f"  {results} = {node.op.name}({', '.join(arguments + attribute_texts(node.op))})"

    def _comment(self, node: Node) -> str:
        """The user's line, what else the results are the gradients of, and the label."""
        fields = [str(node.location)] if LOCATION.fullmatch(str(node.location)) else []
        for value in node.results:
            also = [f"{self.names[value]} = {other}" for other in self.names.also(value)]
            fields += filter(ALSO.fullmatch, also)
        if node.label and not any(map(self.names.is_label, node.results)):
            fields.append(label_text(node.label))
        return "; ".join(fields)


def nodes_in_order(graph: Graph) -> tuple[Node, ...]:
    """The nodes sorted topologically, or as they were recorded where a cycle forbids that."""
    try:
        return graph.nodes
    except CycleError:
        return tuple(graph.nx)


def _literal(op: Constant) -> str:
    text = number_text(op.value)
    return text if op.dtype is None else f"{op.dtype.short}({text})"


def _inline_constants(graph: Graph, order: Iterable[Node]) -> Iterator[Node]:
    """The constants that nothing is lost of when they stand among their only reader's operands."""
    results = {value.node for pair in graph.updates for value in pair}
    results.update(value.node for value in graph.outputs)
    for node in order:
        if not isinstance(node.op, Constant) or node.label or node in results:
            continue
        users = graph.users(node.result)
        if (
            len(users) == 1
            and not isinstance(users[0].op, Input)
            and users[0].phase is node.phase
            and node.location in (None, users[0].location)
            and node.result.type == node.op.infer()
        ):
            yield node
