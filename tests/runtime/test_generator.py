"""The draws: PyTorch's values (as recorded from it), and what holds for any seed."""

from __future__ import annotations

import copy
import hashlib
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet.runtime.generator import Engine

Array = np.ndarray[Any, Any]
SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("float32", [0.4962565898895263, 0.7682217955589294, 0.08847743272781372]),
        ("float64", [0.9700530018065531, 0.707819864399788, 0.45938294312745087]),
        ("float16", [0.496337890625, 0.76806640625, 0.08847045898437500]),
    ],
)
def test_uniform_has_pytorchs_values(dtype: str, values: list[float]) -> None:
    found = Engine(0).uniform((3,), dtype)
    np.testing.assert_array_equal(found, np.array(values, dtype), strict=True)


def test_few_normals_have_pytorchs_values() -> None:
    expected = np.array(
        [1.5409960746765137, -0.293428897857666, -2.178789377212525, 0.5684312582015991], "float32"
    )
    np.testing.assert_array_equal(Engine(0).normal((4,), "float32"), expected, strict=True)


def test_an_odd_normal_leaves_the_second_of_its_pair() -> None:
    engine, whole = Engine(3), Engine(3)
    pieces = [engine.normal((size,), "float64") for size in (3, 2, 0, 1, 5, 1)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole.normal((12, 1), "float64")[:, 0])
    assert engine.cached_normal is None
    engine.normal((1,), "float64")
    assert engine.cached_normal is not None
    engine.seed(3)
    assert engine.cached_normal is None


@pytest.mark.parametrize(
    ("draw", "digest"),
    [
        (lambda engine: engine.normal((100003,), "float32"), "0e1052dc151d4ee6"),
        (lambda engine: engine.uniform((100003,), "float32", -0.1, 0.1), "e6f08e1795d99469"),
        (lambda engine: engine.permutation(10007), "a86a4e8e81f706fc"),
    ],
    ids=["normal", "uniform", "permutation"],
)
def test_large_draws_are_pytorchs_to_the_bit(draw: Callable[[Engine], Array], digest: str) -> None:
    # What these need of the platform is IEEE 754 arithmetic, nothing of its C library.
    assert hashlib.sha256(draw(Engine(0)).tobytes()).hexdigest()[:16] == digest


def test_discrete_draws_have_pytorchs_values() -> None:
    assert Engine(0).permutation(10).tolist() == [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]
    integers = Engine(0).random_integers((6,), "int64", 0, 100)
    assert integers.tolist() == [44, 39, 33, 60, 63, 79]
    wide = Engine(0).random_integers((3,), "int64", 0, 2**40)
    assert wide.tolist() == [741280623151, 506137267392, 291447657211]
    assert Engine(0).int64() == 900450186894289455
    coins = Engine(0).bernoulli((12,), "int32", 0.3)
    assert coins.tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1]
    coins = Engine(0).bernoulli_from(np.full(12, 0.3, "float32"))
    assert coins.tolist() == [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_multinomial_has_pytorchs_values() -> None:
    weights = np.array([0.1, 0.2, 0.3, 0.4], "float32")
    drawn = Engine(0).multinomial(weights, 10, True)
    assert drawn.tolist() == [3, 3, 2, 3, 3, 3, 1, 2, 2, 1]
    assert Engine(0).multinomial(weights, 4).tolist() == [2, 1, 3, 0]
    single = [Engine(seed).multinomial(weights, 1).tolist() for seed in range(5)]
    assert single == [[2], [3], [1], [0], [2]]


def test_exponential_has_pytorchs_values() -> None:
    expected = [3.508326292037964, 1.2303847074508667, 0.615044116973877, 2.535118579864502]
    np.testing.assert_array_max_ulp(
        Engine(0).exponential((4,), "float32"), np.array(expected, "float32"), maxulp=1
    )


DRAWS: dict[str, Callable[..., Array]] = {
    "uniform": Engine.uniform,
    "normal": Engine.normal,
    "log_normal": Engine.log_normal,
    "exponential": Engine.exponential,
    "cauchy": Engine.cauchy,
    "bernoulli": Engine.bernoulli,
    "random_integers": Engine.random_integers,
    "geometric": lambda engine, shape, dtype, **options: engine.geometric(
        shape, dtype, 0.4, **options
    ),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (5, 4), (2, 3, 4), (40000,)])
