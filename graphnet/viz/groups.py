"""Gathers the nodes of a scene by the lines of the user's source that made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.node import Node, Phase, Value
from graphnet.source import Location
from graphnet.viz.scene import Scene

_MOST_GROUPS = 60
_MOST_OPERATIONS = 5
_LONGEST_TITLE = 48


@dataclass(eq=False)
class Group:
    """What one line did in one part of the training step.

    Attributes:
        part: the part.
        location: the line.
        nodes: the operations.
        leaves: parameters and settings that are told with the line rather than by themselves.
    """

    part: Phase
    location: Location | None
    nodes: list[Node] = field(default_factory=list)
    leaves: list[Value] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The line itself; where it is not at hand, what it did."""
        text = self.location.text if self.location is not None else ""
        text = text or ", ".join(dict.fromkeys(node.op.name for node in self.nodes))
        return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"

    @property
    def summary(self) -> str:
        """Where the line stands, and the operations it is made of, the most frequent first."""
        place = [str(self.location)] if self.location is not None else []
        return "  ".join([*place, operations_text(self.nodes)])


def group_by_line(scene: Scene) -> list[Group]:
    """A group for each run of each line, or for each line where those would be too many."""
    groups = [group for part in Phase for group in _runs(scene, part)]
    if len(groups) <= _MOST_GROUPS:
        return groups
    return list(_merged(groups))


def _runs(scene: Scene, part: Phase) -> Iterator[Group]:
    operations = (n for n in scene.nodes_in(part) if not isinstance(n.op, (Constant, Input)))
    for location, nodes in groupby(operations, key=lambda node: node.location):
        yield Group(part, location, list(nodes))


def _merged(groups: Iterable[Group]) -> Iterable[Group]:
    found: dict[tuple[Phase, Location | None], Group] = {}
    for group in groups:
        key = group.part, group.location
        found.setdefault(key, Group(*key)).nodes += group.nodes
    return found.values()


def operations_text(nodes: Iterable[Node]) -> str:
    """The operations with their counts, the most frequent first.

    >>> from graphnet import dtypes
    >>> from graphnet.ir.builder import Builder
    >>> from graphnet.ir.types import TensorType
    >>> with Builder() as builder:
    ...     x = builder.input(TensorType(dtypes.float32), "x")
    ...     y = -x * x * x
    >>> operations_text(builder.nodes[1:])
    '2 mul, neg'
    """
    counts = Counter(node.op.name for node in nodes)
    told = [
        name if count == 1 else f"{count} {name}"
        for name, count in counts.most_common(_MOST_OPERATIONS)
    ]
    return ", ".join(told + ["…"] * (len(counts) > _MOST_OPERATIONS))
