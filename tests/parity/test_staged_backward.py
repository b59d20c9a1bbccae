"""Backward passes in stages: looks, hooks and user's functions in random programs.

Every program runs four times in graphnet, so that it is interpreted, compiled and replayed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphnet
from graphnet.trace.recorder import Recorder, recording

torch = pytest.importorskip("torch")

numbers = st.integers(0, 30)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("unary"), st.sampled_from(["tanh", "sin", "neg", "clone"]), numbers),
        st.tuples(st.just("binary"), st.sampled_from(["add", "sub", "mul"]), numbers, numbers),
        st.tuples(st.just("function"), st.sampled_from(["Scaled", "Split", "Looking"]), numbers),
        st.tuples(st.just("join"), numbers, numbers),
        st.tuples(st.just("hook"), st.sampled_from(["see", "look", "double", "raise to"]), numbers),
        st.tuples(st.just("look"), numbers),
        st.tuples(st.just("look"), numbers),
        st.tuples(st.just("forget"), numbers),
    ),
    min_size=2,
    max_size=24,
)
first_order = ["all", "inputs", "grad", "intermediate", "given"]


def functions_of(library: Any, log: list[Any]) -> dict[str, Any]:
    """The same three functions with gradients of their own, for either library."""

    class Scaled(library.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            log.append("Scaled")
            return g * x * 1.5

    class Split(library.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2, x.sin()

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            log.append(("Split", g.detach().tolist(), h.detach().tolist()))
            return g - h

    class Looking(library.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            x.sum().item()
            return x + y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            log.append(("Looking", g.sum().item()))
            return g * 0.5, g * 3

    return {each.__name__: each for each in (Scaled, Split, Looking)}


def hook_of(kind: str, name: int, log: list[Any]) -> Any:
    def hook(gradient: Any) -> Any:
        if gradient is None:  # PyTorch calls it for a result of several that has no gradient
            return None
        if kind == "look":
            log.append((name, gradient.detach().tolist()))
            return None
        log.append(name)
        if kind == "double":
            return gradient * 2
        return gradient.sin() + gradient if kind == "raise to" else None

    return hook


class Run:
    """A program run by a library: what it computes, and what its hooks see.

    Attributes:
        log: what hooks and functions saw, in order.
        hooked: the tensors with a hook.
    """

    def __init__(self, library: Any, looks: bool) -> None:
        self.library = library
        self.looks = looks
        self.log: list[Any] = []
        self.functions = functions_of(library, self.log)
        self.hooked: list[Any] = []
        self.leaves = [
            library.from_numpy(np.linspace(low, 1.25, 3)).requires_grad_()
            for low in (-1.0, 0.25, 0.5)
        ]
        self.values = list(self.leaves)

    def take(self, number: int, step: Any) -> None:
        """Do one step of the program."""
        what, *rest = step
        values = self.values
        at = [values[n % len(values)] for n in rest if isinstance(n, int)]
        if what == "hook":
            at[0].register_hook(hook_of(rest[0], number, self.log))
            self.hooked.append(at[0])
        elif what == "look" and self.looks:
            at[0].tolist()
        elif what == "forget" and len(values) > 4:
            del values[3 + rest[0] % (len(values) - 3)]
        elif what == "function":
            extra = (values[0],) if rest[0] == "Looking" else ()
            made = self.functions[rest[0]].apply(at[0], *extra)
            values += made if isinstance(made, tuple) else (made,)
        elif what == "join":
            values.append(at[0] * 0.5 + at[1])
        elif what in ("unary", "binary"):
            values.append(getattr(self.library, rest[0])(*at))

    def loss(self) -> Any:
        """What is differentiated."""
        loss = sum((value * value).sum() for value in self.values[-3:])
        if self.looks:
            loss.item()
        return loss

    def gradients(self, loss: Any, request: str) -> list[Any]:
        """What a request gets."""
        library, leaves = self.library, self.leaves
        options: dict[str, Any] = {"retain_graph": True}
        found: list[Any] = []
        for each in leaves:
            each.grad = None
        if request == "all":
            loss.backward(**options)
        elif request == "inputs":
            loss.backward(inputs=leaves[1:2], **options)
        elif request == "given":
            half = library.full((3,), 0.5, dtype=library.float64)
            library.autograd.backward([loss, self.values[-1]], [None, half], **options)
        else:
            options["allow_unused"] = True
            if request == "intermediate":
                # PyTorch gives some inputs' gradients as they were before their hooks.
                free = [v for v in self.values if not any(v is each for each in self.hooked)]
                leaves = [*free[-1:], leaves[0]]
            elif request in ("second order", "third order"):
                loss = self.slope(loss, options)
                if request == "third order" and loss.requires_grad:
                    loss = self.slope(loss, options)
            if loss.requires_grad:
                found += library.autograd.grad(loss, leaves, **options)
        found += [each.grad for each in self.leaves]
        return [None if gradient is None else gradient.tolist() for gradient in found]

    def slope(self, loss: Any, options: dict[str, Any]) -> Any:
        """A number that depends on all gradients by leaves."""
        found = self.library.autograd.grad(loss, self.leaves, create_graph=True, **options)
        return sum(gradient.sin().sum() for gradient in found if gradient is not None)


def run(library: Any, program: Any, requests: Any, looks: bool = True) -> tuple[Any, Any]:
    """The gradients that a program gets, and what its hooks saw, in order."""
    running = Run(library, looks)
    for number, step in enumerate(program):
        running.take(number, step)
    loss = running.loss()
    return [running.gradients(loss, request) for request in requests], running.log


def close(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, list | tuple) and isinstance(theirs, list | tuple):
        return len(mine) == len(theirs) and all(map(close, mine, theirs))
    if isinstance(mine, float):
        return bool(np.isclose(mine, theirs, rtol=1e-4, atol=1e-4, equal_nan=True))
    return bool(mine == theirs)


@settings(max_examples=150, deadline=None)
@given(
    steps,
    st.lists(
        st.sampled_from([*first_order, "second order", "third order"]), min_size=1, max_size=3
    ),
)
def test_gradients_and_hooks_are_those_of_pytorch(program: Any, requests: Any) -> None:
    expected, order = run(torch, program, requests)
    with recording(Recorder()):
        for _ in range(4):
            found, seen = run(graphnet, program, requests)
            assert close(found, expected), (found, expected)
            assert close(seen, order), (seen, order)


@settings(max_examples=150, deadline=None)
@given(steps, st.lists(st.sampled_from(first_order), min_size=1, max_size=3))
def test_looks_change_no_bit(program: Any, requests: Any) -> None:
    with recording(Recorder()):
        for _ in range(4):
            found, seen = run(graphnet, program, requests)
            assert (found, seen) == run(graphnet, program, requests, looks=False)
