"""What every operation promises about its kernels: types, memory, and forms that write in place.

Each sample is tried in every dtype the operation's own shape rule takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from graphnet import dtypes
from graphnet import ops as ops
from graphnet.errors import GraphnetError
from graphnet.ir.builder import Builder
from graphnet.ir.node import Node, Value
from graphnet.ir.op import Trait
from graphnet.ir.types import GeneratorType, TensorType
from graphnet.runtime.interpreter import evaluate
from tests.ops.differences import LAYOUTS
from tests.ops.samples import SAMPLES, Sample, State, type_of

DTYPES = (
    *(dtypes.float32, dtypes.float64, dtypes.float16),
    *(dtypes.int64, dtypes.int32, dtypes.uint8, dtypes.bool),
)

CASES = [
    pytest.param(sample, dtype, id=f"{sample.name}-{dtype.short}")
    for sample in SAMPLES
    for dtype in DTYPES
    if dtype.is_floating_point or not sample.op.name.endswith("_grad")
]
"""Gradients are floating point, whatever else their operations could be given."""

TOLERANCE = {np.dtype(np.float16): 5e-3, np.dtype(np.float32): 1e-5}


def accepted(sample: Sample, dtype: dtypes.dtype) -> tuple[list[Node], dict[Value, Any]] | None:
    """The sample's nodes and the values of its operands, or None where the dtype is refused."""
    builder = Builder()
    known: dict[Value, Any] = {}
    with builder:
        given: list[Any] = []
        for spec, array in zip(sample.operands, sample.arrays(dtype), strict=True):
            if isinstance(spec, bool | int | float):
                given.append(array)
                continue
            given.append(builder.input(type_of(array)))
            known[given[-1]] = array
        try:
            sample(*given)
        except (GraphnetError, TypeError):
            return None
    return builder.nodes, known


def runs(sample: Sample, dtype: dtypes.dtype) -> Iterator[tuple[Node, list[Any], tuple[Any, ...]]]:
    """The nodes of the sample's operation, with what they read and what they give."""
    found = accepted(sample, dtype)
    if found is None:
        return
    nodes, known = found
    wanted = [value for node in nodes for value in node.results]
    try:
        values = evaluate(nodes, known, wanted)
    except GraphnetError:  # refused when the numbers are seen, as `integers ** -1`
        return
    for node in nodes:
        if node.op is sample.op:
            yield node, [values[o] for o in node.operands], tuple(values[r] for r in node.results)


@pytest.mark.parametrize(("sample", "dtype"), CASES)
def test_kernel_keeps_its_promises(sample: Sample, dtype: dtypes.dtype) -> None:
    with np.errstate(all="ignore"):
        for node, operands, results in runs(sample, dtype):
            check_types(node, results)
            if not any(isinstance(each, State) for each in sample.operands):
                check_memory(node, operands)
                check_layouts(node, operands, results)
                check_bound(node, operands, results)
                check_into(node, operands, results)


def check_types(node: Node, results: tuple[Any, ...]) -> None:
    """What the kernel gives has the type that was inferred; weak results are Python numbers."""
    for value, found in zip(node.results, results, strict=True):
        kind = value.type
        if isinstance(kind, GeneratorType):
            continue
        if kind.weak:
            assert isinstance(found, bool | int | float | complex)
            continue
        assert isinstance(found, np.ndarray | np.generic), type(found)
        assert (found.dtype, found.shape) == (kind.dtype.numpy, kind.shape), f"promised {kind}"


def check_memory(node: Node, operands: list[Any]) -> None:
    """A kernel does not write into operands, and shares memory only where it says so."""
    given = [read_only(operand) for operand in operands]
    found = node.op.kernel(*given)
    for result in found if len(node.results) > 1 else (found,):
        for slot, operand in enumerate(given):
            if node.op.is_(Trait.VIEW) and slot == 0:
                continue
            if isinstance(operand, np.ndarray) and isinstance(result, np.ndarray):
                assert not np.may_share_memory(result, operand), f"result views operand {slot}"


def check_layouts(node: Node, operands: list[Any], results: tuple[Any, ...]) -> None:
    """Strides of the operands make no difference; nor do numpy scalars in place of arrays."""
    for change in (*LAYOUTS.values(), np.asarray, scalars):
        given = [change(o) if isinstance(o, np.ndarray | np.generic) else o for o in operands]
        found = node.op.kernel(*given)
        for expected, actual in zip(results, found if len(results) > 1 else (found,), strict=True):
            agree(actual, expected)


def check_bound(node: Node, operands: list[Any], results: tuple[Any, ...]) -> None:
    """The kernel for operands of these types, which plans call, does what the general one does."""
    found = node.op.bind([operand.type for operand in node.operands])(*operands)
    for expected, actual in zip(results, found if len(results) > 1 else (found,), strict=True):
        agree(actual, expected)


def check_into(node: Node, operands: list[Any], results: tuple[Any, ...]) -> None:
    """The kernels that write into given memory agree, whatever is there before."""
    for change in LAYOUTS.values():
        given = [change(o) if isinstance(o, np.ndarray | np.generic) else o for o in operands]
        outs = write(node, given, [garbage(value.type) for value in node.results])
        if outs is None:
            return
        for expected, actual in zip(results, outs, strict=True):
            agree(actual, expected)
    if len(results) == 1:
        check_overwriting(node, operands, results[0])


def check_overwriting(node: Node, operands: list[Any], result: Any) -> None:
    """An elementwise operation may write over any operand, a storing one over the first."""
    slots = range(len(operands)) if node.op.is_(Trait.ELEMENTWISE) else range(1)
    if not (node.op.is_(Trait.ELEMENTWISE) or node.op.is_(Trait.OVERWRITES)):
        return
    for slot in slots:
        if node.operands[slot].type != node.results[0].type:
            continue
        given = [np.array(o) if isinstance(o, np.ndarray | np.generic) else o for o in operands]
        outs = write(node, given, [given[slot]])
        assert outs is not None
        agree(outs[0], result)


def write(node: Node, operands: list[Any], outs: list[Any]) -> list[Any] | None:
    """Run the form of the kernel that writes into ``outs``; None where there is none."""
    types = [operand.type for operand in node.operands]
    kinds = [value.type for value in node.results]
    if any(not isinstance(kind, TensorType) or kind.weak for kind in kinds):
        return None
    into_all = getattr(node.op, "into_all", None)
    kernel = into_all(types, kinds) if into_all else None
    if kernel is not None:
        kernel(outs, *operands)
        return outs
    kernel = node.op.into(types, kinds[0]) if len(kinds) == 1 else None
    if kernel is None:
        return None
    kernel(outs[0], *operands)
    return outs


def garbage(kind: TensorType) -> Any:
    """Memory with something in it."""
    filler = True if kind.dtype is dtypes.bool else 77
    return np.full(kind.shape, filler, kind.dtype.numpy)


def read_only(operand: Any) -> Any:
    if not isinstance(operand, np.ndarray):
        return operand
    copy = np.array(operand)
    copy.setflags(write=False)
    return copy


def scalars(array: Any) -> Any:
    """0-dimensional arrays as numpy scalars, which is what ufuncs make of them."""
    return np.asarray(array)[()]


def agree(actual: Any, expected: Any) -> None:
    tolerance = TOLERANCE.get(np.asarray(expected).dtype, 1e-12)
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def test_every_operation_takes_float32() -> None:
    refused = [
        sample.name
        for sample in SAMPLES
        if accepted(sample, dtypes.float32) is None and accepted(sample, dtypes.int64) is None
    ]
    assert not refused