def test_every_draw_has_its_shape_and_type(name: str, dtype: str, shape: tuple[int, ...]) -> None:
    values = DRAWS[name](Engine(1), shape, dtype)
    assert values.shape == shape
    assert values.dtype == dtype
    assert np.isfinite(values).all() or name in ("cauchy", "log_normal")


@pytest.mark.parametrize("name", DRAWS)
def test_an_empty_draw_leaves_the_state(name: str) -> None:
    engine = Engine(2)
    engine.normal((1,), "float32")
    before = engine.get_state()
    DRAWS[name](engine, (2, 0), "float32")
    np.testing.assert_array_equal(engine.get_state(), before)


@pytest.mark.parametrize("name", DRAWS)
def test_other_memory_gets_the_same_numbers_in_order_of_address(name: str) -> None:
    flat = DRAWS[name](Engine(1), (3, 5), "float64")
    turned = DRAWS[name](Engine(1), (5, 3), "float64", strides=(1, 5))
    assert turned.shape == (5, 3)
    if name == "normal":  # only contiguous memory of 16 values or more is filled group by group
        assert flat.size < 16
    np.testing.assert_array_equal(turned, flat.T)


def test_normals_of_other_memory_are_made_in_pairs() -> None:
    few = np.concatenate([Engine(9).normal((15,), "float32")])
    spread = Engine(9).normal((30,), "float32", strides=(2,))
    np.testing.assert_array_equal(spread[:15], few)
    assert (Engine(9).normal((30,), "float32")[:15] != few).all()


@given(seed=SEEDS, low=st.floats(-1e6, 1e6), width=st.floats(0, 1e6))
def test_uniform_stays_below_its_upper_end(seed: int, low: float, width: float) -> None:
    for dtype in ("float32", "float64"):
        bounds = np.array([low, low + width]).astype(dtype)
        values = Engine(seed).uniform((200,), dtype, low, low + width)
        assert (values >= bounds[0]).all()
        assert ((values < bounds[1]) | (bounds[0] == bounds[1])).all()


@given(seed=SEEDS, low=st.integers(-(2**62), 2**62), length=st.integers(1, 2**62))
def test_integers_stay_in_their_range(seed: int, low: int, length: int) -> None:
    values = Engine(seed).random_integers((50,), "int64", low, low + length)
    assert all(low <= value < low + length for value in values.tolist())


@pytest.mark.parametrize(
    ("dtype", "largest"),
    [
        *(("bool", 1), ("uint8", 2**8 - 1), ("int8", 2**7 - 1), ("int16", 2**15 - 1)),
        *(("int32", 2**31 - 1), ("int64", 2**63 - 1)),
        *(("float16", 2**11), ("float32", 2**24), ("float64", 2**53)),
    ],
)
def test_unbounded_integers_fill_the_type(dtype: str, largest: int) -> None:
    values = Engine(0).random_integers((20000,), dtype)
    assert values.min() >= 0
    assert 0.99 * largest <= float(values.max()) <= largest


@given(seed=SEEDS, n=st.integers(0, 400))
def test_permutations_have_every_number_once(seed: int, n: int) -> None:
    assert sorted(Engine(seed).permutation(n).tolist()) == list(range(n))


@given(seed=SEEDS)
def test_without_replacement_no_category_comes_twice(seed: int) -> None:
    weights = np.linspace(0.0, 1.0, 60).reshape(3, 20)
    drawn = Engine(seed).multinomial(weights, 19)
    assert drawn.shape == (3, 19)
    assert all(len(set(row)) == 19 for row in drawn.tolist())
    assert 0 not in drawn[0]


