"""``autograd.Function``: what happens around a user's ``forward`` and ``backward``."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

import graphnet as torch
from graphnet.autograd.function import Function, once_differentiable
from graphnet.errors import ArgumentError, AutogradError


class Cube(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        (x,) = ctx.saved_tensors
        return grad_outputs[0] * 3 * x**2


class Exp(Function):
    """Saves its output."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        (y,) = ctx.saved_tensors
        return grad_outputs[0] * y


class Scale(Function):
    """Takes a number, and sets its context up apart."""

    @staticmethod
    def forward(x: Any, factor: float) -> Any:
        return x * factor

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.factor = inputs[1]

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        return grad_outputs[0] * ctx.factor, None


class Count(Function):
    """Adds one to its input in place."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.mark_dirty(x)
        return x.add_(1)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        return grad_outputs[0] * 10


def leaf(*numbers: float) -> Any:
    return torch.tensor(numbers, requires_grad=True)


def test_the_gradient_is_the_users_own() -> None:
    x = leaf(1.0, 2.0)
    y = Cube.apply(x * 2)
    assert y.grad_fn.name() == "CubeBackward"
    (y * 3).sum().backward()
    assert x.grad.tolist() == [72.0, 288.0]


@pytest.mark.parametrize("look", [False, True])
def test_training_steps_are_compiled_with_it(look: bool) -> None:
    """Five steps by hand-made gradients are the same five as by the operations' own."""
    results = []
    for cube, exp in ((Cube.apply, Exp.apply), (lambda x: x**3, torch.exp)):
        w = leaf(0.5, -0.25, 0.125)
        optimizer = torch.optim.SGD([w], lr=0.1)
        losses = []
        for _ in range(5):
            optimizer.zero_grad()
            loss = (exp(cube(w) - w) ** 2).sum()
            if look:
                losses.append(loss.item())
            loss.backward()
            optimizer.step()
        results.append((losses, w.tolist()))
    (losses, w), (expected_losses, expected_w) = results
    assert losses == pytest.approx(expected_losses, rel=1e-6)
    assert w == pytest.approx(expected_w, rel=1e-6)


