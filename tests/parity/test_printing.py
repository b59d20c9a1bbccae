"""Printed tensors are PyTorch's to the character, over shapes, dtypes, magnitudes and options."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from graphnet import dtypes as dt
from graphnet import printing

torch = pytest.importorskip("torch")

Array = NDArray[Any]
NAMES = [each.name for each in dt.ALL if each is not dt.bfloat16]
FLOATING = ["float16", "float32", "float64"]


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    yield
    torch.set_printoptions(profile="default")
    printing.set_printoptions(profile="default")


def assert_same(values: Array, **options: Any) -> None:
    theirs = torch.from_numpy(values)
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    printing.set_printoptions(profile="default")
    printing.set_printoptions(**options)
    assert printing.get_printoptions() == torch._tensor_str.get_printoptions()
    assert printing.format_tensor(values) == repr(theirs)


# --- random arrays of one character each ------------------------------------------------------


def whole(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.integers(-(10 ** int(rng.integers(1, 9))), 10 ** int(rng.integers(1, 9)), shape)


def decimals(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 10)


def magnitudes(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return rng.standard_normal(shape) * 10.0 ** rng.uniform(-4, rng.integers(-3, 10), shape)


def rounded(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.round(rng.standard_normal(shape) * 10.0 ** rng.integers(0, 5), rng.integers(0, 3))


def boundary(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers at the thresholds where the notation changes."""
    return rng.choice(
        [1e-4, 0.99999e-4, 1.0, 1e3, 1000.5, 1e8, 1.0001e8, 0.1, 99999.5, -1e8], shape
    )


