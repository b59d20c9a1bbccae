"""The same seed gives PyTorch's numbers, bit for bit, and leaves PyTorch's state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphnet.runtime.box_muller import normal_groups
from graphnet.runtime.generator import Engine
from graphnet.runtime.mt19937 import DEFAULT_SEED

torch = pytest.importorskip("torch")

SEEDS = (0, 1, 42, 1337, 2**32 - 1, 2**32 + 5, 2**63 + 11, -3)
SIZES = (0, 1, 2, 7, 15, 16, 17, 31, 32, 100, 1000, 10007)
FLOATS = ("float32", "float64", "float16")
INTEGERS = ("int64", "int32", "int16", "int8", "uint8", "bool")

pytestmark = pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"),
    reason="PyTorch's kernels use fused multiply-add and Cephes's polynomials with AVX2 only",
)


def generators(seed: int) -> tuple[Any, Engine]:
    return torch.Generator().manual_seed(seed), Engine(seed)


def assert_same_state(theirs: Any, ours: Engine) -> None:
    np.testing.assert_array_equal(ours.get_state(), theirs.get_state().numpy())


def assert_same(theirs: Any, ours: np.ndarray[Any, Any]) -> None:
    """Equal type, shape and bits, -0.0 apart from 0.0."""
    expected = theirs.numpy()
    assert ours.dtype == expected.dtype
    assert ours.shape == expected.shape
    raw = np.dtype(f"V{expected.itemsize}")
    different = np.ascontiguousarray(ours).ravel().view(raw) != expected.ravel().view(raw)
    assert not different.any(), (
        f"{different.sum()} of {different.size} differ, first at {different.argmax()}: "
        f"{expected.ravel()[different][:3]} and {ours.ravel()[different][:3]}"
    )


def empty(size: Any, dtype: str) -> Any:
    return torch.empty(size, dtype=getattr(torch, dtype))


# One line for each in-place draw: PyTorch's, and ours for the shape and type of its tensor.
Draw = tuple[Callable[[Any, Any], Any], Callable[[Engine, Any, Any], Any]]
FLOAT_DRAWS: dict[str, Draw] = {
    "rand": (lambda t, g: t.uniform_(generator=g), lambda e, s, d: e.uniform(s, d)),
    "uniform": (
        lambda t, g: t.uniform_(-0.37, 1.3, generator=g),
        lambda e, s, d: e.uniform(s, d, -0.37, 1.3),
    ),
    "uniform far from zero": (
        lambda t, g: t.uniform_(1000.1, 1000.3, generator=g),
        lambda e, s, d: e.uniform(s, d, 1000.1, 1000.3),
    ),
    "uniform of one value": (
        lambda t, g: t.uniform_(2.5, 2.5, generator=g),
        lambda e, s, d: e.uniform(s, d, 2.5, 2.5),
    ),
    "randn": (lambda t, g: t.normal_(generator=g), lambda e, s, d: e.normal(s, d)),
    "normal": (
        lambda t, g: t.normal_(-0.3, 1.7, generator=g),
        lambda e, s, d: e.normal(s, d, -0.3, 1.7),
    ),
    "normal, std 0": (
        lambda t, g: t.normal_(2.0, 0.0, generator=g),
        lambda e, s, d: e.normal(s, d, 2.0, 0.0),
    ),
    "exponential": (lambda t, g: t.exponential_(generator=g), lambda e, s, d: e.exponential(s, d)),
    "exponential 0.3": (
        lambda t, g: t.exponential_(0.3, generator=g),
        lambda e, s, d: e.exponential(s, d, 0.3),
    ),
    "cauchy": (
        lambda t, g: t.cauchy_(0.5, 0.1, generator=g),
        lambda e, s, d: e.cauchy(s, d, 0.5, 0.1),
    ),
}
ANY_DRAWS: dict[str, Draw] = {
    "bernoulli": (
        lambda t, g: t.bernoulli_(0.3, generator=g),
        lambda e, s, d: e.bernoulli(s, d, 0.3),
    ),
    "bernoulli 0": (
        lambda t, g: t.bernoulli_(0.0, generator=g),
        lambda e, s, d: e.bernoulli(s, d, 0),
    ),
    "bernoulli 1": (
        lambda t, g: t.bernoulli_(1.0, generator=g),
        lambda e, s, d: e.bernoulli(s, d, 1),
    ),
    "random_": (lambda t, g: t.random_(generator=g), lambda e, s, d: e.random_integers(s, d)),
    "random_ below": (
        lambda t, g: t.random_(2, generator=g),
        lambda e, s, d: e.random_integers(s, d, 0, 2),
    ),
    "random_ from": (
        lambda t, g: t.random_(1, None, generator=g),
        lambda e, s, d: e.random_integers(s, d, 1),
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", [*FLOAT_DRAWS, *ANY_DRAWS])
def test_floating_point_draws(name: str, dtype: str, seed: int) -> None:
    their_draw, our_draw = (FLOAT_DRAWS | ANY_DRAWS)[name]
    theirs, ours = generators(seed)
    for size in SIZES:
        assert_same(their_draw(empty(size, dtype), theirs), our_draw(ours, (size,), dtype))
        assert_same_state(theirs, ours)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", ANY_DRAWS)
def test_integer_draws(name: str, dtype: str, seed: int) -> None:
    their_draw, our_draw = ANY_DRAWS[name]
    theirs, ours = generators(seed)
    for size in SIZES:
        assert_same(their_draw(empty(size, dtype), theirs), our_draw(ours, (size,), dtype))
        assert_same_state(theirs, ours)


# How our draws take the strides of the memory they are meant for.
STRIDED: dict[str, Callable[..., Any]] = {
    "rand": Engine.uniform,
    "randn": Engine.normal,
    "exponential": Engine.exponential,
    "cauchy": lambda engine, shape, dtype, strides: engine.cauchy(
        shape, dtype, 0.5, 0.1, strides=strides
    ),
    "bernoulli": lambda engine, shape, dtype, strides: engine.bernoulli(
        shape, dtype, 0.3, strides=strides
    ),
    "random_": Engine.random_integers,
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", STRIDED)
@pytest.mark.parametrize(
    ("shape", "strides"),
    [
        ((), ()),
        ((3, 0, 2), None),
        ((5, 8), None),
        ((4, 1, 5), None),
        ((4, 9), (1, 4)),
        ((3, 4, 5), (1, 15, 3)),
        ((6, 7), (14, 2)),
        ((40,), (3,)),
        ((5, 1, 6), (6, 77, 1)),
    ],
)
def test_values_lie_in_memory_order(
    name: str, dtype: str, shape: tuple[int, ...], strides: tuple[int, ...] | None
) -> None:
    theirs, ours = generators(5)
    target = empty(shape, dtype)
    if strides is not None:
        target = torch.empty_strided(shape, strides, dtype=target.dtype)
    their_draw, _ = (FLOAT_DRAWS | ANY_DRAWS)[name]
    assert_same(their_draw(target, theirs), STRIDED[name](ours, shape, dtype, strides=strides))
    assert_same_state(theirs, ours)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("size", SIZES)
def test_complex_numbers(dtype: str, size: int) -> None:
    theirs, ours = generators(8)
    kind = getattr(torch, dtype)
    assert_same(torch.rand(size, dtype=kind, generator=theirs), ours.uniform((size,), dtype))
    assert_same(torch.randn(size, dtype=kind, generator=theirs), ours.normal((size,), dtype))
    shape, strides = (4, 5), (1, 4)
    target = torch.empty_strided(shape, strides, dtype=kind)
    assert_same(target.normal_(generator=theirs), ours.normal(shape, dtype, strides=strides))
    assert_same_state(theirs, ours)


@pytest.mark.parametrize("size", SIZES)
def test_bfloat16(size: int) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for name in ("rand", "randn", "exponential", "bernoulli", "random_"):
        theirs, ours = generators(3)
        their_draw, our_draw = (FLOAT_DRAWS | ANY_DRAWS)[name]
        values = our_draw(ours, (size,), ml_dtypes.bfloat16).view(np.int16)
        assert_same(their_draw(empty(size, "bfloat16"), theirs).view(torch.int16), values)
        assert_same_state(theirs, ours)


RANGES = (
    *((0, 1), (0, 10), (-5, 100), (0, 127), (3, 4), (-128, 128), (0, 2**15), (0, 2**24)),
    *((0, 2**24 + 1), (-7, 2**25 + 3), (0, 2**28 - 1), (0, 2**28), (-5, 2**28 - 6), (0, 2**31)),
    *((0, 2**32), (-(2**40), 2**53 + 7), (-(2**63), 2**63 - 1), (2**24 + 1, 2**24 + 9)),
    *((60001, 65001), (-2049, 2049), (2**53 + 1, 2**53 + 9), (-(2**24) - 3, 0), (-(2**62), 2)),
)


# PyTorch warns of floating-point bounds which are not exact.
inexact = pytest.mark.filterwarnings("ignore:.* is out of bounds:UserWarning")


BOUNDS = st.integers(-(2**62), 2**62) | st.integers(-70_000, 70_000)


@inexact
@given(dtype=st.sampled_from(FLOATS), low=BOUNDS, length=st.integers(-2, 2**61))
@settings(max_examples=300)
def test_integers_from_any_range(dtype: str, low: int, length: int) -> None:
    check_range(dtype, low, low + length)
    check_range(dtype, low, low + length % 1000)


@inexact
@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS])
@pytest.mark.parametrize(("low", "high"), RANGES)
def test_integers_from_a_range(low: int, high: int, dtype: str) -> None:
    check_range(dtype, low, high)


def check_range(dtype: str, low: int, high: int) -> None:
    theirs, ours = generators(6)
    try:
        expected = empty(1000, dtype).random_(low, high, generator=theirs)
    except RuntimeError:
        with pytest.raises(RuntimeError):
            ours.random_integers((1000,), dtype, low, high)
    else:
        assert_same(expected, ours.random_integers((1000,), dtype, low, high))
    assert_same_state(theirs, ours)


@inexact
@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS])
@pytest.mark.parametrize("low", [0, 1, 100, -1, -100, 2**24 - 1, -(2**63) + 1, -(2**63), 2**40])
def test_integers_from_a_lower_bound(low: int, dtype: str) -> None:
    theirs, ours = generators(6)
    try:
        expected = empty(1000, dtype).random_(low, None, generator=theirs)
    except RuntimeError:
        with pytest.raises(RuntimeError):
            ours.random_integers((1000,), dtype, low)
    else:
        assert_same(expected, ours.random_integers((1000,), dtype, low))
    assert_same_state(theirs, ours)


@pytest.mark.parametrize("seed", SEEDS)
def test_permutations(seed: int) -> None:
    theirs, ours = generators(seed)
    for n in (*SIZES, 3, 4, 5, 6, 60000):
        assert_same(torch.randperm(n, generator=theirs), ours.permutation(n))
        assert_same_state(theirs, ours)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_bernoulli_of_probabilities(dtype: str, seed: int) -> None:
    theirs, ours = generators(seed)
    for size in SIZES:
        chances = np.random.RandomState(size).rand(size).round(2).astype(dtype)
        expected = torch.bernoulli(torch.from_numpy(chances), generator=theirs)
        assert_same(expected, ours.bernoulli_from(chances))
        assert_same_state(theirs, ours)


def test_bernoulli_of_probabilities_into_other_memory() -> None:
    theirs, ours = generators(4)
    chances = torch.rand(5, 7, dtype=torch.float64)
    for kind in ("float32", "int64", "bool"):
        target = empty((7, 5), kind).t()
        expected = target.bernoulli_(chances, generator=theirs)
        assert_same(expected, ours.bernoulli_from(chances.numpy(), kind, strides=target.stride()))
    expected = torch.bernoulli(chances.t(), generator=theirs)
    assert_same(expected, ours.bernoulli_from(chances.t().numpy()))
    assert_same_state(theirs, ours)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(1,), (5,), (1000,), (3, 17), (50, 65), (1, 4000)])
def test_multinomial(shape: tuple[int, ...], dtype: str, seed: int) -> None:
    theirs, ours = generators(seed)
    weights = np.random.RandomState(seed % 100).rand(*shape).astype(dtype)
    weights[..., 1::3] = 0
    some = int((weights > 0).sum(axis=-1).min())
    tensor = torch.from_numpy(weights)
    for count, replacement in ((1, False), (1, True), (some, False), (7, True), (10007, True)):
        if dtype == "float16" and count == some > 1:
            continue  # half-precision ratios tie, and ties come in the order of a partial sort
        expected = torch.multinomial(tensor, count, replacement, generator=theirs)
        assert_same(expected, ours.multinomial(weights, count, replacement))
        assert_same_state(theirs, ours)


def test_multinomial_of_other_memory() -> None:
    theirs, ours = generators(2)
    weights = torch.rand(6, 40).t()
    for count, replacement in ((1, False), (4, False), (9, True)):
        expected = torch.multinomial(weights, count, replacement, generator=theirs)
        found = ours.multinomial(weights.numpy(), count, replacement, strides=weights.stride())
        assert_same(expected, found)


@pytest.mark.parametrize("seed", SEEDS)
def test_int64(seed: int) -> None:
    theirs, ours = generators(seed)
    for _ in range(700):
        expected = torch.empty((), dtype=torch.int64).random_(generator=theirs).item()
        assert ours.int64() == expected
    assert_same_state(theirs, ours)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", FLOATS)
def test_log_normal_and_geometric(dtype: str, seed: int) -> None:
    theirs, ours = generators(seed)
    for size in SIZES:
        expected = empty(size, dtype).log_normal_(0.2, 0.5, generator=theirs).numpy()
        found = ours.log_normal((size,), dtype, 0.2, 0.5)
        np.testing.assert_array_max_ulp(found, expected, maxulp=1 if dtype == "float64" else 0)
        expected = empty(size, dtype).geometric_(0.2, generator=theirs)
        assert_same(expected, ours.geometric((size,), dtype, 0.2))
        assert_same_state(theirs, ours)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_million_normals(dtype: str) -> None:
    theirs, ours = generators(77)
    expected = empty(1_000_003, dtype).normal_(0.1, 0.02, generator=theirs)
    assert_same(expected, ours.normal((1_000_003,), dtype, 0.1, 0.02))


def test_extreme_uniforms_become_pytorchs_normals() -> None:
    """The longest and shortest radii and the quarter turns, which random words seldom meet."""
    steps = np.concatenate([np.arange(608), 2**24 - 608 + np.arange(608)])
    angles = (np.arange(8)[:, None] * 2**21 + np.arange(-76, 76)).ravel() % 2**24
    words = np.stack([steps.reshape(-1, 8), angles.reshape(-1, 8)], axis=1).astype(np.uint32)
    theirs, ours = generators(0)
    for block in words.reshape(-1, 608):
        # The place of the next word is the seventeenth of 624, 609 before the next twist.
        state = ours.get_state()
        state[8:12].view("<i4")[:] = 609
        state[16:24].view("<u8")[:] = 16
        state[24:5016].view("<u8")[16:] = untemper(block)
        theirs.set_state(torch.from_numpy(state))
        ours.set_state(state)
        np.testing.assert_array_equal(ours.copy().words(608), block)
        assert_same(torch.randn(608, generator=theirs), ours.normal((608,), "float32"))


def untemper(words: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The state of mt19937 that gives these words."""
    y = words ^ (words >> 18)
    y ^= (y << 15) & np.uint32(0xEFC60000)
    x = y.copy()
    for _ in range(5):
        x = y ^ ((x << 7) & np.uint32(0x9D2C5680))
    y = x.copy()
    for _ in range(3):
        y = x ^ (y >> 11)
    return y


