"""Random tensors: PyTorch's own numbers from the same seed, in any program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

import torch

import graphnet
from graphnet.runtime.memory_order import dense_strides
from tests.parity.expressions import check, lines, outcome, same

# Each case is another program.
pytestmark = [
    pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning"),
    pytest.mark.skipif(
        torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"),
        reason="the numbers are those of PyTorch with AVX2",
    ),
]

DRAWS = """
torch.rand(3, 4)
torch.rand((2,), dtype=torch.float64)
torch.rand(5, dtype=torch.float16)
torch.rand(())
torch.rand(0, 3)
torch.rand(100)
torch.randn(5)
torch.randn(16)
torch.randn(50, 3)
torch.randn(size=(2, 2), dtype=torch.float64)
torch.randint(10, (5,))
torch.randint(-5, 5, (2, 3))
torch.randint(low=2, high=9, size=(4,), dtype=torch.float32)
torch.randint(3, 2**40, (4,))
torch.randint(0, 2, (3,), dtype=torch.uint8)
torch.randperm(10)
torch.randperm(0)
torch.randperm(5, dtype=torch.int32)
torch.rand_like(x)
torch.rand_like(x, dtype=torch.float64)
torch.randn_like(x)
torch.randint_like(x, 7)
torch.randint_like(x, -2, 7, dtype=torch.int64)
torch.normal(0.0, 2.0, (3,))
torch.normal(torch.arange(20.0), torch.ones(20))
torch.normal(x, 0.5)
torch.normal(1.5, x.abs())
torch.normal(x, x[:, :1].abs())
torch.bernoulli(x.sigmoid())
torch.bernoulli(x.double().sigmoid())
torch.bernoulli(x, 0.3)
x.bernoulli(0.7)
torch.multinomial(torch.tensor([0.1, 0.2, 0.7]), 2)
torch.multinomial(torch.tensor([[0.1, 0.2, 0.7], [3.0, 2.0, 1.0]]), 6, replacement=True)
torch.multinomial(x.exp(), 1)
x.uniform_()
x.uniform_(-1, 1)
x.t().uniform_()
x[:, 1:3].uniform_()
x.normal_(1, 2)
x.t().normal_()
x.exponential_(2.0)
x.cauchy_()
x.geometric_(0.3)
x.log_normal_(0, 0.5)
x.bernoulli_()
x.bernoulli_(0.2)
x.bernoulli_(torch.tensor([0.1, 0.5, 0.9, 1.0]))
x.random_()
x.random_(7)
x.random_(2, 5)
i.random_()
i.random_(-3, 3)
i.random_(3, None)
b.random_()
b.bernoulli_(0.5)
i.geometric_(0.5)
torch.rand(2, generator=torch.Generator().manual_seed(5))
torch.randperm(6, generator=torch.Generator().manual_seed(5))
x.normal_(generator=torch.Generator().manual_seed(5))
"""

OUTPUTS = """
torch.rand(3, 4, out=torch.empty(0))
torch.rand(5, 4, out=x)
torch.rand(4, 5, out=x.t())
torch.randn(20, out=torch.empty(40)[::2])
torch.randn(8, 5, out=torch.empty(5, 8).t())
torch.randn(3, out=torch.empty(5), generator=torch.Generator().manual_seed(5))
torch.randint(3, 10, (2, 3), out=i)
torch.randint(10, (5,), out=torch.empty(0, dtype=torch.int32))
torch.randperm(7, out=torch.empty(7, dtype=torch.int32))
torch.normal(torch.zeros(3), torch.ones(3), out=torch.empty(3))
torch.normal(0.0, 1.0, (20,), out=torch.empty(0, dtype=torch.float64))
torch.bernoulli(x.sigmoid(), out=torch.empty(4, 5, dtype=torch.int64).t())
torch.multinomial(torch.ones(5), 3, out=torch.empty(0, dtype=torch.int64))
"""

# What is made like them lies in memory as they do.
LIKE = """
torch.rand_like(x.t())
torch.randn_like(x.t())
torch.randint_like(x.t(), 100)
torch.randn_like(x.t(), memory_format=torch.contiguous_format)
torch.randn_like(x[:1].expand(8, 4))
torch.randn_like(x[:, :1].expand(5, 8).t())
torch.randn_like(torch.empty(2, 3, 4, 5).permute(0, 2, 3, 1))
torch.randn_like(torch.empty(3, 1, 8, 2).permute(3, 1, 0, 2)[:, :, ::2])
torch.randn_like(torch.empty(4, 1, 4, 4).expand(4, 3, 4, 4).permute(3, 1, 0, 2))
torch.nn.functional.dropout(x.t(), 0.3)
torch.nn.functional.dropout(x[:, :1].expand(5, 8), 0.3)
torch.nn.functional.dropout(torch.ones(4, 4, 4).permute(2, 0, 1)[::2, :, ::2], 0.5)
torch.nn.functional.alpha_dropout(x.t(), 0.3, True)
torch.nn.functional.rrelu(x.t(), training=True)
torch.nn.functional.rrelu(x.double(), 0.1, 0.9, training=True)
torch.nn.functional.gumbel_softmax(x.t(), hard=True)
torch.normal(x.t(), x.t().abs())
torch.normal(x.t(), 0.1)
torch.bernoulli(x.t().sigmoid())
"""

# Elementwise results lie in memory as their operands do, the first that decides it.
KEPT = """
torch.nn.functional.dropout(x.t().relu(), 0.5)
torch.nn.functional.dropout(x.t().relu().contiguous(), 0.5)
torch.nn.functional.dropout(x.t().relu().t(), 0.5)
torch.nn.functional.dropout(x.t().relu().reshape(5, 4), 0.5)
torch.nn.functional.dropout(x.t().relu()[1:, ::2], 0.5)
torch.nn.functional.dropout(torch.ones(5) + x.t() * 2, 0.5)
torch.nn.functional.dropout(x.view(2, 10).t() + x.view(10, 2), 0.5)
torch.nn.functional.dropout(x.view(10, 2) + x.view(2, 10).t(), 0.5)
torch.nn.functional.dropout(torch.where(x.t() > 0, x.t(), 0.0), 0.5)
torch.nn.functional.dropout(x.t().double(), 0.5)
torch.nn.functional.dropout(x.t().relu() @ x, 0.5) != 0
torch.nn.functional.dropout(torch.cat([x.t() + 1, x.t()]), 0.5)
torch.nn.functional.dropout(x.view(5, 2, 2).permute(1, 2, 0).tanh(), 0.5) != 0
torch.dropout(torch.nn.LSTM(2, 3, batch_first=True)(x.view(5, 2, 2))[0].relu(), 0.5, True) > 0
torch.randn_like(x.t().exp())
(x.t() + 1).normal_()
torch.empty_like(x.t()).normal_()
torch.full_like(x.t(), 2.0).uniform_()
torch.zeros_like(x.t(), memory_format=torch.contiguous_format).uniform_()
x.t().clone().uniform_()
torch.nn.functional.dropout(x.t().clone().detach(), 0.5)
torch.nn.init.trunc_normal_(x.t())
(x.t() + 1)[1:3].uniform_()
"""

# Images with their channels innermost.
IMAGES = """
torch.nn.Conv2d(3, 4, 2)(y)
torch.nn.Conv2d(3, 4, 2)(y + 1).relu()
torch.nn.Conv2d(3, 6, 3, groups=3)(y[:, :, 1:])
torch.nn.ConvTranspose2d(3, 2, 2)(y)
torch.nn.BatchNorm2d(3)(y)
torch.nn.BatchNorm2d(3).eval()(y)
torch.nn.GroupNorm(3, 3)(y)
torch.nn.functional.group_norm(y + 1, 1)
torch.nn.functional.group_norm(y[:, :, 0], 1)
torch.cat([y, y + 1], 1)
torch.cat([y, y.contiguous()], 1)
torch.nn.functional.pad(y, (1, 1, 0, 2))
torch.nn.functional.pad(y, (1, 1, 2, 1), mode="reflect")
torch.nn.functional.pad(y, (1, 1, 2, 1), mode="replicate")
y.roll(1, 2)
y.flip(1)
y[0].permute(2, 0, 1).flip(0)
y.sort(2)[0]
torch.nn.functional.gelu(y)
torch.nn.functional.gelu(torch.nn.Conv2d(3, 4, 2)(y), approximate="tanh")
torch.nn.functional.max_pool2d(y, 2)
torch.nn.functional.avg_pool2d(y, 2)
torch.nn.functional.interpolate(y, scale_factor=2)
torch.nn.Conv2d(3, 4, 2)(y.contiguous())
torch.nn.Conv1d(3, 4, 2)(y[:, :, 0])
torch.nn.Conv2d(1, 4, 1)(y[:, :1])
torch.nn.Conv2d(3, 4, 1)(y[:1, :, :1, :1])
"""

REFUSED = """
torch.rand(2, dtype=torch.int64)
torch.rand(-2)
torch.rand("a")
torch.randn(2, dtype=torch.int32)
torch.randint(5, 5, (2,))
torch.randint(5, 2, (2,))
torch.randint(5)
torch.randint((2,))
torch.randperm(-1)
torch.randperm(2.5)
torch.rand_like(i)
torch.rand_like(3)
torch.normal(0.0, -1.0, (2,))
torch.normal(x, -1.0)
torch.normal(0.0, 1.0)
torch.bernoulli(x, 1.5)
torch.bernoulli(i)
torch.multinomial(x.abs(), 9)
torch.multinomial(x.abs(), 0)
torch.multinomial(i, 1)
torch.multinomial(torch.ones(2, 2, 2), 1)
x.uniform_(2, 1)
i.uniform_()
x.normal_(0, -1)
i.normal_()
x.exponential_(0)
x.cauchy_(0, -1)
x.geometric_(1.5)
x.log_normal_(0, 0)
x.bernoulli_(2)
x.random_(5, 2)
x.uniform_(foo=1)
torch.rand(2, foo=1)
torch.rand(2, generator=3)
torch.rand(2, out=3)
torch.rand(2, out=i)
torch.rand(2, out=torch.empty(2), dtype=torch.float64)
torch.randn(2, out=i)
torch.multinomial(torch.ones(5), 3, out=torch.empty(3))
torch.randperm(257, dtype=torch.uint8)
torch.randperm(129, dtype=torch.int8)
torch.randperm(2050, dtype=torch.float16)
torch.randperm(2, dtype=torch.bool)
torch.Generator().manual_seed(1.5)
torch.nn.functional.dropout(i, 0.5)
"""

SAMPLES: dict[str, Any] = {
    "x": np.linspace(-1, 1, 20, dtype=np.float32).reshape(5, 4),
    "i": np.arange(6).reshape(2, 3),
    "b": np.array([True, False, True]),
}


def bits(value: Any) -> Any:
    """An outcome with arrays as the bytes they are."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    return [bits(each) for each in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("code", lines(DRAWS, OUTPUTS, LIKE, KEPT))
