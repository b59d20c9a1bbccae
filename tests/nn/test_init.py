"""Initial values: how they are distributed, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.nn import Parameter, init

# Every example is another trace, and the warning that they are many is right.
pytestmark = pytest.mark.filterwarnings("ignore:traces diverge")

FILLS: list[Any] = [
    init.uniform_,
    init.normal_,
    init.trunc_normal_,
    init.ones_,
    init.zeros_,
    init.eye_,
    init.xavier_uniform_,
    init.xavier_normal_,
    init.kaiming_uniform_,
    init.kaiming_normal_,
    init.orthogonal_,
    lambda tensor: init.constant_(tensor, 2.0),
    lambda tensor: init.sparse_(tensor, 0.5),
]


@pytest.mark.parametrize("fill", FILLS)
def test_fills_a_parameter_in_place_and_unseen_by_the_backward_pass(fill: Any) -> None:
    parameter = Parameter(torch.full((4, 4), 99.0))
    assert fill(parameter) is parameter
    assert parameter.is_leaf
    assert parameter.requires_grad
    assert 99.0 not in parameter.flatten().tolist()


def test_distributions() -> None:
    torch.manual_seed(0)
    uniform = init.uniform_(torch.empty(100, 100), -1.0, 3.0)
    assert uniform.min().item() >= -1.0
    assert uniform.max().item() <= 3.0
    assert uniform.mean().item() == pytest.approx(1.0, abs=0.1)
    normal = init.normal_(torch.empty(100, 100), 2.0, 0.5)
    assert normal.mean().item() == pytest.approx(2.0, abs=0.05)
    assert normal.std().item() == pytest.approx(0.5, abs=0.05)


@given(st.floats(-2, 2), st.floats(0.1, 3), st.floats(-3, 3), st.floats(0.01, 3))
def test_truncated_normal_keeps_its_bounds(
    mean: float, std: float, low: float, width: float
) -> None:
    high = low + width
    if mean < low - 2 * std or mean > high + 2 * std:
        return
    drawn = init.trunc_normal_(torch.empty(200), mean, std, low, high)
    slack = 1e-5 * max(abs(low), abs(high))
    assert drawn.min().item() >= low - slack
    assert drawn.max().item() <= high + slack


def test_truncated_normal_is_normal_in_between() -> None:
    torch.manual_seed(0)
    inside = init.trunc_normal_(torch.empty(20000))
    assert inside.std().item() == pytest.approx(0.8796, abs=0.02)
    tail = init.trunc_normal_(torch.empty(20000), a=1.0, b=2.0)
    assert tail.mean().item() == pytest.approx(1.3831, abs=0.02)


@pytest.mark.parametrize(
    ("fill", "std"),
    [
        (init.xavier_uniform_, math.sqrt(2 / (60 * 9 + 40 * 9))),
        (init.xavier_normal_, math.sqrt(2 / (60 * 9 + 40 * 9))),
        (init.kaiming_uniform_, math.sqrt(2 / (40 * 9))),
        (init.kaiming_normal_, math.sqrt(2 / (40 * 9))),
        (lambda tensor: init.kaiming_normal_(tensor, mode="fan_out"), math.sqrt(2 / (60 * 9))),
        (
            lambda tensor: init.kaiming_uniform_(tensor, nonlinearity="linear"),
            math.sqrt(1 / (40 * 9)),
        ),
        (lambda tensor: init.xavier_normal_(tensor, gain=3.0), 3 * math.sqrt(2 / (100 * 9))),
    ],
)
def test_standard_deviations(fill: Any, std: float) -> None:
    torch.manual_seed(0)
    assert fill(torch.empty(60, 40, 3, 3)).std().item() == pytest.approx(std, rel=0.03)


@given(st.integers(1, 6), st.integers(1, 6))
def test_orthogonal(rows: int, columns: int) -> None:
    w = init.orthogonal_(torch.empty(rows, columns), gain=2.0)
    product = w @ w.T if rows < columns else w.T @ w
    assert torch.allclose(product, 4 * torch.eye(min(rows, columns)), atol=1e-4)


def test_dirac_passes_channels_on() -> None:
    layer = torch.nn.Conv2d(4, 4, 3, padding=1, bias=False)
    init.dirac_(layer.weight)
    x = torch.randn(2, 4, 5, 5)
    assert torch.allclose(layer(x), x)
    grouped = init.dirac_(torch.empty(4, 2, 3), groups=2)
    assert grouped[:, :, 1].tolist() == [[1.0, 0.0], [0.0, 1.0]] * 2
    assert grouped.sum().item() == 4.0


def test_eye_and_sparse() -> None:
    assert init.eye_(torch.empty(2, 3)).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    zeros = (init.sparse_(torch.empty(10, 4), 0.25) == 0).sum(0)
    assert zeros.tolist() == [3] * 4


@pytest.mark.parametrize(
    ("name", "gain"),
    [("linear", 1.0), ("sigmoid", 1.0), ("tanh", 5 / 3), ("relu", math.sqrt(2)), ("selu", 0.75)],
)
def test_gains(name: str, gain: float) -> None:
    assert init.calculate_gain(name) == gain


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: init.calculate_gain("flat"), "Unsupported nonlinearity flat"),
        (lambda: init.calculate_gain("leaky_relu", True), "negative_slope True not a valid number"),
        (lambda: init.xavier_normal_(torch.empty(3)), "fewer than 2 dimensions"),
        (lambda: init.kaiming_normal_(torch.empty(3, 3), mode="up"), "Mode up not supported"),
        (lambda: init.eye_(torch.empty(3)), "Only tensors with 2 dimensions are supported"),
        (lambda: init.dirac_(torch.empty(3, 3)), "Only tensors with 3, 4, or 5 dimensions"),
        (lambda: init.dirac_(torch.empty(3, 1, 1), 2), "dim 0 must be divisible by groups"),
        (lambda: init.orthogonal_(torch.empty(3)), "Only tensors with 2 or more dimensions"),
        (lambda: init.sparse_(torch.empty(3), 0.1), "Only tensors with 2 dimensions"),
    ],
)
def test_what_is_refused(work: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        work()


def test_warnings() -> None:
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        init.kaiming_normal_(torch.empty(0, 3))
    with pytest.warns(UserWarning, match=r"more than 2 std \(1\.0\) from \[a, b\]"):
        init.trunc_normal_(torch.empty(3), mean=5.0)
    with pytest.warns(FutureWarning, match="`nn.init.normal` is now deprecated in favor of"):
        init.normal(torch.empty(3))
