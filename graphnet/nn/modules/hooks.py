"""Functions that users hang on modules, and how a call runs them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from graphnet import grad_mode
from graphnet.functions.arguments import RefusedError
from graphnet.utils.hooks import Hook, HookTable, RemovableHandle

if TYPE_CHECKING:
    from graphnet.nn.modules.backward_hooks import Boundary
    from graphnet.nn.modules.module import Module


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


class Functions(MutableMapping[int, Callable[..., Any]]):
    """A table of hooks as PyTorch's: the functions themselves, by the number of their handle."""

    def __init__(self, table: HookTable) -> None:
        self._table = table

    def __getitem__(self, key: int) -> Callable[..., Any]:
        return self._table[key].function

    def __setitem__(self, key: int, function: Callable[..., Any]) -> None:
        self._table[key] = Hook(function, with_kwargs=False, always_call=False)

    def __delitem__(self, key: int) -> None:
        del self._table[key]

    def __iter__(self) -> Iterator[int]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def __repr__(self) -> str:
        return f"OrderedDict({list(self.items())!r})"


class OwnTable:
    """One of the tables of a module's own hooks, as programs count and clear them.

    >>> import graphnet as torch
    >>> layer = torch.nn.Identity()
    >>> handle = layer.register_forward_hook(print)
    >>> list(layer._forward_hooks.values())
    [<built-in function print>]
    """

    def __init__(self, table: str) -> None:
        self._table = table

    def __get__(self, module: Module | None, owner: type[Module]) -> Any:
        return self if module is None else Functions(getattr(module._own_call_hooks(), self._table))


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
