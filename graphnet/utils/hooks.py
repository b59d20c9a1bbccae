"""Functions that users hang on something: ``torch.utils.hooks``."""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Self

_ids = itertools.count()


class Hook:
    """A user's function and how it wants to be called."""

    def __init__(
        self,
        function: Callable[..., Any],
        with_kwargs: bool,
        always_call: bool,
        may_replace: bool = False,
    ) -> None:
        self.function = function
        self.with_kwargs = with_kwargs
        self.always_call = always_call
        self.may_replace = may_replace


class HookTable(OrderedDict[int, Hook]):
    """Hooks in the order in which they run."""

    def add(
        self,
        function: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
        may_replace: bool = False,
    ) -> RemovableHandle:
        """Keep a hook, before the others if ``prepend``, until its handle removes it."""
        handle = RemovableHandle(self)
        self[handle.id] = Hook(function, with_kwargs, always_call, may_replace)
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
        # Hooks that were unpickled have the numbers of another process.
        self.id = next(number for number in _ids if number not in hooks)
        self._hooks = weakref.ref(hooks)

    def remove(self) -> None:
        """Take the hook off; once is enough, twice does no harm."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __getstate__(self) -> tuple[int, HookTable]:
        """What a copy needs: it takes the hook off the copied table."""
        hooks = self._hooks()
        return self.id, HookTable() if hooks is None else hooks

    def __setstate__(self, state: tuple[int, HookTable]) -> None:
        self.id, hooks = state
        self._hooks = weakref.ref(hooks)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


class StateHooks:
    """The hooks that run when a state is saved or loaded."""

    def __init__(self) -> None:
        self.before_save = HookTable()
        self.after_save = HookTable()
        self.before_load = HookTable()
        self.after_load = HookTable()
