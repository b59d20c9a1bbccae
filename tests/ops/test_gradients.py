"""Every operation's gradient and second gradient, against finite differences in double precision.

The suite is made from the registry: an operation that is declared and has no samples fails it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from graphnet import ops as ops
from graphnet.ir.node import Value
from graphnet.ir.op import Trait
from graphnet.ir.registry import operations
from graphnet.ops import fused as fused  # imported late by the package: it is an operation, too
from graphnet.ops.elementwise import Elementwise
from tests.ops.differences import LAYOUTS, Layout, Program, central, program_of
from tests.ops.samples import SAMPLES, WITHOUT, Real, Sample

DIFFERENTIABLE = [
    each for each in SAMPLES if not each.op.is_(Trait.NOT_DIFFERENTIABLE) and each.results != ()
]

NO_DIFFERENCES = {
    "custom": "its gradient is the user's: see tests/autograd/test_function",
    "kept": "its gradient is another operation's: see tests/parity/test_saved_tensors",
    "attach": "its gradient is its history's, its value is not: see test_convert",
    "gamma_sample": "its gradient is that of how it was drawn: see parity/test_distributions",
    "ctc_loss_grad": "has no gradient, as in PyTorch",
}
"""Operations that are differentiable and whose gradient differences cannot show."""


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("sample", DIFFERENTIABLE, ids=lambda sample: sample.name)
def test_gradients_are_finite_differences(sample: Sample, layout: Layout) -> None:
    program = program_of(sample, layout)
    assert program.results, "nothing to differentiate"
    compare(program, program.results, program.weights, program.operands, program.first)
    if sample.second:
        by = program.operands + program.weights
        compare(program, program.first, program.directions, by, program.second)


def compare(
    program: Program,
    roots: Sequence[Value | None],
    factors: Sequence[Value],
    variables: Sequence[Value],
    gradients: Sequence[Value | None],
) -> None:
    """The gradients of ``sum(root * factor)`` by each variable are its differences."""
    order = "first" if roots is program.results else "second"
    values = program.run(gradients)
    for slot, (variable, gradient, value) in enumerate(
        zip(variables, gradients, values, strict=True)
    ):
        if gradient is None:
            value = np.zeros(variable.shape)
        else:
            assert gradient.type == variable.type
        np.testing.assert_allclose(
            value,
            central(program, roots, factors, variable),
            rtol=1e-5,
            atol=1e-6,
            err_msg=f"{order} gradient, by operand {slot}",
        )


# ---------------------------------------------------------------------- the suite is complete


def is_differentiable(name: str) -> bool:
    traits = operations[name].traits
    return not traits & {Trait.NOT_DIFFERENTIABLE, Trait.RANDOM, Trait.SOURCE}


def test_every_operation_has_samples() -> None:
    sampled = {sample.op.name for sample in SAMPLES}
    assert set(operations) - sampled == set(WITHOUT)


def test_every_differentiable_operation_is_differentiated() -> None:
    tried = {sample.op.name for sample in DIFFERENTIABLE}
    wanted = {name for name in operations if is_differentiable(name)}
    assert wanted - tried == set(NO_DIFFERENCES) | (set(WITHOUT) & wanted)


def test_every_differentiable_operation_is_tried_on_nothing() -> None:
    tried = {sample.op.name for sample in DIFFERENTIABLE if any(0 in s for s in sample.shapes)}
    wanted = {sample.op.name for sample in DIFFERENTIABLE}
    assert wanted - tried == set()


def test_every_operation_that_broadcasts_is_tried_so() -> None:
    tried = {sample.op.name for sample in DIFFERENTIABLE if broadcasts(sample)}
    wanted = {
        sample.op.name
        for sample in DIFFERENTIABLE
        if isinstance(sample.op, Elementwise)
        and sum(isinstance(operand, Real) for operand in sample.operands) > 1
    }
    assert wanted - tried == set()


def broadcasts(sample: Sample) -> bool:
    return len({shape for shape in sample.shapes if shape}) > 1


def test_names_of_samples_are_different() -> None:
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)
