"""Fusion of elementwise operations into regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
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
        groups = _group(graph, self.min_bytes)
        regions = [nodes for nodes in groups if len(nodes) > 1]
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


def _group(graph: Graph, min_bytes: int) -> list[list[Node]]:
    """Groups of nodes that can run as one: same shape, connected, nothing outside in between.

    ``behind`` holds, as bits, the groups a node depends on through nodes outside of them: joining
    such a group would close a cycle.
    """
    groups: list[list[Node]] = []
    number: dict[Node, int] = {}
    behind: dict[Node, int] = {}
    entered: list[int] = []
    for node in graph.nodes:
        depends = 0
        for operand in node.operands:
            source = operand.node
            depends |= behind[source]
            if source in number:
                depends |= 1 << number[source]
        joined = None
        if _fusible(node, min_bytes):
            for operand in node.operands:
                candidate = number.get(operand.node)
                if candidate is not None and _may_join(
                    node, candidate, number, behind, entered, operand
                ):
                    joined = candidate
            if joined is None:
                joined = len(groups)
                groups.append([])
                entered.append(0)
            groups[joined].append(node)
            number[node] = joined
            entered[joined] |= depends & ~(1 << joined)
            depends = entered[joined]
        behind[node] = depends
    return groups


def _may_join(
    node: Node,
    group: int,
    number: dict[Node, int],
    behind: dict[Node, int],
    entered: list[int],
    through: Value,
) -> bool:
    if through.type.shape != node.result.type.shape:
        return False
    bit = 1 << group
    for operand in node.operands:
        source = operand.node
        if number.get(source) == group:
            continue
        if behind[source] & bit:
            return False
        other = number.get(source)
        if other is not None and entered[other] & bit:
            return False
    return True


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
        if len(nodes) == 1 and nodes[0] not in unit:
            (node,) = nodes
            copy = Node(
                node.op,
                tuple(mapping[o] for o in node.operands),
                tuple(value.type for value in node.results),
                location=node.location,
                phase=node.phase,
                label=node.label,
            )
            made.append(copy)
            mapping.update(zip(node.results, copy.results, strict=True))
        else:
            made.append(_region(nodes, users, results, mapping))
    return Graph(
        made,
        [mapping[value] for value in graph.inputs],
        [mapping[value] for value in graph.outputs],
        [(mapping[target], mapping[new]) for target, new in graph.updates],
        graph.name,
    )


def _region(
    nodes: Sequence[Node],
    users: dict[Value, list[Node]],
    results: set[Value],
    mapping: dict[Value, Value],
) -> Node:
    inside = set(nodes)
    outer: list[Value] = []
    for node in nodes:
        for operand in node.operands:
            if operand.node not in inside and operand not in outer:
                outer.append(operand)
    outer.sort(key=lambda value: isinstance(value.op, Constant))
    place = {value: position for position, value in enumerate(outer)}
    body = []
    for node in nodes:
        body.append(
            Instruction(node.op, tuple(place[o] for o in node.operands), node.result.type)
        )
        place[node.result] = len(place)
    needed = [
        node.result
        for node in nodes
        if node.result in results or any(u not in inside for u in users.get(node.result, ()))
    ]
    op = Fused(len(outer), tuple(body), tuple(place[value] for value in needed))
    last = nodes[-1]
    made = Node(
        op,
        tuple(mapping[value] for value in outer),
        tuple(value.type for value in needed),
        location=last.location,
        phase=last.phase,
        label=last.label,
    )
    mapping.update(zip(needed, made.results, strict=True))
    return made


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
