"""The dtype objects, promotion, the default type and the numeric limits."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet import dtypes as dt
from graphnet.dtypes import Kind, dtype

ANY = st.sampled_from(dt.ALL)


@pytest.fixture
def default_restored() -> Iterator[None]:
    before = dt.get_default_dtype()
    yield
    dt.set_default_dtype(before)


# --- the objects ------------------------------------------------------------------------------


@pytest.mark.parametrize("each", dt.ALL, ids=repr)
def test_name_repr_and_size_agree(each: dtype) -> None:
    assert repr(each) == f"torch.{each.name}"
    assert getattr(dt, each.name) is each
    assert dt.from_short(each.short) is each
    if each is not dt.bfloat16:
        assert each.numpy == np.dtype(each.name)
        assert each.itemsize == each.numpy.itemsize
        assert dt.from_numpy(each.numpy) is each


@pytest.mark.parametrize("each", dt.ALL, ids=repr)
def test_pickle_and_copies_are_the_same_object(each: dtype) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(each, protocol)) is each
    assert copy.copy(each) is each
    assert copy.deepcopy({"dtype": [each]})["dtype"][0] is each


def test_aliases() -> None:
    assert (dt.half, dt.float, dt.double) == (dt.float16, dt.float32, dt.float64)
    assert (dt.short, dt.int, dt.long) == (dt.int16, dt.int32, dt.int64)
    assert (dt.cfloat, dt.cdouble) == (dt.complex64, dt.complex128)


def test_a_dtype_cannot_be_changed_made_or_subclassed() -> None:
    with pytest.raises(AttributeError, match=r"torch\.float32 is immutable: .*'itemsize'"):
        dt.float32.itemsize = 8
    with pytest.raises(AttributeError, match="immutable"):
        del dt.float32.name
    with pytest.raises(AttributeError, match=r"'torch\.dtype' object has no attribute 'foo'"):
        dt.float32.foo  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(TypeError, match=r"cannot create 'torch\.dtype' instances"):
        dtype()
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("mine", (dtype,), {})


def test_bfloat16_numpy_side() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    assert dt.bfloat16.numpy == np.dtype(ml_dtypes.bfloat16)
    assert dt.from_numpy(np.dtype(ml_dtypes.bfloat16)) is dt.bfloat16


def test_bfloat16_without_ml_dtypes_names_the_cure() -> None:
    code = (
        "import sys; sys.modules['ml_dtypes'] = None\n"
        "from graphnet import dtypes\n"
        "assert dtypes.finfo(dtypes.bfloat16).bits == 16\n"
        "try: dtypes.bfloat16.numpy\n"
        "except ImportError as error: print(error)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install ml_dtypes" in shown.stdout


def test_importing_the_module_does_not_import_ml_dtypes() -> None:
    code = "import sys, graphnet.dtypes; print('ml_dtypes' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"


def test_to_complex_and_to_real() -> None:
    assert dt.float32.to_complex() is dt.complex64
    assert dt.float64.to_complex() is dt.complex128
    assert dt.complex64.to_complex() is dt.complex64
    assert dt.complex128.to_real() is dt.float64
    assert dt.int8.to_real() is dt.int8
    with pytest.raises(RuntimeError, match=r"torch\.int8 has no complex counterpart"):
        dt.int8.to_complex()


# --- from numpy and from text -----------------------------------------------------------------


@pytest.mark.parametrize("given_type", ["U3", "S1", "O", "M8[s]", "longdouble", "V4"])
def test_unsupported_numpy_types(given_type: str) -> None:
    name = np.dtype(given_type).type.__name__
    with pytest.raises(TypeError, match=f"can't convert np.ndarray of type numpy.{name}. The only"):
        dt.from_numpy(np.dtype(given_type))


def test_foreign_byte_order() -> None:
    foreign = np.dtype("float32").newbyteorder("S")
    with pytest.raises(ValueError, match=r"byte order .* array\.astype\('float32'\)"):
        dt.from_numpy(foreign)


def test_from_numpy_takes_scalar_types() -> None:
    assert dt.from_numpy(np.float32) is dt.float32
    assert dt.from_numpy(np.longlong) is dt.int64


def test_unknown_short_name() -> None:
    with pytest.raises(ValueError, match="unknown dtype 'f31'; known are f64, f32"):
        dt.from_short("f31")


# --- promotion --------------------------------------------------------------------------------


def promoted(*types: dtype) -> dtype | None:
    """The fold of promote_types, or None where it refuses."""
    result = types[0]
    for each in types[1:]:
        try:
            result = dt.promote_types(result, each)
        except RuntimeError:
            return None
    return result


@given(ANY, ANY)
def test_promotion_commutes_and_is_an_upper_bound(a: dtype, b: dtype) -> None:
    result = promoted(a, b)
    assert promoted(b, a) is result
    assert promoted(a, a) is a
    if result is not None:
        assert promoted(a, result) is result
        assert dt.can_cast(a, result)


def test_wide_unsigned_integers_do_not_mix() -> None:
    with pytest.raises(RuntimeError, match=r"torch\.uint16 and torch\.int8; convert one of them"):
        dt.promote_types(dt.uint16, dt.int8)
    assert dt.promote_types(dt.uint16, dt.float16) is dt.float16


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dt.promote_types(1, dt.int8), "promote_types(): argument 'type1' (position 1)"),
        (
            lambda: dt.promote_types(dt.int8, []),
            "argument 'type2' (position 2) must be torch.dtype",
        ),
        (
            lambda: dt.can_cast("a", dt.int8),
            "argument 'from_' (position 1) must be",
        ),
        (lambda: dt.can_cast(dt.int8, None), "'to' (position 2) must be torch.dtype, not NoneType"),
        (lambda: dt.finfo(3), "finfo(): argument 'type' (position 1) must be torch.dtype, not int"),
        (lambda: dt.iinfo("x"), "iinfo(): argument 'type' (position 1) must be torch.dtype"),
        (lambda: dt.finfo(dt.int8), "Use torch.iinfo to handle torch.int8"),
        (lambda: dt.iinfo(dt.half), "Use torch.finfo to handle torch.float16"),
        (lambda: dt.iinfo(dt.bool), "torch.bool is not supported by torch.iinfo"),
        (lambda: dt.set_default_dtype("a"), "invalid dtype object: only floating-point types"),
        (lambda: dt.set_default_dtype(dt.int32), "only floating-point types are supported"),
        (lambda: dt.number_dtype(str), "expected bool, int, float or complex, not str"),
    ],
)
def test_wrong_arguments_are_type_errors(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert message in str(caught.value)


D, Z, S = Kind.DIMENSIONED, Kind.ZERO_DIM, Kind.SCALAR


@pytest.mark.parametrize(
    ("operands", "expected"),
    [
        ([(dt.float32, D), (dt.float64, Z)], dt.float32),
        ([(dt.float32, D), (dt.float64, D)], dt.float64),
        ([(dt.int8, D), (dt.int64, S)], dt.int8),
        ([(dt.int8, D), (dt.float32, S)], dt.float32),
        ([(dt.int8, D), (dt.float64, S)], dt.float32),
        ([(dt.bool, D), (dt.int64, S)], dt.int64),
        ([(dt.float64, D), (dt.complex64, S)], dt.complex128),
        ([(dt.int64, D), (dt.float16, Z), (dt.float32, S)], dt.float16),
        ([(dt.uint16, D), (dt.int64, S)], dt.uint16),
        ([(dt.float64, S)], dt.float32),
        ([(dt.int8, D)] * 5 + [(dt.int16, D)], dt.int16),
    ],
)
def test_result_type(operands: list[tuple[dtype, Kind]], expected: dtype) -> None:
    assert dt.result_type_of(*operands) is expected
    assert dt.result_type_of(*reversed(operands)) is expected


def test_result_type_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one operand"):
        dt.result_type_of()


@pytest.mark.usefixtures("default_restored")
def test_the_default_type_decides_for_python_floats() -> None:
    operands = (dt.int8, D), (dt.float32, S)
    assert dt.result_type_of(*operands) is dt.float32
    dt.set_default_dtype(dt.float64)
    assert dt.get_default_dtype() is dt.float64
    assert dt.result_type_of(*operands) is dt.float64
    assert dt.number_dtype(float) is dt.float64
    assert dt.number_dtype(complex) is dt.complex128
    assert dt.finfo() == dt.finfo(dt.float64)


def test_number_dtype() -> None:
    types = [dt.number_dtype(each) for each in (bool, int, float, complex)]
    assert types == [dt.bool, dt.int64, dt.float32, dt.complex64]


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("each", [dt.float16, dt.float32, dt.float64], ids=repr)
def test_finfo_agrees_with_numpy(each: dtype) -> None:
    ours, theirs = dt.finfo(each), np.finfo(each.numpy)
    for name in ("bits", "eps", "max", "min", "tiny", "smallest_normal"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.dtype == each.name


@pytest.mark.parametrize("each", [t for t in dt.ALL if "int" in t.name], ids=repr)
def test_iinfo_agrees_with_numpy(each: dtype) -> None:
    ours, theirs = dt.iinfo(each), np.iinfo(each.numpy)
    assert (ours.bits, ours.min, ours.max) == (theirs.bits, theirs.min, theirs.max)


def test_limits_compare_by_type_and_are_read_only() -> None:
    assert dt.finfo(dt.complex64) == dt.finfo(dt.float32) != dt.finfo(dt.float64)
    assert dt.iinfo(dt.int8) != dt.finfo(dt.float32)
    assert dt.iinfo(dt.int8) != "int8"
    with pytest.raises(AttributeError, match=r"'eps' of 'torch\.finfo' objects is not writable"):
        dt.finfo(dt.float32).eps = 1.0
    with pytest.raises(TypeError, match="unhashable"):
        hash(dt.finfo(dt.float32))


def test_can_cast_follows_the_categories() -> None:
    for a, b in product(dt.ALL, dt.ALL):
        if a.is_complex and not b.is_complex:
            assert not dt.can_cast(a, b)
        if b.is_complex or a is dt.bool:
            assert dt.can_cast(a, b)