def test_the_same_seed_gives_the_same_numbers(code: str) -> None:
    seen = []
    for module in (graphnet, torch):
        module.manual_seed(11)
        # The second draw goes on where the first one ended.
        names = [{k: module.from_numpy(v.copy()) for k, v in SAMPLES.items()} for _ in range(2)]
        seen.append([outcome(code, module, each) for each in names])
    assert bits(seen[0]) == bits(seen[1])
    assert graphnet.get_rng_state().tolist() == torch.get_rng_state().tolist()


@pytest.mark.parametrize("code", lines(REFUSED))
def test_refusals(code: str) -> None:
    check(code, **SAMPLES)


PROBABILITIES = ("torch.bernoulli(x * 3)", "torch.multinomial(x, 1)", "torch.multinomial(x * 0, 1)")


@pytest.mark.parametrize("code", PROBABILITIES)
def test_what_are_no_probabilities_is_noticed_when_the_numbers_are_drawn(code: str) -> None:
    with pytest.raises(RuntimeError):
        eval(code, {"torch": torch, "x": torch.tensor([-0.5, 0.5])})
    with pytest.raises(RuntimeError):
        eval(code, {"torch": graphnet, "x": graphnet.tensor([-0.5, 0.5])}).tolist()


programs = st.lists(
    st.sampled_from(
        [
            *("torch.rand(3)", "torch.randn(20)", "torch.randn(3)", "torch.randint(9, (2,))"),
            *(
                "torch.randperm(4)",
                "torch.empty(3).normal_()",
                "torch.bernoulli(torch.ones(3) / 2)",
            ),
            *("torch.multinomial(torch.ones(3), 2)", "torch.manual_seed(3)"),
        ]
    ),
    max_size=8,
)