INTERLEAVED = st.lists(
    st.tuples(
        st.sampled_from(sorted(FLOAT_DRAWS | ANY_DRAWS)),
        st.sampled_from(FLOATS),
        st.sampled_from(SIZES[:-1]) | st.integers(0, 700),
    ),
    max_size=12,
)


@given(seed=st.integers(-(2**63), 2**64 - 1), draws=INTERLEAVED)
@settings(max_examples=100)
def test_interleaved_draws(seed: int, draws: list[tuple[str, str, int]]) -> None:
    theirs, ours = generators(seed)
    assert ours.initial_seed == theirs.initial_seed()
    for name, dtype, size in draws:
        their_draw, our_draw = (FLOAT_DRAWS | ANY_DRAWS)[name]
        assert_same(their_draw(empty(size, dtype), theirs), our_draw(ours, (size,), dtype))
        assert_same_state(theirs, ours)


@given(words=st.integers(0, 2000), odd=st.booleans())
def test_states_pass_both_ways(words: int, odd: bool) -> None:
    theirs, ours = generators(12)
    ours.words(words)
    if odd:
        ours.normal((1,), "float32")
    theirs.set_state(torch.from_numpy(ours.get_state()))
    assert_same_state(theirs, ours)
    assert_same(torch.randn(5, generator=theirs), ours.normal((5,), "float32"))

    torch.rand(3, generator=theirs)
    ours.set_state(theirs.get_state().numpy())
    assert_same_state(theirs, ours)
    assert_same(torch.randn(20, generator=theirs), ours.normal((20,), "float32"))


def test_default_seed() -> None:
    assert torch.Generator().initial_seed() == DEFAULT_SEED
    assert_same_state(torch.Generator(), Engine())


def test_transform_keeps_given_uniforms_apart() -> None:
    """Rows are transformed independently of those beside them."""
    uniforms = Engine(1).uniform((2000, 16), "float32")
    whole = normal_groups(uniforms.copy(), 0.0, 1.0)
    np.testing.assert_array_equal(whole[700:701], normal_groups(uniforms[700:701].copy(), 0.0, 1.0))
