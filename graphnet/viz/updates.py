"""Gathers what an optimizer does with each parameter."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.node import Node, Phase, Value
from graphnet.viz.scene import Scene


@dataclass(eq=False)
class Update:
    """The operations that give a parameter, and what is kept along with it, new values.

    Attributes:
        targets: the inputs that are written: parameters first, then what is kept for them.
        nodes: the operations.
    """

    targets: list[Value] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


def group_updates(scene: Scene) -> list[Update]:
    """An update for each parameter.

    Inputs are written together if their new values have operations in common, apart from numbers
    such as the learning rate; a counter belongs to the input that is written before it.
    """
    operations = {
        n for n in scene.nodes_in(Phase.UPDATE) if not isinstance(n.op, (Constant, Input))
    }
    owner: dict[Node, Update] = {}
    updates: list[Update] = []
    for target, new in scene.graph.updates:
        if new.node not in operations:
            continue
        nodes = _slice(new, operations)
        owners = {owner[node] for node in nodes if node in owner}
        met = [update for update in updates if update in owners]
        is_counter = not target.shape and not target.requires_grad
        if not met and is_counter and updates:
            met = [updates[-1]]
        update = met[0] if met else Update()
        if not met:
            updates.append(update)
        for other in met[1:]:
            updates.remove(other)
            update.targets += other.targets
            nodes |= dict.fromkeys(node for node, its in owner.items() if its is other)
        update.targets.append(target)
        owner.update(dict.fromkeys(nodes, update))
    _adopt(scene, operations, owner, updates)
    for node in scene.nodes:
        if node in owner:
            owner[node].nodes.append(node)
    for update in updates:
        update.targets.sort(key=lambda target: not target.requires_grad)
    return updates


def _slice(new: Value, operations: set[Node]) -> dict[Node, None]:
    """The operations that a new value depends on, without those that compute mere numbers."""
    found: dict[Node, None] = {}
    stack = [new.node]
    while stack:
        node = stack.pop()
        if node not in found:
            found[node] = None
            stack += [
                operand.node
                for operand in node.operands
                if operand.node in operations and (operand.shape or not new.shape)
            ]
    return found


def _adopt(
    scene: Scene, operations: set[Node], owner: dict[Node, Update], updates: list[Update]
) -> None:
    """Give operations that belong to no update to the first one that reads them."""
    for node in reversed(scene.nodes):
        if node in operations and node not in owner:
            users = [user for value in node.results for user in scene.graph.users(value)]
            readers = [owner[user] for user in users if user in owner]
            if not readers:
                updates.append(Update())
            owner[node] = readers[0] if readers else updates[-1]
