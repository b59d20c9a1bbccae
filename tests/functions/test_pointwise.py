"""Elementwise functions: numpy's values, PyTorch's dtypes, methods, in-place forms and refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.errors import ArgumentError, DtypeError, ShapeError
from graphnet.ops.arithmetic import DivisionError
from graphnet.ops.unsupported import UnsupportedDtypeError

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

NAN, INF = math.nan, math.inf
GRID = np.array([-2.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 1.5, 2.5])
WITHIN = np.linspace(-0.9, 0.9, 7)
POSITIVE = np.array([0.1, 0.5, 1.0, 2.0, 30.0])

UNARY: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "abs": (np.abs, GRID),
    "acos": (np.arccos, WITHIN),
    "acosh": (np.arccosh, POSITIVE + 1),
    "asin": (np.arcsin, WITHIN),
    "asinh": (np.arcsinh, GRID),
    "atan": (np.arctan, GRID),
    "atanh": (np.arctanh, WITHIN),
    "ceil": (np.ceil, GRID),
    "cos": (np.cos, GRID),
    "cosh": (np.cosh, GRID),
    "deg2rad": (np.deg2rad, GRID),
    "erf": (np.vectorize(math.erf), GRID),
    "exp": (np.exp, GRID),
    "exp2": (np.exp2, GRID),
    "expm1": (np.expm1, GRID * 1e-5),
    "floor": (np.floor, GRID),
    "frac": (lambda x: x - np.trunc(x), GRID),
    "log": (np.log, POSITIVE),
    "log10": (np.log10, POSITIVE),
    "log1p": (np.log1p, POSITIVE * 1e-5),
    "log2": (np.log2, POSITIVE),
    "logit": (lambda x: np.log(x / (1 - x)), (WITHIN + 1) / 2),
    "neg": (np.negative, GRID),
    "rad2deg": (np.rad2deg, GRID),
    "reciprocal": (np.reciprocal, POSITIVE),
    "relu": (lambda x: np.maximum(x, 0), GRID),
    "round": (np.round, GRID),
    "rsqrt": (lambda x: 1 / np.sqrt(x), POSITIVE),
    "sgn": (np.sign, GRID),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), GRID),
    "sign": (np.sign, GRID),
    "sin": (np.sin, GRID),
    "sinc": (np.sinc, GRID),
    "sinh": (np.sinh, GRID),
    "sqrt": (np.sqrt, POSITIVE),
    "square": (np.square, GRID),
    "tan": (np.tan, WITHIN),
    "tanh": (np.tanh, GRID),
    "trunc": (np.trunc, GRID),
}


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_tensor(name: str) -> None:
    expected, x = UNARY[name]
    function = getattr(torch, name)
    np.testing.assert_allclose(function(torch.tensor(x)).numpy(), expected(x), 1e-12, 1e-15)
    assert np.array_equal(
        getattr(torch.tensor(x), name)().numpy(), function(torch.tensor(x)).numpy()
    )
    written = torch.tensor(x)
    assert getattr(written, f"{name}_")() is written
    np.testing.assert_allclose(written.numpy(), expected(x), 1e-12, 1e-15)


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": np.add,
    "atan2": np.arctan2,
    "copysign": np.copysign,
    "div": np.true_divide,
    "eq": np.equal,
    "floor_divide": np.floor_divide,
    "fmax": np.fmax,
    "fmin": np.fmin,
    "fmod": np.fmod,
    "ge": np.greater_equal,
    "gt": np.greater,
    "heaviside": np.heaviside,
    "hypot": np.hypot,
    "le": np.less_equal,
    "logaddexp": np.logaddexp,
    "logaddexp2": np.logaddexp2,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "lt": np.less,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "mul": np.multiply,
    "ne": np.not_equal,
    "nextafter": np.nextafter,
    "remainder": np.remainder,
    "sub": np.subtract,
}


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_tensors_broadcast(name: str) -> None:
    x, y = GRID[:, None], np.array([-1.5, 0.25, 2.0])
    expected = BINARY[name](x, y)
    function = getattr(torch, name)
    np.testing.assert_allclose(function(torch.tensor(x), torch.tensor(y)).numpy(), expected, 1e-12)
    np.testing.assert_allclose(getattr(torch.tensor(x), name)(torch.tensor(y)).numpy(), expected)
    assert function(torch.zeros(0, 1), torch.zeros(3)).shape == (0, 3)
    with pytest.raises(ShapeError, match=r"\(3\).*\(2\)"):
        function(torch.zeros(3), torch.zeros(2))


INTEGERS: dict[str, Callable[[Any, Any], Any]] = {
    "bitwise_and": np.bitwise_and,
    "bitwise_left_shift": np.left_shift,
    "bitwise_or": np.bitwise_or,
    "bitwise_right_shift": np.right_shift,
    "bitwise_xor": np.bitwise_xor,
    "gcd": np.gcd,
    "lcm": np.lcm,
}


@pytest.mark.parametrize("name", INTEGERS)
def test_functions_of_integers(name: str) -> None:
    x, y = np.array([12, -7, 0, 5]), np.array([3, 2, 4, 5])
    got = getattr(torch, name)(torch.tensor(x), torch.tensor(y))
    assert got.dtype is torch.int64
    assert np.array_equal(got.numpy(), INTEGERS[name](x, y))
    with pytest.raises(UnsupportedDtypeError, match="'Float'"):
        getattr(torch, name)(torch.ones(2), torch.ones(2))


ALIASES = {
    "absolute": "abs",
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctan2": "atan2",
    "arctanh": "atanh",
    "clip": "clamp",
    "divide": "div",
    "fix": "trunc",
    "ger": "outer",
    "greater": "gt",
    "greater_equal": "ge",
    "less": "lt",
    "less_equal": "le",
    "multiply": "mul",
    "negative": "neg",
    "not_equal": "ne",
    "subtract": "sub",
}


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases(alias: str) -> None:
    assert getattr(torch, alias) is getattr(torch, ALIASES[alias])
    assert getattr(torch.Tensor, alias) is getattr(torch.Tensor, ALIASES[alias])
    if alias != "ger":
        assert callable(getattr(torch.Tensor, f"{alias}_"))


PROMOTIONS: list[tuple[Any, Any, Any]] = [
    (torch.int32, 1, torch.int32),
    (torch.int32, 1.5, torch.float32),
    (torch.float16, 1.5, torch.float16),
    (torch.bool, 1, torch.int64),
    (torch.bool, True, torch.bool),
    (torch.uint8, torch.int8, torch.int16),
    (torch.int64, torch.float16, torch.float16),
    (torch.float32, torch.float64, torch.float64),
]


@pytest.mark.parametrize(("left", "right", "result"), PROMOTIONS)
def test_promotion(left: Any, right: Any, result: Any) -> None:
    x = torch.ones(2, dtype=left)
    y = right if isinstance(right, (int, float)) else torch.ones(2, dtype=right)
    assert (x + y).dtype is result
    assert (y + x).dtype is result
    assert torch.mul(x, y).dtype is result
    assert torch.result_type(x, y) is result
    # A tensor without dimensions only counts by its kind.
    if not isinstance(right, (int, float)):
        weak = torch.ones((), dtype=right)
        kinds = (left.is_floating_point, right.is_floating_point)
        assert (x + weak).dtype is (right if kinds == (False, True) else left)


def test_integers_wrap_around_in_narrow_dtypes() -> None:
    x = torch.tensor([1, 250], dtype=torch.uint8)
    assert (x + 300).tolist() == [45, 38]
    assert (x - 2).tolist() == [255, 248]
    assert (-x).tolist() == [255, 6]


def test_integers_become_floats_where_functions_need_them() -> None:
    x = torch.tensor([0, 1])
    assert torch.exp(x).dtype is torch.float32
    assert (x / 2).tolist() == [0.0, 0.5]
    assert torch.square(torch.tensor([True])).dtype is torch.int64
    assert torch.floor(x).dtype is torch.int64


def test_special_values() -> None:
    x = torch.tensor([NAN, INF, -INF, 0.0, -2.0])
    assert torch.isnan(x).tolist() == [True, False, False, False, False]
    assert torch.isinf(x).tolist() == [False, True, True, False, False]
    assert torch.isposinf(x).tolist() == [False, True, False, False, False]
    assert torch.isneginf(x).tolist() == [False, False, True, False, False]
    assert torch.isfinite(x).tolist() == [False, False, False, True, True]
    assert torch.isreal(x).all()
    assert torch.sign(x).tolist() == [0.0, 1.0, -1.0, 0.0, -1.0]
    assert torch.signbit(torch.tensor([-0.0, 0.0, -1.0])).tolist() == [True, False, True]
    assert torch.nan_to_num(x, 1.0, 2.0, 3.0).tolist() == [1.0, 2.0, 3.0, 0.0, -2.0]
    assert torch.nan_to_num(x)[1].item() == torch.finfo(torch.float32).max
    assert torch.fmax(x, torch.ones(5)).tolist() == [1.0, INF, 1.0, 1.0, 1.0]
    assert torch.xlogy(torch.tensor([0.0, 0.0]), torch.tensor([0.0, NAN]))[0].item() == 0.0


def test_rounding_to_decimals() -> None:
    x = torch.tensor([1.2345, -678.9], dtype=torch.float64)
    np.testing.assert_allclose(x.round(decimals=2).numpy(), [1.23, -678.9])
    assert x.round(decimals=-2).tolist() == [0.0, -700.0]
    with pytest.raises(UnsupportedDtypeError):
        torch.tensor([1]).round(decimals=1)


def test_quotients() -> None:
    x = torch.tensor([7, -7])
    assert x.div(2).tolist() == [3.5, -3.5]
    assert x.div(2, rounding_mode="trunc").tolist() == [3, -3]
    assert x.div(2, rounding_mode="floor").tolist() == [3, -4]
    assert (x // 2).tolist() == [3, -4]
    assert (x % 4).tolist() == [3, 1]
    assert torch.fmod(x, 4).tolist() == [3, -3]
    with pytest.raises(RuntimeError, match="rounding_mode"):
        x.div(2, rounding_mode="up")
    with pytest.raises(DivisionError, match="ZeroDivisionError"):
        (x // 0).tolist()


def test_powers_of_integers() -> None:
    x = torch.tensor([1, -1, 2, 0])
    assert (x**3).tolist() == [1, -1, 8, 0]
    assert (x ** torch.tensor([-1, -3, -1, 2])).tolist() == [1, -1, 0, 0]
    with pytest.raises(DtypeError, match="negative integer powers"):
        (x**-1).tolist()
    assert torch.float_power(x, -1).dtype is torch.float64


def test_choices() -> None:
    mask = torch.tensor([[True], [False]])
    assert torch.where(mask, torch.tensor([1, 2]), 0).tolist() == [[1, 2], [0, 0]]
    assert torch.where(mask, 1.0, 0.0).dtype is torch.float32
    assert torch.tensor([1, 2]).where(mask, 5).tolist() == [[1, 2], [5, 5]]
    rows, columns = torch.where(mask)
    assert (rows.tolist(), columns.tolist()) == ([0], [0])
    with pytest.raises(DtypeError, match="boolean"):
        torch.where(torch.tensor([1]), 1, 0)
    with pytest.raises(ArgumentError):
        torch.where(mask, 1)


@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=8),
    st.floats(-10, 10, width=32),
    st.floats(0, 10, width=32),
)
def test_clamped_numbers_are_within_the_bounds(
    values: list[float], low: float, width: float
) -> None:
    x, high = torch.tensor(values), low + width
    kept = torch.clamp(x, low, high).numpy()
    assert np.array_equal(kept, np.clip(x.numpy(), np.float32(low), np.float32(high)))
    assert np.array_equal(x.clamp(min=low).numpy(), np.maximum(x.numpy(), np.float32(low)))
    assert np.array_equal(x.clamp(max=high).numpy(), np.minimum(x.numpy(), np.float32(high)))


def test_mixing() -> None:
    x, y = torch.tensor([0.0, 10.0]), torch.tensor([10.0, 20.0])
    assert torch.lerp(x, y, 1.0).tolist() == y.tolist()
    assert torch.lerp(x, y, torch.tensor([0.25, 0.75])).tolist() == [2.5, 17.5]
    assert torch.addcmul(x, y, y, value=2).tolist() == [200.0, 810.0]
    assert torch.addcdiv(x, y, torch.tensor([2.0, 5.0])).tolist() == [5.0, 14.0]
    assert torch.add(x, y, alpha=3).tolist() == [30.0, 70.0]
    assert torch.rsub(x, 1, alpha=2).tolist() == [1.0, -19.0]
    with pytest.raises(DtypeError, match="lerp"):
        torch.lerp(x, y.double(), 0.5)
    with pytest.raises(DtypeError, match="alpha"):
        torch.add(torch.tensor([1]), 1, alpha=0.5)


def test_closeness() -> None:
    x = torch.tensor([1.0, NAN, INF])
    assert torch.isclose(x, x).tolist() == [True, False, True]
    assert torch.isclose(x, x, equal_nan=True).all()
    assert torch.allclose(x[:1], x[:1] + 1e-6)
    assert not torch.allclose(x, x)
    assert torch.equal(x[::2], x[::2])
    assert not torch.equal(x, x)
    assert not torch.equal(x, x[:2])
    with pytest.raises(DtypeError, match="Float did not match Double"):
        torch.isclose(x, x.double())


WRITES: dict[str, tuple[Callable[[Any], Any], list[float]]] = {
    "+=": (lambda x: x.__iadd__(1), [2.0, 3.0]),
    "-=": (lambda x: x.__isub__(1), [0.0, 1.0]),
    "*=": (lambda x: x.__imul__(3), [3.0, 6.0]),
    "/=": (lambda x: x.__itruediv__(2), [0.5, 1.0]),
    "//=": (lambda x: x.__ifloordiv__(2), [0.0, 1.0]),
    "%=": (lambda x: x.__imod__(2), [1.0, 0.0]),
    "**=": (lambda x: x.__ipow__(2), [1.0, 4.0]),
}


@pytest.mark.parametrize("name", WRITES)
def test_operators_write_into_the_tensor_itself(name: str) -> None:
    write, expected = WRITES[name]
    x = torch.tensor([1.0, 2.0])
    alias = x.view(2)
    assert write(x) is x
    assert alias.tolist() == expected


def test_operators_of_bits() -> None:
    x = torch.tensor([6, 3])
    assert ((x << 1).tolist(), (x >> 1).tolist()) == ([12, 6], [3, 1])
    assert ((1 << x).tolist(), (64 >> x).tolist()) == ([64, 8], [1, 8])
    x &= 2
    assert x.tolist() == [2, 2]
    x |= 1
    x ^= 2
    x <<= 3
    x >>= 1
    assert x.tolist() == [4, 4]
    assert (~torch.tensor([True])).tolist() == [False]
    with pytest.raises(TypeError, match="invert"):
        ~torch.ones(2)
    assert +x is x
    with pytest.raises(DtypeError):
        +torch.tensor([True])


def test_what_is_written_keeps_shape_and_kind() -> None:
    x = torch.tensor([1, 2])
    with pytest.raises(DtypeError, match="can't be cast"):
        x.div_(2)
    with pytest.raises(ShapeError):
        x.add_(torch.ones(3, 2, dtype=torch.int64))
    x.mul_(torch.tensor([True, False]))
    assert x.tolist() == [1, 0]


REFUSALS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: torch.exp(3), TypeError, "must be Tensor, not int"),
    (lambda: torch.add(torch.ones(1), "a"), TypeError, "str"),
    (lambda: torch.maximum(torch.ones(1), 2), TypeError, "'other'"),
    (lambda: torch.eq(2, torch.ones(1)), TypeError, "invalid combination"),
    (lambda: torch.ones(1) + None, TypeError, "NoneType"),
    (lambda: torch.tensor([True]) - 1, RuntimeError, "bool tensor"),
    (lambda: -torch.tensor([True]), RuntimeError, "bool tensor"),
    (lambda: abs(torch.tensor([True])), NotImplementedError, "'Bool'"),
    (lambda: torch.hypot(torch.tensor([1]), torch.tensor([1])), NotImplementedError, "'Long'"),
    (lambda: torch.clamp(torch.ones(1)), RuntimeError, "At least one of"),
    (lambda: torch.addcdiv(*[torch.tensor([1])] * 3), RuntimeError, "Integer division"),
    (lambda: torch.heaviside(torch.ones(1), torch.tensor([1])), RuntimeError, "different dtypes"),
    (lambda: torch.isclose(torch.ones(1), torch.ones(1), rtol=-1.0), RuntimeError, "rtol"),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSALS)
def test_refusals(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()
