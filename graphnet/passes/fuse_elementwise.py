"""Fusion of elementwise operations into regions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ir.rewriter import carry_gradients
from graphnet.ops.fused import Fused, Instruction
from graphnet.passes.base import Pass


@dataclass(frozen=True)
class ElementwiseFusion(Pass):
    """Joins elementwise operations of one shape that feed each other into ``fused`` regions.

    A region runs block by block while its data is in the cache, which pays for large tensors only.

    Args:
        min_bytes: the size of a result from which on fusing pays.
    """

    name: ClassVar[str] = "fuse-elementwise"
    min_bytes: int = 256 * 1024

    def transform(self, graph: Graph) -> Graph:
        """Group, then emit each group as one node."""
        groups = _Groups()
        for node in graph.nodes:
            if _fusible(node, self.min_bytes):
                groups.take_in(node)
            else:
                groups.leave_out(node)
        order = {node: position for position, node in enumerate(graph.nodes)}
        regions = [
            sorted(nodes, key=order.__getitem__) for nodes in groups.members if len(nodes) > 1
        ]
        if not regions:
            return graph
        return _emit(graph, regions)


def _fusible(node: Node, min_bytes: int) -> bool:
    if not node.op.is_(Trait.ELEMENTWISE) or len(node.results) != 1 or isinstance(node.op, Fused):
        return False
    result = node.result.type
    if result.nbytes < min_bytes or not result.shape:
        return False
    return node.op.into([operand.type for operand in node.operands], result) is not None


class _Groups:
    """The nodes that will run as one: of one shape, connected, nothing in between.

    Every node and group has a level: higher than all it reads, lower than all that reads it. So no
    two groups can wait for each other. A node joins the groups of its operands to one, which rises
    above all that any of them reads, as long as it stays below what reads them already.
    """

    def __init__(self) -> None:
        self.members: list[list[Node]] = []
        self._number: dict[Node, int] = {}
        self._alone: dict[Node, int] = {}
        self._levels: list[int] = []
        self._ceilings: list[float] = []
        self._joined_to: list[int] = []

    def leave_out(self, node: Node) -> None:
        """Note a node that stays by itself."""
        self._alone[node] = level = self._level_above(node, ())
        self._note_reading(node, level)

    def take_in(self, node: Node) -> None:
        """Add a node to the groups of its operands, which become one, or to one of its own."""
        shape = node.result.type.shape
        joined: list[int] = []
        level = self._level_above(node, joined)
        for operand in reversed(node.operands):
            group = self._group(operand.node)
            if group is None or group in joined or operand.type.shape != shape:
                continue
            together = [*joined, group]
            raised = max(self._level_above(node, together), *(self._levels[g] for g in together))
            if raised < min(self._ceilings[g] for g in together):
                joined, level = together, raised
        group = self._join(joined)
        self.members[group].append(node)
        self._number[node] = group
        self._levels[group] = level
        self._note_reading(node, level, group)

    def _join(self, groups: list[int]) -> int:
        """One group of several; a new one of none."""
        if not groups:
            self.members.append([])
            self._levels.append(0)
            self._ceilings.append(math.inf)
            self._joined_to.append(len(self._joined_to))
            return len(self.members) - 1
        largest = max(groups, key=lambda group: len(self.members[group]))
        for group in groups:
            if group != largest:
                self._joined_to[group] = largest
                self.members[largest] += self.members[group]
                self.members[group] = []
                self._ceilings[largest] = min(self._ceilings[largest], self._ceilings[group])
        return largest

    def _group(self, node: Node) -> int | None:
        """The number of a node's group, if it is in one."""
        number = self._number.get(node)
        if number is not None:
            while self._joined_to[number] != number:
                number = self._joined_to[number]
            self._number[node] = number
        return number

    def _level_above(self, node: Node, groups: Sequence[int]) -> int:
        """One more than the highest level the node reads, some groups left aside."""
        highest = 0
        for operand in node.operands:
            number = self._group(operand.node)
            if number is None:
                highest = max(highest, self._alone[operand.node])
            elif number not in groups:
                highest = max(highest, self._levels[number])
        return highest + 1

    def _note_reading(self, node: Node, level: int, group: int | None = None) -> None:
        for operand in node.operands:
            number = self._group(operand.node)
            if number is not None and number != group:
                self._ceilings[number] = min(self._ceilings[number], level)


def _emit(graph: Graph, regions: Sequence[Sequence[Node]]) -> Graph:
    """The graph with each region as one node, everything after what it reads."""
    unit: dict[Node, Sequence[Node]] = {node: region for region in regions for node in region}
    users: dict[Value, list[Node]] = {}
    for node in graph.nodes:
        for operand in node.operands:
            users.setdefault(operand, []).append(node)
    results = set(graph.results)
    mapping: dict[Value, Value] = {}
    made: list[Node] = []
    for nodes in _schedule(graph, unit):
        needed = nodes[0].results
        if nodes[0] in unit:
            needed = _needed(nodes, users, results)
            if not needed:
                continue
            new = _region(nodes, needed, mapping)
        else:
            (node,) = nodes
            new = node.reading(tuple([mapping[operand] for operand in node.operands]))
        made.append(new)
        for old, value in zip(needed, new.results, strict=True):
            mapping[old] = value
            if old.gradient_of:
                carry_gradients(graph, old, value, mapping)
    return Graph(
        made,
        [mapping[value] for value in graph.inputs],
        [mapping[value] for value in graph.outputs],
        [(mapping[target], mapping[new]) for target, new in graph.updates],
        graph.name,
    )


def _needed(
    nodes: Sequence[Node], users: dict[Value, list[Node]], results: set[Value]
) -> tuple[Value, ...]:
    """What is read outside of a region."""
    inside = set(nodes)
    return tuple(
        node.result
        for node in nodes
        if node.result in results or any(u not in inside for u in users.get(node.result, ()))
    )


def _region(nodes: Sequence[Node], needed: Sequence[Value], mapping: dict[Value, Value]) -> Node:
    """The node that computes ``needed``, with constants as its last operands."""
    inside = set(nodes)
    read = dict.fromkeys(o for node in nodes for o in node.operands if o.node not in inside)
    outer = sorted(read, key=lambda value: isinstance(value.op, Constant))
    place = {value: position for position, value in enumerate(outer)}
    body = []
    for node in nodes:
        operands = tuple(place[operand] for operand in node.operands)
        body.append(Instruction(node.op, operands, node.result.type))
        place[node.result] = len(place)
    last = nodes[-1]
    return Node(
        Fused(len(outer), tuple(body), tuple(place[value] for value in needed)),
        tuple(mapping[value] for value in outer),
        tuple(value.type for value in needed),
        location=last.location,
        phase=last.phase,
        label=last.label,
    )


def _schedule(graph: Graph, unit: dict[Node, Sequence[Node]]) -> list[Sequence[Node]]:
    """Units in an order in which each follows what it reads, as near the old order as possible."""
    done: set[Node] = set()
    order: list[Sequence[Node]] = []
    stack: list[tuple[Node, bool]] = [(node, False) for node in reversed(graph.nodes)]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        nodes = unit.get(node, (node,))
        if not ready:
            stack.append((node, True))
            inside = set(nodes)
            stack.extend(
                (operand.node, False)
                for member in nodes
                for operand in member.operands
                if operand.node not in done and operand.node not in inside
            )
            continue
        done.update(nodes)
        order.append(nodes)
    return order
