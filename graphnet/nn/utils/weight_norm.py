"""Weights by lengths and directions, computed before each call: ``torch.nn.utils.weight_norm``."""

from __future__ import annotations

import warnings
from typing import Any, TypeVar

from graphnet.errors import ValueRangeError
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter
from graphnet.nn.utils.hooks import WeightHook
from graphnet.nn.utils.normalised import length, rescaled

__all__ = ["remove_weight_norm", "weight_norm"]

T = TypeVar("T", bound=Module)


class WeightNorm(WeightHook):
    """Computes a weight of its lengths and directions."""

    def __init__(self, name: str, dim: int) -> None:
        super().__init__(name)
        self.dim = dim

    def compute_weight(self, module: Any) -> Any:
        """The weight."""
        scale, direction = (getattr(module, f"{self.name}_{part}") for part in "gv")
        return rescaled(direction, scale, self.dim)


def weight_norm(module: T, name: str = "weight", dim: int | None = 0) -> T:
    """Replace a weight by parameters for the lengths and the directions of its slices.

    Source: PyTorch's page ``torch.nn.utils.weight_norm``; the newer form is
    ``torch.nn.utils.parametrizations.weight_norm``.

    >>> import warnings, graphnet as torch
    >>> with warnings.catch_warnings(action="ignore"):
    ...     layer = torch.nn.utils.weight_norm(torch.nn.Linear(3, 2))
    >>> sorted(layer.state_dict())
    ['bias', 'weight_g', 'weight_v']
    """
    warnings.warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of "
        "`torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    if WeightNorm.of(module, name) is not None:
        raise ValueRangeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
    hook = WeightNorm(name, -1 if dim is None else dim)
    weight = getattr(module, name)
    del module._parameters[name]
    module.register_parameter(f"{name}_g", Parameter(length(weight.detach(), hook.dim)))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    hook.attach(module)
    return module


def remove_weight_norm(module: T, name: str = "weight") -> T:
    """Let a weight be a parameter again.

    Raises:
        ValueError: it is none that :func:`weight_norm` has replaced.
    """
    hook = WeightNorm.of(module, name)
    if hook is None:
        raise ValueRangeError(f"weight_norm of '{name}' not found in {module}")
    weight = hook.compute_weight(module).detach()
    hook.detach(module)
    del module._parameters[f"{name}_g"], module._parameters[f"{name}_v"]
    setattr(module, name, Parameter(weight))
    return module