@given(programs, st.booleans())
def test_any_sequence_of_draws(program: list[str], look: bool) -> None:
    graphnet.manual_seed(1)
    torch.manual_seed(1)
    ours, theirs = [], []
    for code in program:
        mine = eval(code, {"torch": graphnet})
        if look and isinstance(mine, graphnet.Tensor):
            mine.tolist()
        ours.append(mine)
        theirs.append(eval(code, {"torch": torch}))
    for code, mine, expected in zip(program, ours, theirs, strict=True):
        if isinstance(mine, graphnet.Tensor):
            assert mine.tolist() == expected.tolist(), code


def test_bernoulli_has_a_gradient_of_zero() -> None:
    for module in (graphnet, torch):
        p = module.tensor([0.2, 0.5], requires_grad=True)
        (module.bernoulli(p) * 3).sum().backward()
        assert p.grad.tolist() == [0.0, 0.0]


def test_states_are_exchanged_with_pytorch() -> None:
    torch.manual_seed(4)
    torch.randn(5)
    state = torch.get_rng_state().numpy()
    graphnet.set_rng_state(graphnet.from_numpy(state))
    theirs = outcome("torch.randn(7)", torch, {})
    assert same(outcome("torch.randn(7)", graphnet, {}), theirs)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "draw",
    [
        "torch._standard_gamma(x)",
        "torch.poisson(x)",
        "torch.poisson(x * 40)",
        "torch.binomial(torch.full_like(x, 9), x / 8)",
        "torch.binomial(torch.full_like(x, 900), x / 8)",
        "torch._sample_dirichlet(x)",
        "torch.poisson(-x)",
    ],
)
def test_draws_that_reject_are_pytorchs(draw: str, dtype: str) -> None:
    rates = np.linspace(0.05, 7.0, 120, dtype=dtype).reshape(20, 6)
    check(f"(torch.manual_seed(4), {draw}, torch.rand(3))[1:]", x=rates)


