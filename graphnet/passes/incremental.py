"""Incremental computation: of what grows by some rows, only the new rows are computed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from graphnet.ir.core_ops import Constant
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.rewriter import Rewriter
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.arithmetic import Add, Sub
from graphnet.ops.compare import Where
from graphnet.ops.create import Full
from graphnet.ops.join import Cat
from graphnet.ops.linear import Linear
from graphnet.ops.matmul import Matmul
from graphnet.ops.parts import Part
from graphnet.ops.softmax import Softmax
from graphnet.passes.base import Pass
from graphnet.passes.known import Known, rows, uniform
from graphnet.passes.rows import resized, row_dim


@dataclass(frozen=True)
class Incremental(Pass):
    """``f(cat([x, y]))`` becomes ``cat([f(x), f(y)])`` where ``f(x)`` is computed anyway.

    A program that samples from a model, and puts what it sampled behind its input, computes all
    rows again for each new one. Where the operations on the way treat rows apart, and attention
    is causal, those of the beginning are what they were. The pass finds the earlier call, emits
    the operations for the new rows alone, and joins the rows where somebody reads all of them:
    keys and values. That is what a cache of keys and values does, written by hand.

    Numbers are those of the whole but for rounding: BLAS adds up otherwise with fewer rows. What
    a mask excludes is taken to be finite.
    """

    name: ClassVar[str] = "incremental"

    def transform(self, graph: Graph) -> Graph:
        """One walk; nothing has changed unless a matrix product has shrunk."""
        if not graph.find("cat") or not _multiplies_again(graph):
            return graph
        growing = _Growing(graph)
        made = growing.run()
        return made if growing.shrunk else graph


def _multiplies_again(graph: Graph) -> bool:
    """Whether a factor of another shape is multiplied by the same one as before."""
    first: dict[tuple[Op, tuple[Value, ...]], Shape] = {}
    for node in graph.nodes:
        if isinstance(node.op, Linear | Matmul):
            shape = node.operands[0].shape
            if first.setdefault((node.op, node.operands[1:]), shape) != shape:
                return True
    return False


class _Growth(NamedTuple):
    """A value is an earlier one with rows behind it.

    Attributes:
        prior: the earlier value.
        rest: the new rows.
        dim: the dimension that has grown.
        across: the other dimension that has grown, if there is one. The new rows have its new
            size; what the prior rows have in its new columns nobody has computed.
        fill: the number that stands in those columns, where that is known.
    """

    prior: Value
    rest: Value
    dim: int
    across: int | None = None
    fill: Any = None


class _Call(NamedTuple):
    """An operation that was applied before."""

    op: Op
    operands: tuple[Value, ...]
    results: tuple[Value, ...]


_Grown = Sequence[_Growth | None]
"""How each operand has grown since an earlier call; None if it is the same."""

_Found = tuple[_Growth, ...] | None


class _Growing(Rewriter):
    shrunk = False

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.growths: dict[Value, _Growth] = {}
        self.calls: defaultdict[Value, list[_Call]] = defaultdict(list)
        self.known = Known()
        self._found: _Found = None

    def visit(self, node: Node, operands: tuple[Value, ...]) -> tuple[Value, ...] | None:
        op = node.op
        if op.is_(Trait.SOURCE) or op.is_(Trait.RANDOM) or isinstance(op, Cat):
            return None
        found = self._grown(node, operands)
        if found is None:
            return None
        if op.is_(Trait.VIEW) or found[0].across is not None:
            self._found = found  # but the node stays, for whoever reads all of it
            return None
        self.shrunk = self.shrunk or isinstance(op, Linear | Matmul)
        results = tuple(Cat(each.dim)(each.prior, each.rest) for each in found)
        self._note(_Call(op, operands, results), found)
        return results

    def kept(self, node: Node) -> None:
        """Remember a node that stays."""
        found, self._found = self._found, None
        if isinstance(node.op, Cat):
            found = self._joined(node, node.op)
        elif found is None:
            found = self._continued(node)
        self._note(_Call(node.op, node.operands, node.results), found)

    def _note(self, call: _Call, found: _Found) -> None:
        self.growths.update(zip(call.results, found or (), strict=False))
        for operand in dict.fromkeys(call.operands):
            self.calls[operand].append(call)

    # ------------------------------------------------------------------ where growth begins

    def _joined(self, node: Node, op: Cat) -> _Found:
        """What was joined is its beginning, which may have been joined before, and the rest."""
        operands = node.operands
        prior, count = operands[0], 1
        for call in self.calls[prior]:
            more = len(call.operands)
            if call.op is op and count < more and call.operands == operands[:more] != operands:
                prior, count = call.results[0], more
        if count == len(operands):
            return None
        rest = operands[count] if count == len(operands) - 1 else op(*operands[count:])
        return _joins((prior,), (rest,), node.results, op.dim)

    def _continued(self, node: Node) -> _Found:
        """A constant, like the numbers from 0 on, may begin as an earlier one."""
        found = self.known.note(node)
        if found is None:
            return None
        (prior, dim), (whole,) = found, node.results
        start = prior.shape[dim]
        return (_Growth(prior, Part(dim, start, whole.shape[dim] - start)(whole), dim),)

    # ------------------------------------------------------------------ how it goes on

    def _grown(self, node: Node, operands: tuple[Value, ...]) -> _Found:
        """How the results of a node have grown since an earlier call of the same operation."""
        if not all(isinstance(operand.type, TensorType) for operand in operands):
            return None
        for operand in operands:
            growth = self.growths.get(operand)
            for call in reversed(self.calls[growth.prior]) if growth else ():
                if type(call.op) is type(node.op) and len(call.operands) == len(operands):
                    found = self._since(node, operands, call)
                    if found:
                        return found
        return None

    def _since(self, node: Node, operands: tuple[Value, ...], call: _Call) -> _Found:
        grown: list[_Growth | None] = []
        masks: list[int] = []
        for place, (operand, before) in enumerate(zip(operands, call.operands, strict=True)):
            growth = self.growths.get(operand)
            if operand is before or (growth and growth.prior is before):
                grown.append(None if operand is before else growth)
            elif operand in self.known and before in self.known:
                grown.append(None)
                masks.append(place)
            else:
                return None
        scores = next((each for each in grown if each and each.across is not None), None)
        if isinstance(node.op, Matmul) and None not in grown:
            return self._attention(node, operands, call, grown)
        if scores is None:
            return None if masks else self._rows(node, operands, call, grown)
        if isinstance(node.op, Softmax):
            return self._weights(node, node.op, call, scores)
        for place in masks:
            grown[place] = self._mask(call.operands[place], operands[place], scores)
            if grown[place] is None:
                return None
        return self._masked(node, operands, call, grown)

    def _rows(self, node: Node, operands: tuple[Value, ...], call: _Call, grown: _Grown) -> _Found:
        """Each row of the result is made of the same rows of what has grown."""
        types = [operand.type for operand in operands]
        dim = row_dim(node.op, types, [each.dim if each else None for each in grown])
        if dim is None or dim >= call.results[0].type.ndim:
            return None
        size = call.results[0].shape[dim]
        if any(each and each.prior.shape[each.dim] != size for each in grown):
            return None
        if resized(node.op, dim, size) is not call.op:
            return None
        rest = self._emit(node, call, dim, operands, grown)
        return _joins(call.results, rest, node.results, dim)

    def _attention(
        self, node: Node, operands: tuple[Value, ...], call: _Call, grown: _Grown
    ) -> _Found:
        """Scores are queries times keys; results are weights times values."""
        x, y = grown
        rows = node.result.type.ndim - 2
        if not (x and y) or x.dim != x.prior.type.ndim - 2 or y.across is not None:
            return None
        (rest,) = self._emit(node, call, rows, operands, (x, None))
        if x.across is None and y.dim == y.prior.type.ndim - 1:
            return (_Growth(call.results[0], rest, rows, rows + 1),)
        if x.across == x.dim + 1 and x.fill == 0 and y.dim == y.prior.type.ndim - 2:
            return _joins(call.results, (rest,), node.results, rows)
        return None

    def _weights(self, node: Node, op: Softmax, call: _Call, scores: _Growth) -> _Found:
        """Where scores are excluded, weights are 0; the others are what they were."""
        if call.op is not op or op.dim != scores.across or scores.fill != -math.inf:
            return None
        (rest,) = self._emit(node, call, scores.dim, node.operands, (scores,))
        return (scores._replace(prior=call.results[0], rest=rest, fill=0.0),)

    def _mask(self, before: Value, mask: Value, scores: _Growth) -> _Growth | None:
        """A constant that grows as scores do."""
        ahead = scores.prior.type.ndim - mask.type.ndim
        assert scores.across is not None  # that is what scores are
        dim, across = scores.dim - ahead, scores.across - ahead
        fill = self.known.corner(before, mask, dim, across)
        if fill is None:
            return None
        start, stop = before.shape[dim], mask.shape[dim]
        number = uniform(rows(self.known[mask], dim, start, stop))
        rest = Part(dim, start, stop - start)(mask)
        if number is not None:  # one number is made in less time than the mask
            rest = Full(rest.shape, rest.type.dtype)(number)
        return _Growth(before, rest, dim, across, fill)

    def _masked(
        self, node: Node, operands: tuple[Value, ...], call: _Call, grown: _Grown
    ) -> _Found:
        """An elementwise operation on scores, masks and numbers."""
        if call.op is not node.op or not node.op.is_(Trait.ELEMENTWISE):
            return None
        prior, ndim = call.results[0], node.result.type.ndim
        places: set[tuple[int, int]] = set()
        fills: list[Any] = []
        for operand, each in zip(operands, grown, strict=True):
            if each and each.across is not None:
                ahead = ndim - operand.type.ndim
                dim, across = each.dim + ahead, each.across + ahead
                corner = each.prior.shape[each.dim], each.prior.shape[each.across]
                if corner != (prior.shape[dim], prior.shape[across]):
                    return None
                places.add((dim, across))
                fills.append(each.fill)
            elif each or operand.type.ndim:
                return None
            else:
                fills.append(operand.op.value if isinstance(operand.op, Constant) else None)
        ((dim, across), *others) = places
        if others:
            return None
        (rest,) = self._emit(node, call, dim, operands, grown)
        return (_Growth(prior, rest, dim, across, _fill(node.op, fills)),)

    def _emit(
        self, node: Node, call: _Call, dim: int, operands: Sequence[Value], grown: _Grown
    ) -> tuple[Value, ...]:
        """The operation for the new rows."""
        rows = node.results[0].shape[dim] - call.results[0].shape[dim]
        given = [x if each is None else each.rest for x, each in zip(operands, grown, strict=True)]
        self.builder.grad_enabled = any(result.requires_grad for result in node.results)
        made = resized(node.op, dim, rows)(*given)
        self.builder.grad_enabled = True
        return made if isinstance(made, tuple) else (made,)


def _joins(
    priors: Sequence[Value], rests: Sequence[Value], wholes: Sequence[Value], dim: int
) -> _Found:
    """Growths along a dimension, if earlier rows and new ones make up the whole."""
    for prior, rest, whole in zip(priors, rests, wholes, strict=True):
        if prior.type.dtype is not whole.type.dtype or rest.type.dtype is not whole.type.dtype:
            return None
        if Cat(dim).infer(prior.type, rest.type).shape != whole.shape:
            return None
    return tuple(_Growth(prior, rest, dim) for prior, rest in zip(priors, rests, strict=True))


def _fill(op: Op, fills: Sequence[Any]) -> Any:
    """What an elementwise operation makes of numbers of which some are unknown, but finite."""
    if isinstance(op, Where) and fills[0] is not None:
        return fills[1] if fills[0] else fills[2]
    decided = isinstance(op, Add | Sub) and any(each in _INFINITE for each in fills)
    if None in fills and not decided:
        return None
    with np.errstate(all="ignore"):
        return op.kernel(*(0.0 if each is None else each for each in fills))


_INFINITE = (math.inf, -math.inf)
