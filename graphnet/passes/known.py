"""What is known of values when a graph is compiled: of those that depend on constants alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphnet.errors import GraphnetError
from graphnet.ir.core_ops import Constant
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ir.types import TensorType

_MOST = 1 << 20
"""Constants of more elements are not computed here."""


class Known:
    """The arrays of a graph that are the same in every run, computed as its nodes come along."""

    def __init__(self) -> None:
        self._arrays: dict[Value, Any] = {}
        self._latest: dict[tuple[Any, int], Value] = {}

    def __contains__(self, value: Value) -> bool:
        return value in self._arrays

    def __getitem__(self, value: Value) -> Any:
        return self._arrays[value]

    def note(self, node: Node) -> tuple[Value, int] | None:
        """Compute a node if its operands are known.

        Returns:
            The latest result of the same operation and the dimension, if what it has along that
            dimension is how the new one begins there.
        """
        if len(node.results) != 1 or not self._compute(node):
            return None
        value = node.result
        kind = (type(node.op), value.type.ndim)
        prior, self._latest[kind] = self._latest.get(kind), value
        if prior is None or prior.type.dtype is not value.type.dtype:
            return None
        grown = [dim for dim, size in enumerate(prior.shape) if value.shape[dim] != size]
        if len(grown) != 1 or value.shape[grown[0]] < prior.shape[grown[0]]:
            return None
        beginning = rows(self[value], grown[0], 0, prior.shape[grown[0]])
        return (prior, grown[0]) if np.array_equal(beginning, self[prior]) else None

    def _compute(self, node: Node) -> bool:
        op, type_ = node.op, node.result.type
        if isinstance(op, Constant):
            self._arrays[node.result] = op.kernel()
            return False
        if op.is_(Trait.SOURCE) or op.is_(Trait.RANDOM) or not isinstance(type_, TensorType):
            return False
        if type_.numel > _MOST or not all(operand in self for operand in node.operands):
            return False
        try:
            with np.errstate(all="ignore"):
                self._arrays[node.result] = op.kernel(*map(self.__getitem__, node.operands))
        except (GraphnetError, ArithmeticError, ValueError):
            return False  # it fails when the graph runs, where the error names the user's line
        return True

    def corner(self, before: Value, value: Value, dim: int, across: int) -> Any:
        """The number that all rows from before have in the columns that are new; None if none.

        It is None, too, if the rows from before are others now.
        """
        old, new = self[before], self[value]
        if min(dim, across) < 0 or np.ndim(old) != np.ndim(new):
            return None
        old_rows = rows(new, dim, 0, old.shape[dim])
        size = old.shape[across]
        if not np.array_equal(rows(old_rows, across, 0, size), old):
            return None
        return uniform(rows(old_rows, across, size, new.shape[across]))


def rows(array: Any, dim: int, start: int, stop: int) -> Any:
    """The part of an array between two places of a dimension."""
    return array[(slice(None),) * dim + (slice(start, stop),)]


def uniform(array: Any) -> Any:
    """The number that stands everywhere in an array; None if there are several, or none."""
    first = array.flat[0].item() if array.size else None
    return first if first is not None and (array == first).all() else None
