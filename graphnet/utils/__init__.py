"""What stands around training, in the shape of ``torch.utils``: data sets, hooks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphnet.utils import benchmark, checkpoint, data, hooks, model_zoo, tensorboard
    from graphnet.utils.swapping import swap_tensors

__all__ = ["benchmark", "checkpoint", "data", "hooks", "model_zoo", "swap_tensors", "tensorboard"]


def __getattr__(name: str) -> Any:
    """Import a part when it is first used."""
    if name == "swap_tensors":
        return import_module("graphnet.utils.swapping").swap_tensors
    if name in __all__ or name in ("_pytree", "cpp_extension"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