SIZES_AND_STRIDES = st.lists(
    st.tuples(st.sampled_from([1, 2, 3, 4]), st.sampled_from([0, 1, 2, 3, 4, 6, 8, 12, 24])),
    min_size=1,
    max_size=4,
)


@given(SIZES_AND_STRIDES)
def test_what_is_like_a_tensor_has_the_strides_that_pytorch_gives_it(
    dims: list[tuple[int, int]],
) -> None:
    shape, strides = (tuple(each) for each in zip(*dims, strict=True))
    like = torch.empty_like(torch.empty_strided(shape, strides))
    mine = dense_strides(shape, strides)
    for size, stride, wanted in zip(shape, mine, like.stride(), strict=True):
        assert size == 1 or stride == wanted


def test_a_tensor_keeps_its_order_when_the_trace_ends() -> None:
    seen = []
    for library in (graphnet, torch):
        library.manual_seed(2)
        x = library.ones(3, 5).t() * 2
        x.sum().item()
        seen.append(library.nn.functional.dropout(x).tolist())
    assert seen[0] == seen[1]


@pytest.mark.parametrize("code", lines(IMAGES))
def test_draws_fill_images_in_the_order_of_their_memory(code: str) -> None:
    seen = []
    for library in (graphnet, torch):
        library.manual_seed(1)
        y = library.randn(2, 6, 5, 3).permute(0, 3, 1, 2)
        images = eval(code, {"torch": library, "y": y})
        noise = library.rand_like(images)
        seen.append((noise.tolist(), (library.dropout(images, 0.5, True) == 0).tolist()))
    assert seen[0] == seen[1]
