"""Functions that users hang on modules: where they are kept, and how a call runs them."""

from __future__ import annotations

import itertools
import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from graphnet import grad_mode
from graphnet.functions.arguments import RefusedError

if TYPE_CHECKING:
    from graphnet.nn.modules.backward_hooks import Boundary
    from graphnet.nn.modules.module import Module

_ids = itertools.count()


class Hook:
    """A user's function and how it wants to be called."""

    def __init__(self, function: Callable[..., Any], with_kwargs: bool, always_call: bool) -> None:
        self.function = function
        self.with_kwargs = with_kwargs
        self.always_call = always_call


class HookTable(OrderedDict[int, Hook]):
    """Hooks in the order in which they run."""

    def add(
        self,
        function: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Keep a hook, before the others if ``prepend``, until its handle removes it."""
        handle = RemovableHandle(self)
        self[handle.id] = Hook(function, with_kwargs, always_call)
        if prepend:
            self.move_to_end(handle.id, last=False)
        return handle

    def snapshot(self) -> tuple[Hook, ...]:
        """The hooks as they are now: one of them may remove itself while it runs."""
        return tuple(self.values())


class RemovableHandle:
    """Takes a hook off again: by :meth:`remove`, or at the end of a ``with`` block.

    >>> import graphnet as torch
    >>> layer = torch.nn.Identity()
    >>> with layer.register_forward_hook(lambda module, args, result: -result):
    ...     layer(torch.ones(1))
    tensor([-1.])
    >>> layer(torch.ones(1))
    tensor([1.])
    """

    def __init__(self, hooks: HookTable) -> None:
        self.id = next(_ids)
        self._hooks = weakref.ref(hooks)

    def remove(self) -> None:
        """Take the hook off; once is enough, twice does no harm."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class CallHooks:
    """The hooks that run when a module is called; ``used`` once there may be any."""

    def __init__(self) -> None:
        self.used = False
        self.before = HookTable()
        self.after = HookTable()
        self.before_backward = HookTable()
        self.after_backward = HookTable()
        self.legacy: bool | None = None

    def add_after_backward(
        self, hook: Callable[..., Any], scope: str, *, prepend: bool = False, legacy: bool = False
    ) -> RemovableHandle:
        """Keep a backward hook. As in PyTorch, either all are of the old kind or none is."""
        if self.legacy is not None and self.legacy is not legacy:
            raise RefusedError(
                f"Cannot use both regular backward hooks and full backward hooks {scope}. "
                "Please use only one of them."
            )
        self.legacy = legacy
        return self.after_backward.add(hook, prepend=prepend)


class StateHooks:
    """The hooks that run when a module's state is saved or loaded."""

    def __init__(self) -> None:
        self.before_save = HookTable()
        self.after_save = HookTable()
        self.before_load = HookTable()
        self.after_load = HookTable()


EVERY_MODULE = CallHooks()
"""Hooks that run when any module is called, before the module's own."""

_NO_HOOKS = CallHooks()


def _for_every_module() -> CallHooks:
    EVERY_MODULE.used = True
    return EVERY_MODULE


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, args)`` before the ``forward`` of every module.

    What it returns, unless ``None``, takes the place of the arguments.
    """
    return _for_every_module().before.add(hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call ``hook(module, args, result)`` after the ``forward`` of every module.

    What it returns, unless ``None``, takes the place of the result. The options are those of
    :meth:`Module.register_forward_hook`.
    """
    return _for_every_module().after.add(hook, with_kwargs=with_kwargs, always_call=always_call)


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, grad_output)`` before the backward pass of every module.

    What it returns, unless ``None``, takes the place of the gradients.
    """
    return _for_every_module().before_backward.add(hook)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, grad_input, grad_output)`` after the backward pass of every module.

    What it returns, unless ``None``, takes the place of ``grad_input``.
    """
    return _for_every_module().add_after_backward(hook, "as a global Module hook")


def register_module_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """The old name of :func:`register_module_full_backward_hook`.

    See :meth:`Module.register_backward_hook`.
    """
    return _for_every_module().add_after_backward(hook, "as a global Module hook", legacy=True)


def call_with_hooks(module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``module.forward(*args, **kwargs)`` between the hooks of every module and its own."""
    own = module._call_hooks or _NO_HOOKS
    pending = iter((*EVERY_MODULE.after.snapshot(), *own.after.snapshot()))
    result = None
    try:
        for hook in (*EVERY_MODULE.before.snapshot(), *own.before.snapshot()):
            args, kwargs = _replaced_arguments(hook, module, args, kwargs)
        boundary = _boundary(module, own)
        if boundary is not None:
            args = boundary.enter(args)
        result = module.forward(*args, **kwargs)
        for hook in pending:
            replacement = _call_after(hook, module, args, kwargs, result)
            result = result if replacement is None else replacement
        if boundary is not None:
            result = boundary.leave(result)
    except Exception:
        for hook in pending:
            if hook.always_call:
                _call_after_failure(hook, module, args, kwargs, result)
        raise
    return result


def _boundary(module: Module, own: CallHooks) -> Boundary | None:
    """What shows the gradients of this call to the hooks there are now, if there are any."""
    everywhere = EVERY_MODULE
    before = (*everywhere.before_backward.snapshot(), *own.before_backward.snapshot())
    after = (*everywhere.after_backward.snapshot(), *own.after_backward.snapshot())
    if not (before or after) or not grad_mode.enabled():
        return None
    from graphnet.nn.modules.backward_hooks import Boundary

    return Boundary(module, [h.function for h in before], [h.function for h in after])


def _replaced_arguments(
    hook: Hook, module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of the call after ``hook`` has seen them."""
    if not hook.with_kwargs:
        replacement = hook.function(module, args)
        if replacement is None:
            return args, kwargs
        return replacement if isinstance(replacement, tuple) else (replacement,), kwargs
    replacement = hook.function(module, args, kwargs)
    if replacement is None:
        return args, kwargs
    if not isinstance(replacement, tuple) or len(replacement) != 2:
        raise RuntimeError(
            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
            f"but got {replacement}."
        )
    return replacement


def _call_after(
    hook: Hook, module: Module, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
) -> Any:
    if hook.with_kwargs:
        return hook.function(module, args, kwargs, result)
    return hook.function(module, args, result)


def _call_after_failure(
    hook: Hook, module: Module, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
) -> None:
    """Run a hook that wants to run even now; the first error is the one to be raised."""
    try:
        _call_after(hook, module, args, kwargs, result)
    except Exception as error:  # noqa: BLE001
        warnings.warn(
            "module forward hook with ``always_call=True`` raised an exception that was silenced "
            f"as another error was raised in forward: {error}",
            stacklevel=2,
        )
