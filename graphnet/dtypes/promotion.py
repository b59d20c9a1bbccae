"""How dtypes mix: PyTorch's promotion lattice and the ranks of tensors and Python numbers."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from graphnet.dtypes import types
from graphnet.dtypes.names import SCALAR_TYPE_NAMES
from graphnet.dtypes.types import (
    bfloat16,
    check_dtype,
    complex64,
    complex128,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    uint8,
    uint16,
    uint32,
    uint64,
)

_WIDE_UNSIGNED: Final = frozenset((uint16, uint32, uint64))
_promoted: Final[dict[tuple[dtype, dtype], dtype]] = {}
_results: Final[dict[tuple[object, ...], dtype]] = {}


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest type of the highest category which holds both types' values.

    Categories are bool < integer < floating point < complex. ``uint16``, ``uint32`` and ``uint64``
    mix only with themselves and floating point: RuntimeError otherwise, as in PyTorch.

    >>> import graphnet as torch
    >>> torch.promote_types(torch.int64, torch.float16)
    torch.float16
    >>> torch.promote_types(torch.uint8, torch.int8)
    torch.int16
    """
    try:
        return _promoted[type1, type2]
    except (KeyError, TypeError):
        check_dtype(type1, "promote_types", "type1", 1)
        check_dtype(type2, "promote_types", "type2", 2)
        return _promoted.setdefault((type1, type2), _promote(type1, type2))


def _promote(a: dtype, b: dtype) -> dtype:
    if a is b:
        return a
    if a.is_stored_only or b.is_stored_only:
        raise RuntimeError(
            "Promotion for Float8 Types is not supported, attempted to promote "
            f"{SCALAR_TYPE_NAMES[a]} and {SCALAR_TYPE_NAMES[b]}"
        )
    if (a in _WIDE_UNSIGNED or b in _WIDE_UNSIGNED) and not (
        a.is_floating_point or b.is_floating_point
    ):
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote "
            f"{a!r} and {b!r}; convert one of them first, for example to torch.int64"
        )
    low, high = sorted((a, b), key=_category)
    if _category(low) < _category(high):
        return complex128 if high is complex64 and low is float64 else high
    if {a, b} == {float16, bfloat16}:
        return float32
    if {a, b} == {int8, uint8}:
        return int16
    if uint8 in (a, b):
        return a if b is uint8 else b
    return max(a, b, key=lambda each: each.itemsize)


def _category(t: dtype) -> int:
    """0 for bool, 1 for integers, 2 for floating point, 3 for complex numbers."""
    if t.is_complex:
        return 3
    if t.is_floating_point:
        return 2
    return int(t is not types.bool)


class Kind(IntEnum):
    """How much an operand has to say about the type of a result."""

    SCALAR = 0  #: a Python number
    ZERO_DIM = 1  #: a tensor without dimensions
    DIMENSIONED = 2  #: a tensor of one or more dimensions


def result_type_of(*operands: tuple[dtype, Kind]) -> dtype:
    """The type of the result of arithmetic between ``operands``, each a (dtype, kind) pair.

    Tensors with dimensions decide; tensors without dimensions, and below them Python numbers, only
    matter when their category is higher. A Python number's dtype is :func:`number_dtype`'s; a
    floating or complex one counts as the default dtype's. Raises RuntimeError where
    :func:`promote_types` does, and ValueError when there are no operands.

    A result PyTorch gives as ``complex32`` (half precision with a complex number) is ``complex64``
    here. Source: PyTorch's page "Tensor Attributes", torch.dtype.

    >>> from graphnet.dtypes import Kind, float16, float32, int64, result_type_of
    >>> result_type_of((float16, Kind.DIMENSIONED), (float32, Kind.ZERO_DIM))
    torch.float16
    >>> result_type_of((int64, Kind.DIMENSIONED), (float32, Kind.SCALAR))
    torch.float32
    """
    if len(operands) > 3:  # an argument list of any length must not fill the table
        return _result_type_of(operands)
    key = (get_default_dtype(), operands)
    found = _results.get(key)
    if found is None:
        found = _results[key] = _result_type_of(operands)
    return found


def _result_type_of(operands: tuple[tuple[dtype, Kind], ...]) -> dtype:
    best: dict[Kind, dtype] = {}
    for current, kind in operands:
        if kind is Kind.SCALAR and current.is_floating_point:
            current = get_default_dtype()
        elif kind is Kind.SCALAR and current.is_complex:
            current = get_default_dtype().to_complex()
        best[kind] = promote_types(best[kind], current) if kind in best else current
    if not best:
        raise ValueError("result_type_of() needs at least one operand")
    by_rank = [best[kind] for kind in sorted(best)]
    result = by_rank[0]
    for higher in by_rank[1:]:
        result = _overrule(higher, result)
    return result


def _overrule(higher: dtype, lower: dtype) -> dtype:
    """The result when a stronger kind's type meets a weaker kind's."""
    if lower.is_complex and not higher.is_complex:
        return higher.to_complex() if higher.is_floating_point else lower
    if _category(higher) >= _category(lower) and higher is not types.bool:
        return higher
    return promote_types(higher, lower)


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether a result of type ``from_`` may be stored into a tensor of type ``to``.

    A cast may lose range or precision, but may not fall to a lower category (complex to real,
    floating point to integer, anything to bool).

    >>> import graphnet as torch
    >>> torch.can_cast(torch.double, torch.float), torch.can_cast(torch.float, torch.int)
    (True, False)
    """
    check_dtype(from_, "can_cast", "from_", 1)
    check_dtype(to, "can_cast", "to", 2)
    return _category(from_) <= _category(to)
