"""Rules of autograd that programs trip over: the same values, warnings and errors as PyTorch's."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

Case = Callable[[Any, Any, Any], Any]
CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


def _functions(torch: Any) -> dict[str, Any]:
    class Plain(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.factor = 2
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * ctx.factor

    class Saving(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            (x,) = ctx.saved_tensors
            return 2 * grad * x

    class Apart(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(x: Any) -> Any:
            return x * 2

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            pass

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * 2

    return {"Plain": Plain.apply, "Saving": Saving.apply, "Apart": Apart.apply}


def _twice(torch: Any, y: Any, x: Any) -> Any:
    y.backward()
    y.backward()
    return x.grad.item()


@case
def twice_through_what_saves_nothing(torch: Any, f: Any, x: Any) -> Any:
    return _twice(torch, f["Plain"](x), x)


@case
def twice_through_it_and_a_sum(torch: Any, f: Any, x: Any) -> Any:
    return _twice(torch, f["Plain"](x) + 1, x)


@case
def twice_through_it_and_a_product(torch: Any, f: Any, x: Any) -> Any:
    return _twice(torch, f["Plain"](x) * x, x)


@case
def twice_through_what_saves(torch: Any, f: Any, x: Any) -> Any:
    return _twice(torch, f["Saving"](x), x)


@case
def twice_after_a_look(torch: Any, f: Any, x: Any) -> Any:
    y = f["Plain"](x)
    y.item()
    return _twice(torch, y, x)


@case
def gradient_of_a_function_with_context(torch: Any, f: Any, x: Any) -> Any:
    return torch.func.grad(lambda t: f["Plain"](t).sum())(torch.ones(2)).tolist()


@case
def gradient_of_a_function_without(torch: Any, f: Any, x: Any) -> Any:
    return torch.func.grad(lambda t: f["Apart"](t).sum())(torch.ones(2)).tolist()


@case
def batch_of_a_function_with_context(torch: Any, f: Any, x: Any) -> Any:
    return torch.func.vmap(f["Plain"])(torch.ones(2)).tolist()


def _checkpointed(torch: Any, x: Any, **options: Any) -> Any:
    checkpoint = importlib.import_module(f"{torch.__name__}.utils.checkpoint").checkpoint
    layer = torch.nn.Linear(1, 1)
    y = checkpoint(layer, x, **options)
    if y.requires_grad:
        y.sum().backward()
    return y.requires_grad, layer.weight.grad is None


@case
def reentrant_without_gradients(torch: Any, f: Any, x: Any) -> Any:
    return _checkpointed(torch, torch.ones(1), use_reentrant=True)


@case
def reentrant_with_gradients(torch: Any, f: Any, x: Any) -> Any:
    return _checkpointed(torch, torch.ones(1, requires_grad=True), use_reentrant=True)


@case
def not_reentrant(torch: Any, f: Any, x: Any) -> Any:
    return _checkpointed(torch, torch.ones(1), use_reentrant=False)


@case
def reentrant_with_keywords(torch: Any, f: Any, x: Any) -> Any:
    return _checkpointed(torch, torch.ones(1), use_reentrant=True, scale=2)


def _chain(torch: Any, x: Any, hooked: str) -> dict[str, Any]:
    w = torch.tensor(2.0, requires_grad=True)
    a = x * 2
    b = a * w
    c = b.square() * w
    chain = {"x": x, "w": w, "a": a, "b": b, "c": c, "z": c * 3 + a}
    for factor, name in enumerate(hooked, start=2):
        chain[name].register_hook(lambda gradient, factor=factor: gradient * factor)
        chain[name].register_hook(lambda gradient: gradient + 1)
    return chain


@case
def hooks_on_inputs(torch: Any, f: Any, x: Any) -> Any:
    found = []
    for names in ("a", "b", "c", "ab", "bc", "ac", "cab", "wc", "wb", "xwabc"):
        for hooked in ("a", "b", "w", "abcw"):
            chain = _chain(torch, torch.tensor(3.0, requires_grad=True), hooked)
            gradients = torch.autograd.grad(chain["z"], [chain[name] for name in names])
            found.append([gradient.item() for gradient in gradients])
    return found


@case
def a_hook_before_a_function(torch: Any, f: Any, x: Any) -> Any:
    y = f["Plain"](x)
    y.register_hook(lambda gradient: gradient * 10)
    return [gradient.item() for gradient in torch.autograd.grad(y * 3, [x, y])]


@case
def inputs_that_are_no_leaves(torch: Any, f: Any, x: Any) -> Any:
    found = []
    for names in ("a", "b", "az", "xb", "cc"):
        for retained in ("", "a", "bz"):
            chain = _chain(torch, torch.tensor(3.0, requires_grad=True), "ab")
            for name in retained:
                chain[name].retain_grad()
            chain["z"].backward(inputs=[chain[name] for name in names], retain_graph=True)
            for name in dict.fromkeys(names + retained):
                gradient = chain[name].grad
                found.append((chain[name].retains_grad, gradient is not None and gradient.item()))
            chain["z"].backward()
            found.append([chain[name].grad.item() for name in dict.fromkeys(names + retained)])
    return found


@case
def inputs_without_gradients(torch: Any, f: Any, x: Any) -> Any:
    (x * x).backward(inputs=[torch.ones(2)])


@pytest.mark.parametrize("name", sorted(CASES))
def test_they_are_pytorchs(name: str) -> None:
    def run(package: str) -> Any:
        torch = importlib.import_module(package)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                x = torch.tensor(3.0, requires_grad=True)
                found = CASES[name](torch, _functions(torch), x)
            except (RuntimeError, ValueError) as error:
                found = str(error).split("\n")[0][:120]
        told = [str(each.message) for each in caught if "inputs have" in str(each.message)]
        return found, told

    assert run("graphnet") == run("torch")
