"""Random tensors: repeatable, drawn in the order of the program, and of the right distribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet.errors import ArgumentError, AutogradError
from graphnet.functions.filling import DistributionError

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

# What PyTorch draws after torch.manual_seed(0).
KNOWN: dict[str, tuple[Callable[[], Any], list[float]]] = {
    "rand": (lambda: torch.rand(4), [0.4963, 0.7682, 0.0885, 0.1320]),
    "randn": (lambda: torch.randn(4), [1.5410, -0.2934, -2.1788, 0.5684]),
    "randint": (lambda: torch.randint(10, (4,)), [4, 9, 3, 0]),
    "randperm": (lambda: torch.randperm(5), [4, 0, 1, 3, 2]),
    "uniform_": (lambda: torch.empty(2).uniform_(-1, 1), [-0.0075, 0.5364]),
    "normal": (lambda: torch.normal(torch.tensor([10.0, 20.0]), 0.5), [10.7705, 19.8533]),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_numbers(name: str) -> None:
    torch.manual_seed(0)
    draw, expected = KNOWN[name]
    np.testing.assert_allclose(draw().numpy(), expected, atol=5e-5)


DRAWS: dict[str, Callable[..., Any]] = {
    "rand": lambda **g: torch.rand(3, 4, **g),
    "randn": lambda **g: torch.randn((20,), dtype=torch.float64, **g),
    "randint": lambda **g: torch.randint(-3, 9, (3,), **g),
    "randperm": lambda **g: torch.randperm(9, **g),
    "rand_like": lambda **g: torch.rand_like(torch.ones(3), **g),
    "randn_like": lambda **g: torch.randn_like(torch.ones(3), **g),
    "randint_like": lambda **g: torch.randint_like(torch.ones(3), 99, **g),
    "normal": lambda **g: torch.normal(1.0, 2.0, (3,), **g),
    "bernoulli": lambda **g: torch.bernoulli(torch.full((30,), 0.5), **g),
    "multinomial": lambda **g: torch.multinomial(torch.ones(9), 4, **g),
    "uniform_": lambda **g: torch.zeros(3).uniform_(2, 3, **g),
    "normal_": lambda **g: torch.zeros(3).normal_(**g),
    "log_normal_": lambda **g: torch.zeros(3).log_normal_(**g),
    "exponential_": lambda **g: torch.zeros(3).exponential_(**g),
    "cauchy_": lambda **g: torch.zeros(3).cauchy_(**g),
    "geometric_": lambda **g: torch.zeros(9).geometric_(0.1, **g),
    "bernoulli_": lambda **g: torch.zeros(30).bernoulli_(0.3, **g),
    "random_": lambda **g: torch.zeros(3).random_(**g),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_repeats_the_numbers_and_a_generator_has_its_own(name: str) -> None:
    draw = DRAWS[name]
    torch.manual_seed(5)
    first, second = draw().tolist(), draw().tolist()
    assert first != second
    torch.manual_seed(5)
    own = torch.Generator().manual_seed(5)
    assert draw(generator=own).tolist() == first
    assert draw().tolist() == first
    assert draw(generator=own).tolist() == second


def test_draws_keep_the_order_of_the_program_whatever_is_looked_at_first() -> None:
    torch.manual_seed(2)
    expected = [torch.rand(2).tolist() for _ in range(3)]
    torch.manual_seed(2)
    a, b, c = torch.rand(2), torch.rand(2), torch.rand(2)
    assert [c.tolist(), a.tolist(), b.tolist()] == [expected[2], expected[0], expected[1]]
    torch.manual_seed(2)
    torch.rand(2)  # nobody looks at it, and yet it is drawn
    assert torch.rand(2).tolist() == expected[1]


def test_equal_draws_are_not_merged() -> None:
    assert torch.rand(3).tolist() != torch.rand(3).tolist()
    x, y = torch.randn(3), torch.randn(3)
    assert (x - y).abs().sum().item() > 0


def test_repeated_programs_draw_anew() -> None:
    torch.manual_seed(0)
    seen = {tuple((torch.rand(3) * 2).tolist()) for _ in range(5)}
    assert len(seen) == 5


def test_distributions() -> None:
    torch.manual_seed(1)
    count = 20_000
    u = torch.empty(count).uniform_(2, 6)
    assert 2 <= u.min().item() < u.max().item() < 6
    assert u.mean().item() == pytest.approx(4, abs=0.05)
    n = torch.empty(count).normal_(1, 3)
    assert (n.mean().item(), n.std().item()) == pytest.approx((1, 3), abs=0.1)
    assert torch.bernoulli(torch.full((count,), 0.3)).mean().item() == pytest.approx(0.3, abs=0.02)
    assert torch.empty(count).exponential_(4).mean().item() == pytest.approx(0.25, abs=0.02)
    assert torch.empty(count).geometric_(0.25).mean().item() == pytest.approx(4, abs=0.1)
    drawn = torch.multinomial(torch.tensor([1.0, 0.0, 3.0]), count, replacement=True)
    shares = torch.bincount(drawn, minlength=3).double() / count
    np.testing.assert_allclose(shares.numpy(), [0.25, 0, 0.75], atol=0.02)
    integers = torch.randint(-2, 3, (count,))
    assert sorted(set(integers.tolist())) == [-2, -1, 0, 1, 2]
    assert sorted(torch.randperm(50).tolist()) == list(range(50))


def test_memory_is_filled_in_the_order_of_addresses() -> None:
    torch.manual_seed(3)
    rows = torch.empty(3, 5).normal_()
    torch.manual_seed(3)
    columns = torch.empty(3, 5)
    columns.t().uniform_()
    torch.manual_seed(3)
    assert columns.tolist() == torch.empty(3, 5).uniform_().tolist()
    assert rows.shape == (3, 5)


def test_dtypes() -> None:
    assert torch.rand(2, dtype=torch.float64).dtype is torch.float64
    assert torch.randn(2).dtype is torch.float32
    assert torch.randint(5, (2,)).dtype is torch.int64
    assert torch.randint(5, (2,), dtype=torch.float32).dtype is torch.float32
    assert torch.randperm(3, dtype=torch.int32).dtype is torch.int32
    assert torch.rand_like(torch.ones(2, dtype=torch.float16)).dtype is torch.float16
    assert torch.multinomial(torch.ones(2), 1).dtype is torch.int64
    assert torch.zeros(4, dtype=torch.bool).bernoulli_().dtype is torch.bool


def test_random_leaves_require_grad() -> None:
    x = torch.randn(3, requires_grad=True)
    (x * 2).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2.0] * 3
    with pytest.raises(AutogradError, match="in-place"):
        x.normal_()
    with torch.no_grad():
        assert x.fill_(0).uniform_(1, 2).min().item() >= 1


REFUSALS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: torch.rand(2, dtype=torch.int64), NotImplementedError, "Long"),
    (lambda: torch.zeros(2, dtype=torch.int64).normal_(), NotImplementedError, "Long"),
    (lambda: torch.randint(3, 3, (2,)), DistributionError, "from=3 >= to=3"),
    (lambda: torch.randint(3), ArgumentError, "size"),
    (lambda: torch.randperm(-1), DistributionError, "non-negative"),
    (lambda: torch.normal(0.0, -1.0, (2,)), DistributionError, "std"),
    (lambda: torch.normal(0.0, 1.0), ArgumentError, "size"),
    (lambda: torch.normal("a", torch.ones(2)), TypeError, "str"),
    (lambda: torch.bernoulli(torch.ones(2), 2.0), DistributionError, "p=2"),
    (lambda: torch.bernoulli(torch.tensor([1])), NotImplementedError, "Long"),
    (lambda: torch.bernoulli(torch.tensor([2.0])).tolist(), RuntimeError, "p_in"),
    (lambda: torch.multinomial(torch.ones(2), 3), DistributionError, "without replacement"),
    (lambda: torch.multinomial(torch.ones(2), 0), DistributionError, "n_sample"),
    (lambda: torch.multinomial(torch.ones(1, 1, 1), 1), DistributionError, "1 or 2 dim"),
    (lambda: torch.multinomial(torch.tensor([1]), 1), DistributionError, "floating-point"),
    (lambda: torch.multinomial(-torch.ones(2), 1).tolist(), RuntimeError, "probability"),
    (lambda: torch.zeros(2).uniform_(3, 1), DistributionError, "from=3 > to=1"),
    (lambda: torch.zeros(2).uniform_(high=1), ArgumentError, "high"),
    (lambda: torch.zeros(2).exponential_(0), DistributionError, "lambda"),
    (lambda: torch.zeros(2).cauchy_(0, 0), DistributionError, "sigma"),
    (lambda: torch.zeros(2).geometric_(1), DistributionError, "p=1"),
    (lambda: torch.zeros(2).log_normal_(0, 0), DistributionError, "std"),
    (lambda: torch.zeros(2).bernoulli_(-0.5), DistributionError, "p=-0.5"),
    (lambda: torch.zeros(2).random_(5, 2), DistributionError, "from=5"),
    (lambda: torch.zeros(2).random_(1, 2, 3), ArgumentError, "random_"),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSALS)
def test_refusals(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()
