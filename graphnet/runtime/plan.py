"""A compiled graph: straight-line numpy code over a buffer arena."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphnet.ir.graph import Graph
from graphnet.runtime.arena import Pool
from graphnet.runtime.blame import Culprit
from graphnet.runtime.planner import FILE, Planner


def _quiet() -> Context:
    context = Context()
    context.run(np.seterr, all="ignore")
    return context


@dataclass(frozen=True)
class Plan:
    """Straight-line steps, ready to call numpy. ``str(plan)`` is the Python code that runs.

    Called with what the graph's inputs stand for it returns, in order, a fresh array for each
    output, and for each update the array it was written to. It is not reentrant: the arena is
    part of it.

    Attributes:
        source: the code.
        steps: how many operations it runs.
        arena_bytes: the size of the memory for intermediate values.
        in_place: how many updates are computed where they belong, without a copy.
    """

    source: str
    steps: int
    arena_bytes: int
    in_place: int
    function: Callable[[Sequence[Any]], list[Any]] = field(repr=False)
    lines: dict[int, Culprit] = field(repr=False)
    # Where numpy's floating point warnings are off: to enter it is cheaper than np.errstate.
    context: Context = field(default_factory=_quiet, repr=False)

    def __call__(self, inputs: Sequence[Any]) -> list[Any]:
        """Run the plan."""
        try:
            return self.context.run(self.function, inputs)
        except Exception as error:
            self._explain(error)
            raise

    def _explain(self, error: Exception) -> None:
        """Say which operation failed and which line of the user's made it."""
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == FILE:
                culprit = self.lines.get(trace.tb_lineno)
                if culprit is not None:
                    culprit.blame(error)
                return
            trace = trace.tb_next

    def __str__(self) -> str:
        return self.source


def compile_plan(
    graph: Graph,
    memory: Sequence[int] | None = None,
    *,
    poison: bool = False,
    pool: Pool | None = None,
) -> Plan:
    """Plan a graph: choose memory for every value and write the code.

    Args:
        graph: what to run.
        memory: for each input a number that inputs sharing memory have in common; all different
            unless given.
        pool: the memory of other plans that never run at the same time.
        poison: overwrite dead buffers with NaN, to prove that nobody reads them.
    """
    planner = Planner(graph, memory or range(len(graph.inputs)), poison, pool)
    planner.run()
    return Plan(
        planner.code.source,
        planner.steps,
        planner.arena.nbytes,
        planner.in_place,
        planner.code.function(),
        planner.code.lines,
    )
