"""Every operation does for a batch what it does for each member."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.node import Value
from graphnet.ir.op import Trait
from graphnet.ir.types import TensorType
from graphnet.ops.batching import batch
from graphnet.ops.compare import _Bitwise
from graphnet.ops.dtype_rules import IntegerElementwise
from graphnet.runtime.interpreter import evaluate
from tests.ops.samples import SAMPLES, Real, Sample

SIZE = 3

#: Operations of whole numbers only.
WHOLE = (IntegerElementwise, _Bitwise)

#: Samples whose operands are plain arrays and numbers.
PLAIN = [each for each in SAMPLES if each.apply is None and not each.op.is_(Trait.RANDOM)]


def dtype_of(sample: Sample) -> dtypes.dtype:
    """Double precision, or whole numbers for operations that take no others."""
    return dtypes.int64 if issubclass(type(sample.op), WHOLE) else dtypes.float64


def members(sample: Sample) -> list[list[Any]]:
    """The operands of each member: other numbers where they are real, the same elsewhere."""
    first = sample.arrays(dtype_of(sample))
    return [
        [
            np.roll(array, number) if isinstance(operand, Real) else array
            for operand, array in zip(sample.operands, first, strict=True)
        ]
        for number in range(SIZE)
    ]


def emitted(sample: Sample, operands: Sequence[Any], flags: Sequence[bool] | None) -> list[Any]:
    """The results of the operation for arrays, or for batches of arrays."""
    builder = Builder()
    known: dict[Value, Any] = {}
    with builder:
        values: list[Value] = []
        for operand in operands:
            if isinstance(operand, np.ndarray | np.generic):
                array = np.asarray(operand)
                value = builder.input(TensorType(dtypes.from_numpy(array.dtype), array.shape))
                known[value] = array
            else:
                value = builder.constant(operand)
            values.append(value)
        if flags is None:
            made = builder.emit(sample.op, *values)
        else:
            made = batch(sample.op, SIZE, values, flags)
    results = made if isinstance(made, tuple) else (made,)
    evaluate(builder.nodes, known, results)
    for value in results:
        assert np.shape(known[value]) == tuple(value.shape)
    return [np.asarray(known[value]) for value in results]


def compare(sample: Sample, flags: list[bool]) -> None:
    """The batch's results are those of its members."""
    each = members(sample)
    stacked = [
        np.stack([member[place] for member in each]) if flag else each[0][place]
        for place, flag in enumerate(flags)
    ]
    apart = [
        [member[place] if flag else each[0][place] for place, flag in enumerate(flags)]
        for member in each
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        together = emitted(sample, stacked, flags)
        single = [emitted(sample, operands, None) for operands in apart]
    for place, result in enumerate(together):
        wanted = np.stack([results[place] for results in single])
        np.testing.assert_allclose(result, wanted, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("sample", PLAIN, ids=lambda sample: sample.name)
def test_all_operands_differ(sample: Sample) -> None:
    flags = [isinstance(array, np.ndarray) for array in sample.arrays()]
    if any(flags):
        compare(sample, flags)


@pytest.mark.parametrize("sample", PLAIN, ids=lambda sample: sample.name)
def test_one_operand_differs(sample: Sample) -> None:
    arrays = [isinstance(array, np.ndarray) for array in sample.arrays()]
    for place, is_array in enumerate(arrays):
        if is_array and sum(arrays) > 1:
            compare(sample, [place == other for other in range(len(arrays))])
