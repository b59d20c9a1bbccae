"""Arguments for modules on several devices: ``torch.nn.parallel.scatter_gather``. There is one."""

from __future__ import annotations

from typing import Any

__all__ = ["gather", "scatter", "scatter_kwargs"]


def scatter(inputs: Any, target_gpus: Any, dim: int = 0) -> tuple[Any, ...]:
    """The inputs, for the one device there is."""
    return (inputs,)


def scatter_kwargs(
    inputs: Any, kwargs: Any, target_gpus: Any, dim: int = 0
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The same for arguments with and without names."""
    return (inputs or (),), (kwargs or {},)


def gather(outputs: Any, target_device: Any, dim: int = 0) -> Any:
    """The output of the one device there is."""
    return outputs[0]
