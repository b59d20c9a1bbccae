"""Hooks that compute a weight before each call of a module."""

from __future__ import annotations

from typing import Any, Self

from graphnet.utils.hooks import RemovableHandle


class WeightHook:
    """Sets an attribute of a module to what :meth:`compute_weight` gives, before each call."""

    handle: RemovableHandle

    def __init__(self, name: str) -> None:
        self.name = name

    def compute_weight(self, module: Any) -> Any:
        """The weight, for subclasses to define."""
        raise NotImplementedError(f"{type(self).__name__} does not compute a weight")

    def __call__(self, module: Any, inputs: Any) -> None:
        """Set it."""
        setattr(module, self.name, self.compute_weight(module))

    def attach(self, module: Any, *, compute: bool = True) -> None:
        """Set the weight before each call from now on, and now."""
        if compute:
            self(module, None)
        self.handle = module.register_forward_pre_hook(self)

    def detach(self, module: Any) -> None:
        """Set it no more; the attribute goes."""
        self.handle.remove()
        delattr(module, self.name)

    @classmethod
    def of(cls, module: Any, name: str) -> Self | None:
        """The hook of this kind on a module's weight."""
        hooks = module._call_hooks
        for hook in hooks.before.snapshot() if hooks is not None else ():
            if isinstance(hook.function, cls) and hook.function.name == name:
                return hook.function
        return None
