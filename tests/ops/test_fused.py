"""Regions of elementwise operations: run block by block they equal the operations one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphnet import dtypes
from graphnet.ir.op import Op
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.arithmetic import Add, Mul, Sub
from graphnet.ops.compare import Greater, Where
from graphnet.ops.fused import Fused, Instruction
from graphnet.ops.math import Exp, Neg, Sqrt
from tests.graphs import f32

SHAPES = [(5,), (0,), (1, 7), (3, 4), (40_000, 3), (3, 30_000), (0, 5), (4, 0)]
"""Smaller and larger than a block, in either dimension, and empty."""


def region(
    shape: Shape, *steps: tuple[Op, tuple[int, ...]], arity: int, results: tuple[int, ...]
) -> Fused:
    """A region in float32, except for what the operations themselves make of it."""
    types = [TensorType(dtypes.float32, shape)] * arity
    body = []
    for op, operands in steps:
        kind = op.infer(*(types[number] for number in operands))
        assert isinstance(kind, TensorType)
        body.append(Instruction(op, operands, kind))
        types.append(kind)
    return Fused(arity, tuple(body), results)


def arrays(count: int, shape: Shape) -> list[Any]:
    random = np.random.default_rng(0)
    return [random.normal(size=shape).astype(np.float32) for _ in range(count)]


def run_into(op: Fused, operands: list[Any], outs: list[Any]) -> list[Any]:
    types = [TensorType(dtypes.from_numpy(o.dtype), o.shape) for o in operands]
    inferred = op.infer(*types)
    kinds = inferred if isinstance(inferred, tuple) else (inferred,)
    kernel = op.into_all(types, kinds)
    assert kernel is not None
    kernel(outs, *operands)
    return outs


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_blocks_equal_the_whole(shape: Shape) -> None:
    op = region(
        shape,
        (Mul(), (0, 1)),
        (Exp(), (2,)),
        (Add(), (3, 2)),
        (Greater(), (4, 0)),
        (Where(), (5, 4, 1)),
        arity=2,
        results=(4,),
    )
    # Where has no form that writes into memory, so the region is one without it.
    op = Fused(2, op.body[:4], (4, 5))
    x, y = arrays(2, shape)
    expected = op.kernel(x, y)
    outs = [np.full(shape, 9, e.dtype) for e in expected]
    for actual, wanted in zip(run_into(op, [x, y], outs), expected, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-6)


def test_an_intermediate_keeps_its_buffer_until_its_last_reader() -> None:
    op = region(
        (5,),
        (Mul(), (0, 1)),
        (Exp(), (2,)),
        (Neg(), (3,)),
        (Sub(), (2, 4)),
        (Mul(), (5, 5)),
        arity=2,
        results=(6,),
    )
    x, y = arrays(2, (5,))
    (out,) = run_into(op, [x, y], [np.empty(5, np.float32)])
    np.testing.assert_allclose(out, op.kernel(x, y), rtol=1e-6)


def test_operands_that_broadcast_are_not_cut() -> None:
    op = region((6, 2), (Add(), (0, 1)), (Mul(), (2, 0)), arity=2, results=(3,))
    x = arrays(1, (6, 2))[0]
    for row in (np.float32(3), np.ones((2,), np.float32), np.ones((1, 2), np.float32)):
        out = run_into(op, [x, np.asarray(row)], [np.empty((6, 2), np.float32)])[0]
        np.testing.assert_allclose(out, (x + row) * x, rtol=1e-6)


def test_an_operation_without_a_kernel_that_writes_cannot_run_in_blocks() -> None:
    op = region((3,), (Greater(), (0, 1)), (Where(), (2, 0, 1)), arity=2, results=(3,))
    kinds = [TensorType(dtypes.float32, (3,))] * 2
    blocked = op.into_all(kinds, kinds[:1])
    writes = Where().into([op.body[0].type, *kinds], kinds[0])
    assert (blocked is None) == (writes is None)


def test_a_number_cannot_run_in_blocks() -> None:
    op = region((), (Exp(), (0,)), (Neg(), (1,)), arity=1, results=(2,))
    kinds = [TensorType(dtypes.float32)]
    assert op.into_all(kinds, kinds) is None


def test_the_rule_names_the_step_whose_type_is_wrong() -> None:
    step = Instruction(Exp(), (0,), TensorType(dtypes.float64, (3,)))
    with pytest.raises(TypeError, match="exp"):
        Fused(1, (step,), (1,)).infer(TensorType(dtypes.float32, (3,)))


def test_a_result_may_lie_where_an_operand_is_no_longer_read() -> None:
    op = region((4,), (Neg(), (0,)), (Sqrt(), (1,)), (Sub(), (3, 1)), arity=2, results=(2, 4))
    types = [f32(4), f32(4)]
    assert op.overwrites(types, 0, 0)
    assert not op.overwrites(types, 1, 0)
    assert op.overwrites(types, 1, 1)
    x, y = (np.abs(each) for each in arrays(2, (4,)))
    expected = op.kernel(x, y)
    outs = run_into(op, [x, y], [x, y])
    for actual, wanted in zip(outs, expected, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-6)


@pytest.mark.parametrize("aliased", [False, True])
def test_what_a_result_is_made_of_lies_where_the_result_will(aliased: bool) -> None:
    op = region((4,), (Neg(), (0,)), (Sqrt(), (1,)), (Add(), (2, 3)), arity=2, results=(4,))
    types = [f32(4), f32(4)]
    assert op.written_at(types, 0) == 0
    assert op.overwrites(types, 0, 0)
    assert not op.overwrites(types, 1, 0)  # read after the first write
    x, y = (np.abs(each) for each in arrays(2, (4,)))
    expected = op.kernel(x, y)
    (found,) = run_into(op, [x, y], [x if aliased else np.empty_like(x)])
    np.testing.assert_array_equal(found, expected)


def test_only_an_operand_of_the_same_type_lends_its_memory() -> None:
    op = region((4,), (Neg(), (0,)), (Mul(), (2, 1)), (Sub(), (0, 3)), arity=2, results=(4,))
    assert op.written_at([f32(4), f32()], 0) == 2
