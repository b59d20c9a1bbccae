"""What the values of a graph are called where people see them: in its text and in its picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import PurePath
from string import ascii_lowercase

from graphnet.ir.assignments import assigned_name
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import Trait
from graphnet.ir.syntax import PLAIN_NAME, plain
from graphnet.source import Location

_FEW = 12


class Names:
    """A name for every value of a graph, no two alike.

    In the order of precedence: the label, if it can be a name; the variable that the user's line
    assigns the value to; ``dz/dc`` for the gradient of ``c``; ``w'`` for the value that ``w`` is
    updated to; a letter, in a graph with few values left, as a textbook has it; a number.

    >>> from graphnet import dtypes, ops
    >>> from graphnet.ir.builder import Builder
    >>> from graphnet.ir.types import TensorType
    >>> with Builder() as builder:
    ...     a = builder.input(TensorType(dtypes.float32), "a")
    ...     y = abs(a)
    >>> names = Names(Graph(builder.nodes, [a], [y]))
    >>> names[a], names[y]
    ('a', 'b')

    Args:
        graph: the graph.
        nodes: the nodes that are shown, in order, unless that is all of them in the graph's own.
        given: names that precede all others.
    """

    def __init__(
        self,
        graph: Graph,
        nodes: Iterable[Node] | None = None,
        given: Mapping[Value, str] | None = None,
    ) -> None:
        self._graph = graph
        self._nodes = tuple(graph.nodes if nodes is None else nodes)
        self._names: dict[Value, str] = {}
        self._taken: set[str] = set()
        self._numbered: set[Value] = set()
        self._labelled: set[Value] = set()
        self._named_gradients: set[Value] = set()
        self._places = {value: place for place, value in enumerate(self._values())}
        self._updated = {new for _, new in graph.updates}
        for value, name in (given or {}).items():
            self._claim(value, name)
        self._name_by_label()
        self._name_by_assignment()
        self._name_rest_of_forward()
        self._name_gradients()
        self._number(graph.inputs)
        self._name_updates()
        self._number(self._places)

    def __getitem__(self, value: Value) -> str:
        found = self._names.get(value)
        return f"<{value.op.name}, not in this graph>" if found is None else found

    def is_numbered(self, value: Value) -> bool:
        """Whether the name is a number, which says nothing to people."""
        return value in self._numbered

    def also(self, value: Value) -> list[str]:
        """What else a gradient is the gradient of, as ``dz/da``."""
        targets = value.gradient_of[value in self._named_gradients :]
        return [f"dz/d{self[target]}" for target in targets if target in self._names]

    def is_label(self, value: Value) -> bool:
        """Whether the name is the label of the value's node."""
        return value in self._labelled

    def _values(self) -> Iterator[Value]:
        """Every value that may need a name, as shown: the inputs first."""
        yield from self._graph.inputs
        given = set(self._graph.inputs)
        for node in self._nodes:
            yield from (value for value in node.results if value not in given)

    def _claim(self, value: Value, wanted: str) -> None:
        if value in self._names:
            return
        name, count = wanted, 1
        while name in self._taken:
            count += 1
            name = f"{wanted}.{count}"
        self._taken.add(name)
        self._names[value] = name

    def _number(self, values: Iterable[Value]) -> None:
        """Give values without a name the number of their place in the graph."""
        for value in values:
            if value not in self._names:
                self._names[value] = str(self._places[value])
                self._numbered.add(value)

    def _name_by_label(self) -> None:
        for value in self._places:
            label, is_input = value.node.label, value.op.is_(Trait.SOURCE)
            if len(value.node.results) > 1 or not label:
                continue
            if label.isdecimal():
                label = f"_{label}"
            if is_input or PLAIN_NAME.fullmatch(label):
                self._claim(value, label)
                self._labelled.add(value)

    def _name_updates(self) -> None:
        for target, new in self._graph.updates:
            self._claim(new, f"{plain(self[target])}'")

    def _name_by_assignment(self) -> None:
        """Name the last value that a line computes, if that is what the line assigns."""
        shown = [
            node
            for node in self._nodes
            if node.phase is Phase.FORWARD and not node.op.is_(Trait.SOURCE)
        ]
        for node, following in zip_longest(shown, shown[1:]):
            if (
                node.location is None
                or len(node.results) > 1
                or (following is not None and following.location == node.location)
                # A bare file name was read from a graph's text: the file may be another one.
                or not (PurePath(node.location.file).is_absolute() or node.location.file[0] == "<")
            ):
                continue
            away = following is not None and not _same_function(following.location, node.location)
            name = assigned_name(node.location.text, node.op.name, called_away=away)
            if name and node.result not in self._updated:
                self._claim(node.result, name)

    def _name_rest_of_forward(self) -> None:
        rest = [
            value
            for value in self._places
            if value not in self._names
            and value not in self._updated
            and value.node.phase is Phase.FORWARD
            and value.op.name != "constant"
        ]
        letters = [letter for letter in ascii_lowercase[:-1] if letter not in self._taken]
        if len(rest) <= min(_FEW, len(letters)):
            for value, letter in zip(rest, letters, strict=False):
                self._claim(value, letter)
        else:
            self._number(rest)

    def _name_gradients(self) -> None:
        for value in self._places:
            if value.gradient_of and value not in self._names:
                target = self._target(value.gradient_of[0])
                name, count = f"dz/d{target}", 1
                while name in self._taken:
                    count += 1
                    name = f"dz.{count}/d{target}"
                self._claim(value, name)
                self._named_gradients.add(value)

    def _target(self, value: Value) -> str:
        """The name of a value, which an earlier run or another form of the graph may hold."""
        if value not in self._places:
            return plain(value.node.label or value.op.name)
        self._number([value])
        return self[value]


def _same_function(one: Location | None, other: Location) -> bool:
    return one is not None and (one.file, one.function) == (other.file, other.function)
