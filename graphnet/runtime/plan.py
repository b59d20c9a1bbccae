"""A compiled graph: straight-line steps over a buffer arena."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphnet.ir.graph import Graph
from graphnet.runtime.interpreter import interpret


class Plan:
    """temporary."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __call__(self, inputs: Sequence[Any]) -> list[Any]:
        return [np.array(a) for a in interpret(self.graph, inputs)]


def compile_plan(graph: Graph, groups: Sequence[int]) -> Plan:
    """temporary."""
    return Plan(graph)