def test_distributions_have_their_moments() -> None:
    engine, count = Engine(5), (200_000,)
    for values, mean, deviation in (
        (engine.uniform(count, "float32", -1, 3), 1.0, 4 / 12**0.5),
        (engine.normal(count, "float32", 2, 0.5), 2.0, 0.5),
        (engine.normal(count, "float64", 2, 0.5), 2.0, 0.5),
        (engine.log_normal(count, "float64", 0, 0.25), np.exp(1 / 32), 0.2579),
        (engine.exponential(count, "float32", 4), 0.25, 0.25),
        (engine.geometric(count, "float32", 0.25), 4.0, 12**0.5),
        (engine.bernoulli(count, "float64", 0.2), 0.2, 0.4),
        (engine.normal(count, "complex64").real, 0.0, 0.5**0.5),
    ):
        assert abs(values.mean(dtype=np.float64) - mean) < 5 * deviation / 447
        assert abs(values.std(dtype=np.float64) / deviation - 1) < 0.02
    assert abs(np.median(engine.cauchy(count, "float64", 3, 2)) - 3) < 0.05


def test_multinomial_follows_its_weights() -> None:
    weights = np.array([[1.0, 0.0, 3.0], [2.0, 2.0, 0.0]])
    drawn = Engine(1).multinomial(weights, 20_000, True)
    shares = [np.bincount(row, minlength=3) / 20_000 for row in drawn]
    np.testing.assert_allclose(shares, [[0.25, 0, 0.75], [0.5, 0.5, 0]], atol=0.02)


def test_a_copy_goes_its_own_way() -> None:
    engine = Engine(11)
    engine.normal((5,), "float32")
    twins = (engine.copy(), copy.deepcopy(engine), pickle.loads(pickle.dumps(engine)))
    expected = engine.uniform((700,), "float32")
    for twin in twins:
        np.testing.assert_array_equal(twin.uniform((700,), "float32"), expected)
        np.testing.assert_array_equal(twin.get_state(), engine.get_state())


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda e: e.normal((2,), "float32", 0, -1.0), "std >= 0.0, but found std -1.0"),
        (lambda e: e.normal((2,), "float32", 0, float("nan")), "std >= 0.0"),
        (lambda e: e.log_normal((2,), "float32", 0, 0), "std > 0.0"),
        (lambda e: e.exponential((2,), "float32", 0), "lambda > 0.0, but found lambda=0"),
        (lambda e: e.cauchy((2,), "float32", 0, -1), "sigma > 0.0"),
        (lambda e: e.geometric((2,), "float32", 1.0), r"\(0, 1\), but got p=1.0"),
        (lambda e: e.bernoulli((2,), "float32", 1.5), r"\[0, 1\], but got p=1.5"),
        (lambda e: e.bernoulli_from(np.array([0.5, -0.25])), "probability -0.25"),
        (lambda e: e.bernoulli_from(np.array([0.5, np.nan])), "probability nan"),
        (lambda e: e.random_integers((2,), "int64", 5, 5), "from=5 >= to=5"),
        (lambda e: e.random_integers((2,), "uint8", 0, 257), "256 is not in"),
        (lambda e: e.random_integers((2,), "int8", -129, 0), "from is out of bounds for int8"),
        (lambda e: e.random_integers((2,), "float16", 0, 70000), "out of bounds for float16"),
        (lambda e: e.random_integers((2,), "int32", -(2**63)), "not int32"),
        (lambda e: e.multinomial(np.ones((2, 2, 2)), 1), r"shape \(2, 2, 2\)"),
        (lambda e: e.multinomial(np.ones(3, "int64"), 1), "got: int64"),
        (lambda e: e.multinomial(np.ones(3), 0), "n_sample <= 0"),
        (lambda e: e.multinomial(np.ones(3), 4), "4 samples of 3 categories"),
        (lambda e: e.multinomial(np.array([1.0, -1.0]), 1), "element < 0"),
        (lambda e: e.multinomial(np.array([1.0, np.inf]), 1), "`inf`"),
        (lambda e: e.multinomial(np.zeros(3), 2, True), "sum of probabilities <= 0"),
    ],
)
def test_impossible_parameters_are_refused(draw: Callable[[Engine], Array], message: str) -> None:
    engine = Engine(0)
    before = engine.get_state()
    with pytest.raises(RuntimeError, match=message):
        draw(engine)
    np.testing.assert_array_equal(engine.get_state(), before)


def test_integer_types_have_no_uniform_numbers() -> None:
    for draw in (Engine.uniform, Engine.normal):
        with pytest.raises(NotImplementedError, match="not implemented for int64"):
            draw(Engine(0), (2,), "int64")
