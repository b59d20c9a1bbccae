"""The passes in order, by optimisation level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.errors import CompileError
from graphnet.ir.graph import Graph
from graphnet.ir.verifier import verify as verify_graph
from graphnet.passes.base import Pass
from graphnet.passes.canonicalize import Canonicalize
from graphnet.passes.cse import CommonSubexpressions
from graphnet.passes.dce import DeadCodeElimination
from graphnet.passes.decompose import Decompose
from graphnet.passes.fold import ConstantFolding
from graphnet.passes.fuse_elementwise import ElementwiseFusion
from graphnet.passes.incremental import Incremental
from graphnet.passes.transposed_products import TransposedProducts

CLEAN_UP: tuple[Pass, ...] = (
    DeadCodeElimination(),
    ConstantFolding(),
    Canonicalize(),
    CommonSubexpressions(),
    DeadCodeElimination(),
)
FUSE: tuple[Pass, ...] = (
    Incremental(),
    DeadCodeElimination(),
    Decompose(),
    TransposedProducts(),
    CommonSubexpressions(),
    ElementwiseFusion(),
    DeadCodeElimination(),
)

LEVELS: dict[int, tuple[Pass, ...]] = {0: (), 1: CLEAN_UP, 2: CLEAN_UP + FUSE}
"""The passes of each ``graphnet.config.optimization_level``."""


@dataclass(frozen=True)
class Pipeline:
    """Passes run one after the other.

    Args:
        passes: what to run.
        verify: check the graph after each pass, and name the pass that broke it.
    """

    passes: Sequence[Pass]
    verify: bool = False

    def run(self, graph: Graph) -> Graph:
        """The graph after all passes.

        Raises:
            CompileError: a pass broke the graph.
        """
        for each in self.passes:
            result = each.run(graph)
            if self.verify and result.changed:
                try:
                    verify_graph(result.graph)
                except CompileError as error:
                    raise CompileError(f"pass {each.name!r} broke the graph: {error}") from error
            graph = result.graph
        return graph


def optimize(graph: Graph, level: int, *, verify: bool = False) -> Graph:
    """The graph after all passes of a level.

    >>> from graphnet import dtypes, ops
    >>> from graphnet.ir.builder import Builder
    >>> from graphnet.ir.types import TensorType
    >>> with Builder() as builder:
    ...     x = builder.input(TensorType(dtypes.float32, (2,)), "x")
    ...     y = (x * 1 + 0) + (x * 1 + 0)
    >>> print(optimize(Graph(builder.nodes, [x], [y]), 1))
    graph graph(%x: f32[2]) {
      %a: f32[2] = add(%x, %x)
      return %a
    }
    """
    return Pipeline(LEVELS[level], verify).run(graph)