@pytest.mark.parametrize("function", [Cube, Exp])
def test_gradients_can_be_differentiated(function: Any) -> None:
    plain = {Cube: lambda x: x**3, Exp: torch.exp}[function]
    found = []
    for f in (function.apply, plain):
        x = leaf(0.5, 1.5)
        (first,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad((first**2).sum(), x, create_graph=True)
        (third,) = torch.autograd.grad(second.sum(), x)
        found.append([first.tolist(), second.tolist(), third.tolist()])
    assert found[0] == [pytest.approx(each, rel=1e-5) for each in found[1]]


def test_arguments_need_not_be_tensors_and_may_be_named() -> None:
    x = leaf(1.0)
    (Scale.apply(x, 3.0) + Scale.apply(x, factor=4.0)).backward()
    assert x.grad.tolist() == [7.0]


def test_inputs_written_to_are_outputs() -> None:
    x = leaf(1.0, 2.0)
    y = x * 1
    assert Count.apply(y) is y
    (y * y).sum().backward()
    assert y.tolist() == [2.0, 3.0]
    assert x.grad.tolist() == [40.0, 60.0]
    with pytest.raises(AutogradError, match="a leaf Variable that requires grad"):
        Count.apply(x)


def test_hooks_on_the_output_come_before_it() -> None:
    x = leaf(1.0)
    y = Scale.apply(x, 3.0)
    y.register_hook(lambda g: g + 1)
    y.sum().backward()
    assert x.grad.tolist() == [6.0]


def test_outputs_may_be_several_without_gradients_or_no_tensors() -> None:
    seen: list[Any] = []

    class Several(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            constant = x + 1
            ctx.mark_non_differentiable(constant)
            return x * 2, constant, x.argmax(), "text", x * 3

        @staticmethod
        def backward(ctx: Any, *grad_outputs: Any) -> Any:
            seen.extend(grad_outputs)
            return grad_outputs[0] * 2 + grad_outputs[4] * 3

    x = leaf(1.0, 2.0)
    first, constant, index, text, last = Several.apply(x)
    assert (first.requires_grad, constant.requires_grad, index.item(), text) == (
        True,
        False,
        1,
        "text",
    )
    last.sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    assert [g if g is None else g.tolist() for g in seen] == [[0, 0], [0, 0], 0, None, [1, 1]]


def test_no_gradient_is_not_materialised_unless_wanted() -> None:
    class Two(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(False)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx: Any, *grad_outputs: Any) -> Any:
            assert grad_outputs[0] is None
            return grad_outputs[1] * 2

    x = leaf(1.0)
    Two.apply(x)[1].backward()
    assert x.grad.tolist() == [2.0]


def test_it_runs_as_pytorchs_does() -> None:
    modes: list[Any] = []

    class Modes(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            modes.append((torch.is_grad_enabled(), ctx.needs_input_grad))
            return x * y

        @staticmethod
        def backward(ctx: Any, *grad_outputs: Any) -> Any:
            modes.append(torch.is_grad_enabled())
            return grad_outputs[0], None

    x = leaf(1.0)
    Modes.apply(x, torch.ones(1)).backward()
    torch.autograd.grad(Modes.apply(x, torch.ones(1)), x, create_graph=True)
    assert modes == [(False, (True, False)), False, (False, (True, False)), True]
    assert not Modes.apply(torch.ones(1), torch.ones(1)).requires_grad
    with torch.no_grad():
        assert not Modes.apply(x, x).requires_grad


def test_a_gradient_of_a_broadcast_shape_is_summed() -> None:
    class Broadcast(Cube):
        @staticmethod
        def backward(ctx: Any, *grad_outputs: Any) -> Any:
            return grad_outputs[0].expand(4, 2)

    x = leaf(1.0, 2.0)
    Broadcast.apply(x).sum().backward()
    assert x.grad.tolist() == [4.0, 4.0]


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (lambda g: (), "incorrect number of gradients .expected 1, got 0."),
        (lambda g: (g, g), "incorrect number of gradients .expected 1, got 2."),
        (lambda g: 1.0, "expected Variable or None .got float."),
        (lambda g: g[:1].expand(3), r"got \[3\] but expected shape compatible with \[2\]"),
    ],
)
def test_what_does_not_fit_is_refused(made: Any, problem: str) -> None:
    class Wrong(Cube):
        @staticmethod
        def backward(ctx: Any, *grad_outputs: Any) -> Any:
            return made(grad_outputs[0])

    with pytest.raises(AutogradError, match=problem):
        Wrong.apply(leaf(1.0, 2.0)).sum().backward()


def test_only_tensors_are_saved() -> None:
    class Wrong(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x, 3)
            return x

    with pytest.raises(ArgumentError, match="argument 1 is of type int"):
        Wrong.apply(leaf(1.0))


def test_what_was_saved_must_not_be_written_to() -> None:
    x = leaf(1.0) * 1
    y = Cube.apply(x)
    with torch.no_grad():
        x.add_(1)
    with pytest.raises(AutogradError, match="modified by an inplace operation"):
        y.backward()


def test_a_second_pass_needs_a_retained_graph() -> None:
    x = leaf(1.0)
    y = Cube.apply(x)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [6.0]
    with pytest.raises(AutogradError, match="a second time"):
        y.backward()


def test_once_differentiable_gradients_have_no_history() -> None:
    class Once(Cube):
        @staticmethod
        @once_differentiable
        def backward(ctx: Any, *grad_outputs: Any) -> Any:
            return Cube.backward(ctx, *grad_outputs)

    x = leaf(2.0)
    (gradient,) = torch.autograd.grad(Once.apply(x), x, create_graph=True)
    assert gradient.tolist() == [12.0]
    assert not gradient.requires_grad


def test_legacy_functions_are_refused() -> None:
    with pytest.warns(DeprecationWarning, match="should not be instantiated"):
        legacy = Cube()
    with pytest.raises(AutogradError, match="Legacy autograd function"):
        legacy(leaf(1.0))


def test_what_a_function_saves_goes_with_the_graph() -> None:
    def saved() -> weakref.ref[Any]:
        x = leaf(1.0) * 1
        Exp.apply(Cube.apply(x)).sum()
        return weakref.ref(x)

    reference = saved()
    torch.ones(1).tolist()  # begins another segment
    gc.collect()
    assert reference() is None
