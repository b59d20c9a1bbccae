"""Plans for tests: they overwrite what is dead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet.ir.graph import Graph
from graphnet.runtime.plan import Plan, compile_plan


def planned(graph: Graph, memory: Sequence[int] | None = None) -> Plan:
    """The plan of a graph, which kills what it should not read."""
    return compile_plan(graph, memory, poison=True)


def run(graph: Graph, *arrays: Any, memory: Sequence[int] | None = None) -> list[Any]:
    """What the plan of a graph gives."""
    return planned(graph, memory)(arrays)
