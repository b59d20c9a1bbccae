"""What a pass is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from graphnet.ir.graph import Graph


@dataclass(frozen=True, slots=True)
class Result:
    """What a pass made of a graph, and whether that differs from what it was given."""

    graph: Graph
    changed: bool


@dataclass(frozen=True)
class Pass(ABC):
    """A transformation of a graph that keeps its meaning. Its fields are its options.

    A pass runs alone or in a pipeline. It takes any well-formed graph and gives one, with the
    same inputs, outputs and updates in the same order.
    """

    name: ClassVar[str]

    @abstractmethod
    def transform(self, graph: Graph) -> Graph:
        """The transformed graph, or the graph itself where there is nothing to do."""

    def run(self, graph: Graph) -> Result:
        """Run the pass.

        >>> from graphnet import dtypes, ops
        >>> from graphnet.ir.builder import Builder
        >>> from graphnet.ir.types import TensorType
        >>> from graphnet.passes.canonicalize import Canonicalize
        >>> with Builder() as builder:
        ...     x = builder.input(TensorType(dtypes.float32, (2,)), "x")
        ...     y = x * 1
        >>> Canonicalize().run(Graph(builder.nodes, [x], [y])).changed
        True
        """
        made = self.transform(graph)
        return Result(made, made is not graph)
