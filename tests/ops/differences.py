"""Gradients of a sample's operation, derived by the autodiff pass and by finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.node import Value
from graphnet.passes.autodiff import differentiate
from graphnet.runtime.interpreter import evaluate
from tests.ops.samples import Fixed, Real, Sample, type_of

STEP = 1e-6

Layout = Callable[[Any], Any]


def contiguous(array: Any) -> Any:
    """The array in row-major order."""
    return np.array(array, order="C")


def strided(array: Any) -> Any:
    """The same numbers where no two are neighbours, in column-major order, the first axis reversed.

    >>> strided(np.arange(6).reshape(2, 3)).strides
    (-16, 32)
    """
    array = np.asarray(array)
    room = np.zeros(tuple(2 * n for n in reversed(array.shape)), array.dtype).transpose()
    view = room[tuple(slice(None, None, -2 if d == 0 else 2) for d in range(array.ndim))]
    if array.ndim:
        view[...] = array
        return view
    return np.repeat(array, 3)[1:2].reshape(())


LAYOUTS: dict[str, Layout] = {"contiguous": contiguous, "strided": strided}


@dataclass
class Program:
    """A sample's operation with its first and second derivatives, ready to be run.

    ``variables`` are what it is differentiated by; ``first`` the gradients of
    ``sum(result * weight)`` by the operands among them; ``second`` those of
    ``sum(first * direction)`` by the operands and the weights.
    """

    builder: Builder
    known: dict[Value, Any]
    results: list[Value]
    weights: list[Value]
    directions: list[Value]
    operands: list[Value]
    first: list[Value | None]
    second: list[Value | None]

    def run(
        self, wanted: Sequence[Value | None], changed: dict[Value, Any] | None = None
    ) -> list[Any]:
        """Values, some of the inputs being changed; None where there is nothing."""
        known = self.known | (changed or {})
        present = [value for value in wanted if value is not None]
        found = evaluate(self.builder.nodes, known, present)
        return [None if value is None else found[value] for value in wanted]


def program_of(sample: Sample, layout: Layout) -> Program:
    """Build forward, gradient and second gradient of a sample in float64."""
    builder = Builder()
    known: dict[Value, Any] = {}
    random = np.random.default_rng(11)

    def given(array: Any, *, requires_grad: bool) -> Value:
        value = builder.input(type_of(array), requires_grad=requires_grad)
        known[value] = layout(array)
        return value

    with builder:
        given_operands: list[Any] = []
        operands: list[Value] = []
        for spec, array in zip(sample.operands, sample.arrays(dtypes.float64), strict=True):
            if isinstance(spec, (Real, Fixed)):
                operand = given(array, requires_grad=isinstance(spec, Real))
                given_operands.append(operand)
                if isinstance(spec, Real):
                    operands.append(operand)
            else:
                given_operands.append(array)
        made = sample(*given_operands)
        chosen = range(len(made)) if sample.results is None else sample.results
        results = [made[i] for i in chosen if made[i].requires_grad]
        weights = [given(random.normal(size=r.shape), requires_grad=True) for r in results]
        first = _gradients(builder, results, weights, operands)
        directions: list[Value] = []
        second: list[Value | None] = [None] * len(operands + weights)
        if sample.second:
            directions = [given(random.normal(size=x.shape), requires_grad=False) for x in operands]
            second = _gradients(builder, first, directions, operands + weights)
    return Program(builder, known, results, weights, directions, operands, first, second)


def _gradients(
    builder: Builder,
    roots: Sequence[Value | None],
    cotangents: Sequence[Value],
    variables: Sequence[Value],
) -> list[Value | None]:
    """Gradients of ``sum(root * cotangent)``; None where a variable has no influence."""
    arriving: dict[Value, Value] = {}
    for root, cotangent in zip(roots, cotangents, strict=True):
        if root is not None and root.requires_grad:
            before = arriving.get(root)
            arriving[root] = cotangent if before is None else before + cotangent
    found = differentiate(list(builder.nodes), arriving)
    return [found.get(variable) for variable in variables]


def central(
    program: Program, roots: Sequence[Value | None], factors: Sequence[Value], by: Value
) -> Any:
    """Central differences of ``sum(root * factor)`` by each element of an input."""
    base = np.array(program.known[by])
    slope = np.zeros_like(base)
    for place in np.ndindex(base.shape):
        ends = []
        for step in (STEP, -STEP):
            moved = base.copy()
            moved[place] += step
            values = program.run(roots, {by: moved})
            ends.append(
                sum(
                    np.sum(value * program.known[factor])
                    for value, factor in zip(values, factors, strict=True)
                    if value is not None
                )
            )
        slope[place] = (ends[0] - ends[1]) / (2 * STEP)
    return slope
