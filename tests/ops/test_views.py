"""Views: what their shape rules say about strides is what their kernels do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphnet.errors import ShapeError
from graphnet.ir.op import Trait
from graphnet.ir.registry import operations
from graphnet.ops.shape import ViewOp
from graphnet.ops.strided import strided
from tests.ops.samples import SAMPLES, Sample

VIEWS = [sample for sample in SAMPLES if isinstance(sample.op, ViewOp)]


def in_elements(array: Any) -> tuple[int, ...]:
    return tuple(step // array.itemsize for step in array.strides)


@pytest.mark.parametrize("sample", VIEWS, ids=lambda sample: sample.name)
def test_strides_are_those_of_the_kernel(sample: Sample) -> None:
    base, *scalars = sample.arrays()
    shown = sample.op.kernel(base, *scalars)
    steps, offset = sample.op.strides(base.shape, in_elements(base), *scalars)
    assert len(steps) == shown.ndim
    np.testing.assert_array_equal(strided(base, shown.shape, steps, offset), shown)


@pytest.mark.parametrize(
    "sample", [v for v in VIEWS if v.shapes[0]], ids=lambda sample: sample.name
)
def test_views_of_views_have_the_strides_of_the_kernel(sample: Sample) -> None:
    """The operand is itself a view, with gaps, that starts somewhere inside its memory."""
    values, *scalars = sample.arrays()
    memory = np.arange(100.0 + 4 * values.size)
    inside = tuple(reversed(values.shape))
    steps = tuple(2 * step // 8 for step in np.empty(inside).transpose().strides)
    base = strided(memory, values.shape, steps, 3)
    try:
        taken, offset = sample.op.strides(base.shape, steps, *scalars)
    except ShapeError:
        assert sample.op.name == "view"
        return
    if sample.op.name == "as_strided":
        return  # counts the elements of dense memory
    shown = sample.op.kernel(base, *scalars)
    np.testing.assert_array_equal(strided(memory, shown.shape, taken, 3 + offset), shown)


@pytest.mark.parametrize("sample", VIEWS, ids=lambda sample: sample.name)
def test_views_share_memory(sample: Sample) -> None:
    base, *scalars = sample.arrays()
    shown = sample.op.kernel(base, *scalars)
    assert not shown.size or np.shares_memory(shown, base)


def test_views_are_declared_as_such() -> None:
    family = {name for name, cls in operations.items() if issubclass(cls, ViewOp)}
    declared = {name for name, cls in operations.items() if Trait.VIEW in cls.traits}
    # These hand memory on where they can and have no place in a tensor's chain of views.
    assert declared - family == {"reshape", "identity", "attach"}