def special(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    mixed = rounded(rng, shape)
    odd = rng.choice([0.0, -0.0, math.inf, -math.inf, math.nan, -math.nan], shape)
    return np.where(rng.random(shape) < rng.random(), odd, mixed)


def finite_extremes(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Bit patterns drawn evenly: denormals and the largest numbers included."""
    return rng.integers(0, 2**64, shape, dtype=np.uint64).view(np.float64)


CHARACTERS = [whole, decimals, magnitudes, rounded, boundary, special, finite_extremes]


def cast(values: Array, name: str, rng: np.random.Generator) -> Array:
    with np.errstate(all="ignore"):
        if name == "bool":
            return np.asarray(rng.random(values.shape) < 0.5)
        if "int" in name:
            return np.asarray(np.nan_to_num(values).astype(np.int64).astype(name))
        if "complex" in name:
            other = rng.permuted(values.ravel()).reshape(values.shape)
            return np.asarray(values.astype(name) + np.asarray(1j * other).astype(name))
        return values.astype(name)


def random_shape(rng: np.random.Generator, largest: int) -> tuple[int, ...]:
    dims = int(rng.choice([0, 1, 1, 2, 2, 3, 4]))
    side = max(1, int(largest ** (1 / max(dims, 1))))
    return tuple(int(size) for size in rng.integers(0 if rng.random() < 0.1 else 1, side + 1, dims))


def random_options(rng: np.random.Generator) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if rng.random() < 0.4:
        options["precision"] = int(rng.integers(0, 12))
    if rng.random() < 0.4:
        options["threshold"] = int(rng.choice([0, 1, 5, 20, 100]))
    if rng.random() < 0.4:
        options["edgeitems"] = int(rng.integers(0, 6))
    if rng.random() < 0.4:
        options["linewidth"] = int(rng.choice([1, 10, 20, 33, 60, 81, 120, 200]))
    if rng.random() < 0.2:
        options["profile"] = str(rng.choice(["default", "short", "full"]))
    if rng.random() < 0.3:
        options["sci_mode"] = bool(rng.random() < 0.5)
    return options


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("character", CHARACTERS, ids=lambda each: each.__name__)
def test_random_arrays(name: str, character: Any) -> None:
    rng = np.random.default_rng([NAMES.index(name), CHARACTERS.index(character)])
    for _ in range(30):
        values = cast(np.asarray(character(rng, random_shape(rng, 60))), name, rng)
        assert_same(values)
        assert_same(values, **random_options(rng))


@pytest.mark.parametrize("name", NAMES)
def test_summaries(name: str) -> None:
    rng = np.random.default_rng(NAMES.index(name))
    for shape in [(1001,), (7, 143), (6, 200), (3, 7, 60), (2, 1000), (1200, 1), (5, 5, 5, 9)]:
        assert_same(cast(magnitudes(rng, shape), name, rng))
        assert_same(cast(magnitudes(rng, shape), name, rng), **random_options(rng))


@settings(max_examples=300)
@given(
    values=st.sampled_from(NAMES).flatmap(
        lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0, min_side=0, max_side=6))
    )
)
def test_any_array(values: Array) -> None:
    assert_same(values)


@settings(max_examples=200)
@given(
    values=hnp.arrays("float32", hnp.array_shapes(max_dims=3, max_side=12)),
    precision=st.integers(0, 20),
    threshold=st.integers(0, 40),
    edgeitems=st.integers(0, 7),
    linewidth=st.integers(-3, 130),
    sci_mode=st.sampled_from([None, False, True]),
)
def test_any_options(values: Array, **options: Any) -> None:
    assert_same(values, **options)


@pytest.mark.parametrize("step", [-1, 2, 3])
def test_strided_and_transposed(step: int) -> None:
    base = np.arange(60, dtype=np.float64).reshape(5, 12) / 7
    torch_base = torch.from_numpy(base.T[:, ::1].copy())
    assert printing.format_tensor(base.T) == repr(torch_base)
    assert printing.format_tensor(base[:, ::step]) == repr(torch.from_numpy(base[:, ::step].copy()))


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 3), (50, 50)])
def test_bfloat16(shape: tuple[int, ...]) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    numbers = np.random.default_rng(0).standard_normal(shape).astype(ml_dtypes.bfloat16)
    theirs = torch.from_numpy(np.asarray(numbers, dtype=np.float32)).bfloat16()
    assert printing.format_tensor(numbers) == repr(theirs)


# --- notes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["float16", "float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("columns", range(30))
@pytest.mark.parametrize("linewidth", [40, 80])
def test_notes_break_where_torch_breaks(name: str, columns: int, linewidth: int) -> None:
    values = np.linspace(0.5, 9.5, columns).astype(name)
    torch.set_printoptions(linewidth=linewidth)
    printing.set_printoptions(linewidth=linewidth)
    leaf = torch.from_numpy(values).requires_grad_()
    made = leaf * 1
    for shaped, like in ((values, leaf), (values.reshape(1, -1), leaf.detach().reshape(1, -1))):
        requires = bool(like.requires_grad)
        assert printing.format_tensor(shaped, requires_grad=requires) == repr(like)
    assert printing.format_tensor(values, requires_grad=True, grad_fn="MulBackward0") == repr(made)


@pytest.mark.parametrize("default", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(2,), (0,), (0, 2), ()])
def test_dtype_is_shown_where_torch_shows_it(default: str, shape: tuple[int, ...]) -> None:
    torch.set_default_dtype(getattr(torch, default))
    dt.set_default_dtype(getattr(dt, default))
    try:
        for name in NAMES:
            values = np.ones(shape, name)
            assert printing.format_tensor(values) == repr(torch.from_numpy(values))
    finally:
        torch.set_default_dtype(torch.float32)
        dt.set_default_dtype(dt.float32)


class Sub(torch.Tensor):
    pass


class SubParameter(torch.nn.Parameter):
    pass


def test_parameters_and_subclasses() -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    theirs = torch.from_numpy(values)
    parameter = torch.nn.Parameter(theirs)
    ours = printing.format_tensor(values, requires_grad=True, parameter=True)
    assert ours == repr(parameter)
    assert ours == repr(torch.nn.Parameter(theirs, requires_grad=True))
    frozen = torch.nn.Parameter(theirs, requires_grad=False)
    assert printing.format_tensor(values, parameter=True) == repr(frozen)
    sub = theirs.as_subclass(Sub)
    assert printing.format_tensor(values, class_name="Sub") == repr(sub)
    sub_parameter = SubParameter(theirs)
    assert printing.format_tensor(
        values, requires_grad=True, class_name="SubParameter", parameter=True
    ) == repr(sub_parameter)


def test_a_list_of_tensors_and_an_empty_parameter() -> None:
    values = np.zeros((0, 3), np.float32)
    parameter = torch.nn.Parameter(torch.from_numpy(values))
    assert printing.format_tensor(values, requires_grad=True, parameter=True) == repr(parameter)


def test_context_manager() -> None:
    values = np.linspace(0, 1, 2000)
    torch.set_printoptions(linewidth=100)
    printing.set_printoptions(linewidth=100)
    with torch._tensor_str.printoptions(precision=7, edgeitems=5):
        inside = repr(torch.from_numpy(values))
    with printing.printoptions(precision=7, edgeitems=5):
        assert printing.format_tensor(values) == inside
    assert printing.format_tensor(values) == repr(torch.from_numpy(values))
