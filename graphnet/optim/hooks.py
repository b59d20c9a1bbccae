"""Functions that users hang on optimizers: around each step, and around saving and loading."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphnet.errors import GraphnetError
from graphnet.trace.recorder import current_recorder
from graphnet.utils.hooks import HookTable, RemovableHandle

if TYPE_CHECKING:
    from graphnet.optim.optimizer import Optimizer

StepHook = Callable[..., Any]


class StepHookError(GraphnetError, RuntimeError):
    """A hook before a step that returned what cannot be its arguments."""


class StepHooks:
    """The hooks that run when an optimizer steps."""

    def __init__(self) -> None:
        self.before = HookTable()
        self.after = HookTable()


EVERY_OPTIMIZER = StepHooks()
"""Hooks that run when any optimizer steps: first before a step, last after it."""


def register_optimizer_step_pre_hook(hook: StepHook) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` before each step of every optimizer.

    What it returns, unless ``None``, is a pair that takes the place of ``args`` and ``kwargs``; the
    optimizer is the first of ``args``. Source: PyTorch's page
    ``torch.optim.optimizer.register_optimizer_step_pre_hook``.

    >>> import graphnet as torch
    >>> from graphnet.optim.optimizer import register_optimizer_step_pre_hook
    >>> optimizer = torch.optim.SGD([torch.zeros(1)])
    >>> with register_optimizer_step_pre_hook(lambda optimizer, args, kwargs: print("before")):
    ...     optimizer.step()
    before
    """
    return EVERY_OPTIMIZER.before.add(hook)


def register_optimizer_step_post_hook(hook: StepHook) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` after each step of every optimizer.

    Source: PyTorch's page ``torch.optim.optimizer.register_optimizer_step_post_hook``.

    >>> import graphnet as torch
    >>> from graphnet.optim.optimizer import register_optimizer_step_post_hook
    >>> optimizer = torch.optim.SGD([torch.zeros(1)])
    >>> with register_optimizer_step_post_hook(lambda optimizer, args, kwargs: print("after")):
    ...     optimizer.step()
    after
    """
    return EVERY_OPTIMIZER.after.add(hook)


def with_step_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """A method ``step`` that runs between the hooks of every optimizer and its own.

    What was recorded is run at its end, so that the next training step begins a trace.
    """

    @functools.wraps(step)
    def hooked(*args: Any, **kwargs: Any) -> Any:
        optimizer: Optimizer = args[0]
        own = optimizer._step_hooks
        if EVERY_OPTIMIZER.before or own.before:
            for hook in (*EVERY_OPTIMIZER.before.snapshot(), *own.before.snapshot()):
                given = hook.function(optimizer, args, kwargs)
                if given is not None:
                    args, kwargs = _arguments(given)
        result = step(*args, **kwargs)
        current_recorder().finish_step()
        if own.after or EVERY_OPTIMIZER.after:
            for hook in (*own.after.snapshot(), *EVERY_OPTIMIZER.after.snapshot()):
                hook.function(optimizer, args, kwargs)
        return result

    return hooked


def _arguments(given: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if not isinstance(given, tuple) or len(given) != 2:
        raise StepHookError(
            f"step must return None or a tuple of (new_args, new_kwargs), but got {given}.",
            cure="let the hook return both, as in `return args, kwargs`",
        )
    return given
