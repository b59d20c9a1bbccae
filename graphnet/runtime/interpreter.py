"""Runs a graph node by node, exactly as it stands: slow, simple, and the oracle of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.runtime.blame import culprit


def evaluate(
    nodes: Iterable[Node],
    known: dict[Value, Any],
    wanted: Iterable[Value],
    *,
    forget: bool = False,
) -> dict[Value, Any]:
    """Compute ``wanted`` and whatever it depends on.

    Args:
        nodes: the program, operands before their users.
        known: values given: arrays, Python numbers and generators. It is filled with every value
            that is computed, and returned.
        wanted: the values to compute. Nothing else is.
        forget: let go of what is computed on the way as soon as it has been read for the last time.

    Raises:
        Whatever an operation raises, the first of them; ``known`` then has all values that could
        be computed nevertheless.
    """
    results = set(wanted)
    needed: set[Node] = set()
    stack = [value.node for value in results if value not in known]
    while stack:
        node = stack.pop()
        if node not in needed:
            needed.add(node)
            stack.extend(operand.node for operand in node.operands if operand not in known)
    program = [node for node in nodes if node in needed]
    kept = results | known.keys() if forget else set()
    readers = Counter(o for node in program for o in set(node.operands)) if forget else Counter()
    first: Exception | None = None
    with np.errstate(all="ignore"):
        for node in program:
            if first is not None and not all(operand in known for operand in node.operands):
                continue
            try:
                made = node.op.kernel(*(known[operand] for operand in node.operands))
            except Exception as error:  # noqa: BLE001  # raised at the end
                if first is None:
                    first = error
                    culprit(node.op, node.location).blame(error)
                continue
            if len(node.results) == 1:
                known[node.results[0]] = made
            else:
                known.update(zip(node.results, made, strict=True))
            if forget:
                _forget(node, known, readers, kept)
    if first is not None:
        raise first
    return known


def _forget(
    node: Node, known: dict[Value, Any], readers: Counter[Value], kept: Collection[Value]
) -> None:
    """Let go of what ``node`` was the last to read, and of those of its results nobody reads."""
    for operand in set(node.operands):
        readers[operand] -= 1
    for value in (*node.operands, *node.results):
        if not readers[value] and value not in kept:
            known.pop(value, None)


def interpret(graph: Graph, inputs: Sequence[Any]) -> list[Any]:
    """Run ``graph`` on ``inputs``; the values of its outputs, then of its updates.

    The updates' memory is not written: that is left to the caller.

    >>> import numpy as np
    >>> from graphnet import dtypes, ops
    >>> from graphnet.ir.builder import Builder
    >>> from graphnet.ir.types import TensorType
    >>> with Builder() as builder:
    ...     x = builder.input(TensorType(dtypes.float32, (2,)), "x")
    ...     y = x * x
    >>> interpret(Graph(builder.nodes, [x], [y]), [np.array([1.0, 3.0], np.float32)])
    [array([1., 9.], dtype=float32)]
    """
    known = dict(zip(graph.inputs, inputs, strict=True))
    evaluate(graph.nodes, known, graph.results, forget=True)
    return [known[value] for value in graph.results]
