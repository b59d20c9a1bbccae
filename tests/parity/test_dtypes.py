"""Types, promotion and limits are PyTorch's: every dtype, every pair, every triple."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from graphnet import dtypes as dt
from graphnet.dtypes import Kind, dtype

torch = pytest.importorskip("torch")

REFUSED = "refused"
RANGE = ("bits", "dtype", "max", "min")
TENSORS = (Kind.DIMENSIONED, Kind.ZERO_DIM)
NUMBERS: tuple[Any, ...] = (True, 3, 2.5, 1j)


def theirs(ours: dtype) -> Any:
    return getattr(torch, ours.name)


def outcome(function: Callable[..., Any], *args: Any) -> str:
    """The repr of ``function(*args)``, or that it raised RuntimeError.

    numpy has no half-precision complex numbers; graphnet gives the next larger type.
    """
    try:
        shown = repr(function(*args))
    except RuntimeError:
        return REFUSED
    return shown.replace("complex32", "complex64")


@pytest.fixture(params=["float16", "bfloat16", "float32", "float64"])
def default_type(request: pytest.FixtureRequest) -> Iterator[None]:
    torch.set_default_dtype(getattr(torch, request.param))
    dt.set_default_dtype(getattr(dt, request.param))
    yield
    torch.set_default_dtype(torch.float32)
    dt.set_default_dtype(dt.float32)


@pytest.mark.parametrize("ours", dt.ALL, ids=repr)
def test_attributes(ours: dtype) -> None:
    for name in ("itemsize", "is_floating_point", "is_complex", "is_signed", "abbr"):
        assert getattr(ours, name) == getattr(theirs(ours), name)
    assert repr(ours) == repr(theirs(ours))
    assert repr(ours.to_real()) == repr(theirs(ours).to_real())
    assert outcome(ours.to_complex) == outcome(theirs(ours).to_complex)


@pytest.mark.parametrize("name", ["half", "float", "double", "short", "int", "long", "cfloat"])
def test_aliases(name: str) -> None:
    assert repr(getattr(dt, name)) == repr(getattr(torch, name))


def test_pairs() -> None:
    for a, b in product(dt.ALL, dt.ALL):
        expected = outcome(torch.promote_types, theirs(a), theirs(b))
        assert outcome(dt.promote_types, a, b) == expected, (a, b)
        assert dt.can_cast(a, b) == torch.can_cast(theirs(a), theirs(b)), (a, b)


def operand_pairs() -> list[tuple[Any, tuple[dtype, Kind]]]:
    """An operand of every dtype and kind, for PyTorch and for graphnet."""
    pairs: list[tuple[Any, tuple[dtype, Kind]]] = []
    for each in dt.ALL:
        pairs.append((torch.ones(1, dtype=theirs(each)), (each, Kind.DIMENSIONED)))
        pairs.append((torch.ones((), dtype=theirs(each)), (each, Kind.ZERO_DIM)))
    return pairs


def number_pairs() -> list[tuple[Any, tuple[dtype, Kind]]]:
    """A Python number of every type."""
    return [(number, (dt.number_dtype(type(number)), Kind.SCALAR)) for number in NUMBERS]


@pytest.mark.usefixtures("default_type")
def test_result_type_of_two() -> None:
    everything = operand_pairs() + number_pairs()
    for (a, our_a), (b, our_b) in product(everything, everything):
        if our_a[1] is our_b[1] is Kind.SCALAR and torch.get_default_dtype() is torch.float16:
            continue  # complex32 has no counterpart
        expected = outcome(torch.result_type, a, b)
        assert outcome(dt.result_type_of, our_a, our_b) == expected, (our_a, our_b)


def cat_dtype(*tensors: Any) -> Any:
    return torch.cat(tensors).dtype


def test_result_type_of_three() -> None:
    """``cat`` is an operation of PyTorch that promotes three tensors at once."""
    tensors = {each: torch.ones(1, dtype=theirs(each)) for each in dt.ALL}
    for triple in product(dt.ALL, repeat=3):
        expected = outcome(cat_dtype, *(tensors[each] for each in triple))
        operands = [(each, Kind.DIMENSIONED) for each in triple]
        assert outcome(dt.result_type_of, *operands) == expected, triple


def addcmul_dtype(*tensors: Any) -> Any:
    return torch.addcmul(*tensors).dtype


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
@pytest.mark.parametrize("kinds", list(product(TENSORS, repeat=3)), ids=str)
def test_result_type_of_three_kinds(kinds: tuple[Kind, ...]) -> None:
    """``addcmul`` promotes three operands; on the meta device it takes those of every dtype.

    There PyTorch's rule is a Python model of the one that runs, which differs for the wide unsigned
    types; they are compared pair by pair above.
    """
    types = [each for each in dt.ALL if each.name not in ("uint16", "uint32", "uint64")]
    shapes = {Kind.DIMENSIONED: (1,), Kind.ZERO_DIM: ()}
    for triple in product(types, repeat=3):
        tensors = [
            torch.ones(shapes[kind], dtype=theirs(each), device="meta")
            for each, kind in zip(triple, kinds, strict=True)
        ]
        operands = zip(triple, kinds, strict=True)
        assert outcome(dt.result_type_of, *operands) == outcome(addcmul_dtype, *tensors), triple


FLOATING = [each for each in dt.ALL if each.is_floating_point or each.is_complex]
INTEGERS = [each for each in dt.ALL if "int" in each.name]


@pytest.mark.parametrize("each", FLOATING, ids=repr)
def test_finfo(each: dtype) -> None:
    ours, expected = dt.finfo(each), torch.finfo(theirs(each))
    for name in (*RANGE, "eps", "resolution", "smallest_normal", "tiny"):
        assert getattr(ours, name) == getattr(expected, name), name
    assert repr(ours) == repr(expected)


@pytest.mark.parametrize("each", INTEGERS, ids=repr)
def test_iinfo(each: dtype) -> None:
    ours, expected = dt.iinfo(each), torch.iinfo(theirs(each))
    for name in RANGE:
        assert getattr(ours, name) == getattr(expected, name), name
    assert repr(ours) == repr(expected)


@pytest.mark.usefixtures("default_type")
def test_default_finfo() -> None:
    assert repr(dt.get_default_dtype()) == repr(torch.get_default_dtype())
    assert repr(dt.finfo()) == repr(torch.finfo())
