"""Samples of matrix products, solutions and factorisations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.registry import op_class
from graphnet.ops.create import Eye
from graphnet.ops.matmul import transposed
from tests.ops.samples.base import Fixed, Real, Sample, Shape, sample

PRODUCTS: dict[str, tuple[Shape, Shape]] = {
    "plain": ((2, 3), (3, 4)),
    "vectors": ((3,), (3,)),
    "vector_matrix": ((3,), (3, 2)),
    "matrix_vector": ((2, 3), (3,)),
    "batch": ((2, 2, 3), (2, 3, 1)),
    "broadcast": ((2, 1, 2, 3), (3, 3, 2)),
    "batch_vector": ((2, 2, 3), (3,)),
    "vector_batch": ((3,), (2, 3, 2)),
    "empty": ((0, 3), (3, 2)),
    "empty_inner": ((2, 0), (0, 3)),
    "empty_vectors": ((0,), (0,)),
    "empty_batch": ((0, 2, 3), (3, 2)),
}

LINEAR: dict[str, tuple[Shape, ...]] = {
    "plain": ((2, 3), (4, 3), (4,)),
    "no_bias": ((2, 3), (4, 3)),
    "vector": ((3,), (4, 3), (4,)),
    "batch": ((2, 2, 3), (4, 3), (4,)),
    "one_output": ((2, 3), (3,), ()),
    "broadcast_bias": ((2, 3), (4, 3), (1,)),
    "number_bias": ((2, 3), (4, 3), ()),
    "empty": ((0, 3), (4, 3), (4,)),
    "empty_inner": ((2, 0), (4, 0), (4,)),
}


def samples() -> Iterator[Sample]:
    """All of them."""
    for tag, shapes in PRODUCTS.items():
        yield sample("matmul", *map(Real, shapes), tag=tag)
    for tag, shapes in LINEAR.items():
        yield sample("linear", *map(Real, shapes), tag=tag)
    # Few rows times a matrix that is not small: a kernel of its own.
    few = Real((3, 600)), Real((600, 600)), Real((600,))
    yield sample("linear", *few, tag="few_rows", results=())
    yield sample("linear", *few[:2], tag="few_rows_without_bias", results=())
    for name in ("inverse", "determinant", "cofactors", "slogdet"):
        for tag, shape in {"plain": (3, 3), "batch": (2, 2, 2), "empty": (0, 2, 2)}.items():
            yield sample(name, Real(shape), apply=_of(name, _well_conditioned), tag=tag)
    yield sample("determinant", Real((0, 0)), tag="no_rows")
    for tag, pair in {
        "plain": ((3, 3), (3, 2)),
        "broadcast": ((2, 2, 2), (2, 1)),
        "broadcast_matrix": ((2, 2), (3, 2, 1)),
        "empty": ((0, 2, 2), (0, 2, 1)),
    }.items():
        yield sample("linalg_solve", *map(Real, pair), apply=_solve, tag=tag)
    yield from _factorisations()
    yield from _triangular()


def _factorisations() -> Iterator[Sample]:
    for tag, shape in {"plain": (3, 3), "batch": (2, 2, 2), "empty": (0, 2, 2)}.items():
        yield sample("cholesky", Real(shape), apply=_of("cholesky", _positive_definite), tag=tag)
        for upper in (False, True):
            apply = _of("eigh", _symmetric, upper=upper)
            yield sample("eigh", Real(shape), apply=apply, upper=upper, tag=f"{tag}_{upper}")
    for tag, shape in {"plain": (3, 3), "tall": (4, 2), "empty": (0, 3, 2)}.items():
        yield sample("qr", Real(shape), tag=tag)
    yield sample("qr", Real((2, 3)), tag="wide")
    # No gradient is defined for this.
    yield sample("qr", Real((3, 2)), complete=True, results=(), tag="complete")
    for tag, shape in {"plain": (3, 3), "tall": (3, 2), "wide": (2, 3), "empty": (0, 2, 3)}.items():
        yield sample("pinverse", Real(shape), 0.0, 1e-9, tag=tag)
    for tag, shape in {"plain": (3, 3), "tall": (3, 2), "wide": (2, 3), "empty": (0, 3, 2)}.items():
        yield sample("svd", Real(shape), tag=tag)
    # What completes the vectors to a basis is not determined.
    yield sample("svd", Real((3, 2)), full_matrices=True, results=(1, 2), tag="full")


def _of(name: str, prepare: Callable[[Value], Value], **attributes: Any) -> Callable[[Value], Any]:
    return lambda x: op_class(name)(**attributes)(prepare(x))


def _solve(a: Value, b: Value) -> Any:
    return op_class("linalg_solve")()(_well_conditioned(a), b)


def _well_conditioned(x: Value) -> Value:
    """Far from singular."""
    result: Value = x + Eye(x.shape[-2], x.shape[-1], x.dtype)() * 5
    return result


def _symmetric(x: Value) -> Value:
    result: Value = (x + transposed(x)) * 0.5
    return result


def _positive_definite(x: Value) -> Value:
    return _well_conditioned(x @ transposed(x))


def _triangular() -> Iterator[Sample]:
    """Triangular systems, lower times upper, exponentials, eigenvalues."""
    shapes = {"plain": ((3, 3), (3, 2)), "batch": ((2, 2, 2), (2, 1)), "empty": ((0, 2, 2), (2, 1))}
    for tag, pair in shapes.items():
        for upper in (False, True):
            for unit in (False, True):
                yield sample(
                    "solve_triangular",
                    *map(Real, pair),
                    apply=_with_first("solve_triangular", _well_conditioned, upper, unit),
                    tag=f"{tag}_{upper}_{unit}",
                    upper=upper,
                    unit=unit,
                )
    shapes = {"plain": (3, 3), "tall": (4, 2), "wide": (2, 4), "batch": (2, 2, 2), "empty": (0, 2)}
    for tag, shape in shapes.items():
        yield sample("lu_factor", Real(shape), results=(0,), tag=tag)
    for rows in (2, 3):
        pivots = Fixed(np.array([[2, 2], [1, 2]], np.int32))
        options = {"rows": rows, "dtype": dtypes.float64}
        yield sample("permutation_matrix", pivots, tag=f"rows{rows}", **options)
    for tag, shape in {"plain": (3, 3), "batch": (2, 2, 2), "empty": (0, 2, 2)}.items():
        yield sample("matrix_exp", Real(shape, -1.0, 1.0), tag=tag)
        apply = _of("cholesky_ex", _positive_definite)
        yield sample("cholesky_ex", Real(shape), apply=apply, results=(0,), tag=tag)
        yield sample("eig", Real(shape), apply=_eig, tag=tag)
        yield sample("geqrf", Real(shape), tag=tag)
        yield sample("ldl_factor", Real(shape), apply=_of("ldl_factor", _symmetric), tag=tag)
        # By the triangle PyTorch's gradient is not that of what is read: see tests/parity.
        for upper in (False, True):
            triangle = Fixed(np.array([[2.0, 0.5], [1.0, 3.0]]), tied=True)
            size = (*shape[:-2], 2, 3)
            yield sample("cholesky_solve", Real(size), triangle, upper=upper, tag=f"{tag}_{upper}")
    packed = Fixed(np.array([[2.0, 0.0], [0.5, 3.0]]), tied=True)
    yield sample("ldl_solve", packed, Fixed(np.array([1, 2], np.int32)), Real((2, 1)))


def _with_first(name: str, prepare: Callable[[Value], Value], *attributes: Any) -> Any:
    """The operation on two operands of which the first is prepared."""
    return lambda a, b: op_class(name)(*attributes)(prepare(a), b)


def _eig(x: Value) -> tuple[Value, ...]:
    """What does not depend on the phases of the vectors."""
    values, vectors = op_class("eig")()(x)
    return op_class("real")()(values), op_class("imag")()(values), op_class("abs")()(vectors)
