"""What a picture calls values, and how it writes what a node computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.naming import Names
from graphnet.ir.node import Node, Value
from graphnet.ir.syntax import attribute_texts, number_text

_LONGEST = 34
_LONGEST_TARGET = 14

_WRITTEN: Final = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "floor_divide": "{} // {}",
    "remainder": "{} % {}",
    "pow": "{} ** {}",
    "matmul": "{} @ {}",
    "neg": "-{}",
    "eq": "{} == {}",
    "ne": "{} != {}",
    "lt": "{} < {}",
    "le": "{} <= {}",
    "gt": "{} > {}",
    "ge": "{} >= {}",
    "identity": "Identity({})",
    "full": "{}",
    "t": "{}.T",
}
"""How people write what these operations do."""


class Captions:
    """Names and formulas for people: numbers, which tell nothing, are left out."""

    def __init__(self, graph: Graph, given: Mapping[Value, str]) -> None:
        self._graph = graph
        self._names = Names(graph, given=given)

    def name(self, value: Value) -> str | None:
        """The value's name. The gradient of a value without one is that of its formula."""
        if not self._names.is_numbered(value) and not self._tells_number(value):
            return self._names[value]
        for target in value.gradient_of:
            if target.node not in self._graph:
                return self._names[value]
            if (known := self.name(target)) is not None:
                return f"dz/d{known}"
        if value.gradient_of:
            text = self.formula(value.gradient_of[0].node)
            short = text if len(text) <= _LONGEST_TARGET else value.gradient_of[0].op.name
            return f"dz/d({short})"
        return None

    def others(self, value: Value) -> list[str]:
        """What else a gradient is the gradient of, as ``dz/dy``, where that has a name."""
        names = [self.name(t) for t in value.gradient_of if t.node in self._graph]
        own = self.name(value)
        return [f"dz/d{name}" for name in names if name is not None and f"dz/d{name}" != own]

    def formula(self, node: Node) -> str:
        """How the node computes its results: in the names of its operands if they have any."""
        written = _WRITTEN.get(node.op.name, "")
        operands = [self._operand(value) for value in node.operands]
        known = [operand for operand in operands if operand is not None]
        if len(known) < len(operands) or not known:
            return node.op.name
        if written.count("{}") == len(known):
            text = written.format(*known)
        else:
            text = f"{node.op.name}({', '.join(known + attribute_texts(node.op))})"
        return text if len(text) <= _LONGEST else node.op.name

    def _operand(self, value: Value) -> str | None:
        return number_text(value.op.value) if isinstance(value.op, Constant) else self.name(value)

    def _tells_number(self, value: Value) -> bool:
        """Whether the name is that of a gradient of a value that has only a number."""
        targets = value.gradient_of
        return bool(targets) and (
            targets[0].node in self._graph
            and self._names[value].startswith("dz")
            and self.is_nameless(targets[0])
        )

    def is_nameless(self, value: Value) -> bool:
        """Whether a value has only a number."""
        return self._names.is_numbered(value) or self._tells_number(value)
