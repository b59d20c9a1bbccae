"""Hooks around the call of a module."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import graphnet as torch
from graphnet import nn
from graphnet.nn.modules.hooks import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)


class Add(nn.Module):
    def forward(self, x: Any, *, plus: float = 1.0) -> Any:
        return x + plus


def double(module: nn.Module, args: Any, result: Any) -> Any:
    return result * 2


def test_before_the_call() -> None:
    layer = Add()
    seen = []
    layer.register_forward_pre_hook(lambda module, args: seen.append((module, args)))
    layer.register_forward_pre_hook(lambda module, args: args[0] + 1)
    layer.register_forward_pre_hook(lambda module, args: (args[0] * 10,))
    assert layer(1.0) == 21.0
    assert seen == [(layer, (1.0,))]


def test_before_the_call_with_keywords() -> None:
    layer = Add()
    layer.register_forward_pre_hook(lambda module, args, kwargs: None, with_kwargs=True)
    layer.register_forward_pre_hook(
        lambda module, args, kwargs: (args, {"plus": kwargs["plus"] * 2}), with_kwargs=True
    )
    assert layer(1.0, plus=3.0) == 7.0
    layer.register_forward_pre_hook(lambda module, args, kwargs: args, with_kwargs=True)
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of \(new_args, new_kw"):
        layer(1.0, plus=3.0)


def test_after_the_call() -> None:
    layer = Add()
    seen = []
    layer.register_forward_hook(lambda module, args, result: seen.append((module, args, result)))
    layer.register_forward_hook(double)
    layer.register_forward_hook(
        lambda module, args, kwargs, result: result + kwargs["plus"], with_kwargs=True
    )
    assert layer(1.0, plus=3.0) == 11.0
    assert seen == [(layer, (1.0,), 4.0)]


def test_order() -> None:
    layer = Add()
    calls: list[str] = []
    layer.register_forward_hook(lambda *_: calls.append("second"))
    layer.register_forward_hook(lambda *_: calls.append("first"), prepend=True)
    layer.register_forward_pre_hook(lambda *_: calls.append("before 2"))
    layer.register_forward_pre_hook(lambda *_: calls.append("before 1"), prepend=True)
    with (
        register_module_forward_pre_hook(lambda *_: calls.append("every before")),
        register_module_forward_hook(lambda *_: calls.append("every after")),
    ):
        layer(1.0)
    assert calls == ["every before", "before 1", "before 2", "every after", "first", "second"]
    calls.clear()
    layer(1.0)
    assert calls == ["before 1", "before 2", "first", "second"]


def test_hooks_on_every_module() -> None:
    names = []
    with register_module_forward_hook(lambda module, *_: names.append(type(module).__name__)):
        nn.Sequential(nn.Identity(), nn.Sequential(nn.Identity()))(1.0)
    assert names == ["Identity", "Identity", "Sequential", "Sequential"]
    with register_module_forward_pre_hook(lambda module, args: (args[0] + 1,)):
        assert nn.Identity()(1.0) == 2.0


def test_removing() -> None:
    layer = Add()
    handle = layer.register_forward_hook(double)
    assert layer(1.0) == 4.0
    handle.remove()
    handle.remove()
    assert layer(1.0) == 2.0
    with layer.register_forward_hook(double):
        assert layer(1.0) == 4.0
    assert layer(1.0) == 2.0
    gone = Add().register_forward_hook(double)
    gone.remove()


def test_a_hook_may_remove_itself() -> None:
    layer = Add()
    calls = []

    def once(*_: Any) -> None:
        calls.append(1)
        handle.remove()

    handle = layer.register_forward_hook(once)
    layer(1.0)
    layer(1.0)
    assert calls == [1]


class Failing(nn.Module):
    def forward(self) -> None:
        raise ValueError("forward failed")


def test_hooks_that_are_always_called() -> None:
    layer = Failing()
    calls = []
    layer.register_forward_hook(lambda *_: calls.append("never"))
    layer.register_forward_hook(lambda *given: calls.append(given[1:]), always_call=True)
    with pytest.raises(ValueError, match="forward failed"):
        layer()
    assert calls == [((), None)]

    def fail(*_: Any) -> None:
        raise KeyError("hook failed")

    layer.register_forward_hook(fail, always_call=True)
    with (
        pytest.warns(UserWarning, match="was silenced as another error was raised in forward"),
        pytest.raises(ValueError, match="forward failed"),
    ):
        layer()


def test_always_called_once_when_a_hook_fails() -> None:
    layer = Add()
    calls = []

    def fail(*_: Any) -> None:
        raise KeyError("hook failed")

    layer.register_forward_hook(lambda *_: calls.append("first"), always_call=True)
    layer.register_forward_hook(fail)
    layer.register_forward_hook(
        lambda module, args, kwargs, result: calls.append(result),
        with_kwargs=True,
        always_call=True,
    )
    with pytest.raises(KeyError, match="hook failed"):
        layer(1.0)
    assert calls == ["first", 2.0]


def test_copies_have_hooks_of_their_own() -> None:
    layer = Add()
    handle = layer.register_forward_hook(double)
    copied, pickled = copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))
    handle.remove()
    assert (layer(1.0), copied(1.0), pickled(1.0)) == (2.0, 4.0, 4.0)


def test_hooks_see_tensors() -> None:
    layer = nn.Linear(2, 2)
    shapes = []
    layer.register_forward_hook(lambda module, args, result: shapes.append(result.shape))
    layer(torch.ones(3, 2))
    assert shapes == [(3, 2)]
