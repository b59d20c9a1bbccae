"""Runs a graph node by node, exactly as it stands: slow, simple, and the oracle of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.runtime.blame import blame


def evaluate(
    nodes: Iterable[Node], known: dict[Value, Any], wanted: Iterable[Value]
) -> dict[Value, Any]:
    """Compute ``wanted`` and whatever it depends on.

    Args:
        nodes: the program, operands before their users.
        known: values given: arrays, Python numbers and generators. It is filled with every value
            that is computed, and returned.
        wanted: the values to compute. Nothing else is.
    """
    needed: set[Node] = set()
    stack = [value.node for value in wanted if value not in known]
    while stack:
        node = stack.pop()
        if node not in needed:
            needed.add(node)
            stack.extend(operand.node for operand in node.operands if operand not in known)
    with np.errstate(all="ignore"):
        for node in nodes:
            if node in needed:
                try:
                    results = node.op.kernel(*(known[operand] for operand in node.operands))
                except Exception as error:
                    blame(error, node)
                    raise
                if len(node.results) == 1:
                    known[node.results[0]] = results
                else:
                    known.update(zip(node.results, results, strict=True))
    return known


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
    evaluate(graph.nodes, known, graph.results)
    return [known[value] for value in graph.results]
