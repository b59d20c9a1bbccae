"""Derivatives along directions: those of PyTorch's forward mode."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")
# PyTorch itself calls what it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit")

PROGRAMS: dict[str, Callable[[Any, Any], Any]] = {}


def program(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    PROGRAMS[function.__name__] = function
    return function


@program
def elementwise(torch: Any, x: Any) -> Any:
    return torch.sin(x) * x + torch.exp(-x)


@program
def product(torch: Any, x: Any) -> Any:
    return (x @ x.mT).softmax(-1)


@program
def in_place(torch: Any, x: Any) -> Any:
    y = x.clone()
    y.mul_(x)
    y[0] = 5.0
    return y


@program
def layers(torch: Any, x: Any) -> Any:
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.LayerNorm(4))
    return net(x)


@program
def constant(torch: Any, x: Any) -> Any:
    return (x > 0).float()


@program
def detached(torch: Any, x: Any) -> Any:
    return x.detach() * 2


@program
def viewed(torch: Any, x: Any) -> Any:
    return x.t()[1:].reshape(-1)


@program
def own_function(torch: Any, x: Any) -> Any:
    class Exponential(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any, factor: float) -> Any:
            result = torch.exp(x) * factor
            ctx.save_for_forward(result)
            return result

        @staticmethod
        def jvp(ctx: Any, direction: Any, _: Any) -> Any:
            (result,) = ctx.saved_tensors
            return direction * result

    return Exponential.apply(x, 2.0)


@pytest.mark.parametrize("name", sorted(PROGRAMS))
@pytest.mark.parametrize("wanted", [False, True])
def test_derivatives_are_pytorchs(name: str, wanted: bool) -> None:
    def run(package: str) -> Any:
        torch = importlib.import_module(package)
        forward_ad = importlib.import_module(f"{package}.autograd.forward_ad")
        torch.manual_seed(0)
        x = torch.randn(2, 3, requires_grad=wanted)
        direction = torch.randn(2, 3)
        with forward_ad.dual_level():
            dual = forward_ad.make_dual(x, direction)
            assert forward_ad.unpack_dual(dual).tangent is direction
            output = PROGRAMS[name](torch, dual)
            primal, tangent = forward_ad.unpack_dual(output)
        assert forward_ad.unpack_dual(output).tangent is None
        return primal.tolist(), None if tangent is None else tangent.tolist()

    ours, theirs = run("graphnet"), run("torch")
    assert (ours[1] is None) == (theirs[1] is None)
    for mine, other in zip(ours, theirs, strict=True):
        if mine is not None:
            for row, expected in zip(mine, other, strict=True):
                assert row == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_gradients_of_derivatives_are_pytorchs() -> None:
    def run(package: str) -> Any:
        torch = importlib.import_module(package)
        forward_ad = importlib.import_module(f"{package}.autograd.forward_ad")
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        w = torch.tensor([3.0, 5.0], requires_grad=True)
        with forward_ad.dual_level():
            dual = forward_ad.make_dual(x, torch.ones(2))
            tangent = forward_ad.unpack_dual((w * dual**3).sum()).tangent
            found = torch.autograd.grad(tangent, (x, w))
        plain = forward_ad.unpack_dual(x).primal is x
        return tangent.item(), [each.tolist() for each in found], plain

    assert run("graphnet") == run("torch")


def test_plain_duals_leave_results_without_history() -> None:
    torch = importlib.import_module("graphnet")
    forward_ad = importlib.import_module("graphnet.autograd.forward_ad")
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(torch.ones(2), torch.ones(2))
        primal, tangent = forward_ad.unpack_dual(dual * 2)
    assert not primal.requires_grad
    assert not tangent.requires_grad


def test_problems_are_reported_as_in_pytorch() -> None:
    def run(package: str) -> Any:
        torch = importlib.import_module(package)
        forward_ad = importlib.import_module(f"{package}.autograd.forward_ad")
        one = torch.ones(2)
        attempts: list[Callable[[], Any]] = [
            lambda: forward_ad.make_dual(one, torch.ones(3)),
            lambda: forward_ad.make_dual(one.int(), one),
            lambda: forward_ad.make_dual(one, one.int()),
            forward_ad.enter_dual_level,
        ]
        told = [_told(lambda: forward_ad.make_dual(one, one)), _told(forward_ad.exit_dual_level)]
        with forward_ad.dual_level() as level:
            return [level, *told, *map(_told, attempts)]

    assert run("graphnet") == run("torch")


def _told(attempt: Callable[[], Any]) -> list[str]:
    with pytest.raises((RuntimeError, ValueError)) as caught:
        attempt()
    kind = next(each for each in type(caught.value).__mro__ if each.__module__ == "builtins")
    return [kind.__name__, str(caught.value).split("\n  ")[0]]


def test_derivatives_are_checked_as_in_pytorch() -> None:
    def run(package: str) -> Any:
        torch = importlib.import_module(package)

        def times(factor: int) -> Any:
            class Twice(torch.autograd.Function):  # type: ignore[misc, name-defined]
                @staticmethod
                def forward(ctx: Any, x: Any) -> Any:
                    return x * 2

                @staticmethod
                def jvp(ctx: Any, direction: Any) -> Any:
                    return direction * factor

            return Twice.apply

        x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
        options = {"check_forward_ad": True, "check_backward_ad": False, "raise_exception": False,
                   "check_undefined_grad": False, "check_batched_grad": False}  # fmt: skip
        gradcheck = torch.autograd.gradcheck
        found = [gradcheck(times(factor), (x,), **options) for factor in (2, 3)]
        return [*found, gradcheck(torch.sin, (x,), check_forward_ad=True)]

    assert run("graphnet") == run("torch") == [True, False, True]


def test_functorch_is_there() -> None:
    functorch = importlib.import_module("graphnet.functorch")
    torch = importlib.import_module("graphnet")
    net, parameters = functorch.make_functional(torch.nn.Linear(2, 1))
    x = torch.ones(3, 2)

    def loss(given: Any) -> Any:
        return net(given, x).sum()

    weight, bias = functorch.grad(loss)(parameters)
    assert weight.tolist() == [[3.0, 3.0]]
    assert bias.tolist() == [3.0]
    with pytest.raises(RuntimeError, match="has buffers"):
        functorch.make_functional(torch.nn.BatchNorm1d(2))
    call, stacked, buffers = functorch.combine_state_for_ensemble([torch.nn.Linear(2, 1)] * 2)
    assert functorch.vmap(call, (0, 0, None))(stacked, buffers, x).shape == (2, 3, 1)
