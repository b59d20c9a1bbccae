"""Weights divided by their largest singular value, before each call."""

from __future__ import annotations

from typing import Any, TypeVar

from graphnet.errors import ValueRangeError
from graphnet.functions.linalg import dot, mv
from graphnet.grad_mode import no_grad
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter
from graphnet.nn.utils.hooks import WeightHook
from graphnet.nn.utils.normalised import as_matrix, output_dim, random_direction, towards

__all__ = ["remove_spectral_norm", "spectral_norm"]

T = TypeVar("T", bound=Module)


class SpectralNorm(WeightHook):
    """Divides a weight by its largest singular value, which the power method finds."""

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__(name)
        if n_power_iterations <= 0:
            raise ValueRangeError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.n_power_iterations, self.dim, self.eps = n_power_iterations, dim, eps

    def compute_weight(self, module: Any) -> Any:
        """The weight; in training mode the vectors take a few steps first."""
        weight = getattr(module, f"{self.name}_orig")
        u, v = getattr(module, f"{self.name}_u"), getattr(module, f"{self.name}_v")
        matrix = as_matrix(weight, self.dim)
        if module.training:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(towards(matrix.t(), u, self.eps))
                    u.copy_(towards(matrix, v, self.eps))
            u, v = u.clone(), v.clone()
        return weight / dot(u, mv(matrix, v))


def spectral_norm(
    module: T,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> T:
    """Let a weight be divided by its largest singular value before each call.

    Source: PyTorch's page ``torch.nn.utils.spectral_norm``.

    >>> import graphnet as torch
    >>> layer = torch.nn.utils.spectral_norm(torch.nn.Linear(3, 2))
    >>> sorted(layer.state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    if SpectralNorm.of(module, name) is not None:
        raise ValueRangeError(
            f"Cannot register two spectral_norm hooks on the same parameter {name}"
        )
    hook = SpectralNorm(name, n_power_iterations, output_dim(module, dim), eps)
    weight = module._parameters[name]
    if weight is None:
        raise ValueRangeError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    rows, columns = as_matrix(weight.detach(), hook.dim).shape
    u = random_direction(weight.detach(), rows, eps)
    v = random_direction(weight.detach(), columns, eps)
    del module._parameters[name]
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    hook.attach(module, compute=False)
    return module


def remove_spectral_norm(module: T, name: str = "weight") -> T:
    """Let a weight be a parameter again, as it is now.

    Raises:
        ValueError: it is none that :func:`spectral_norm` divides.
    """
    hook = SpectralNorm.of(module, name)
    if hook is None:
        raise ValueRangeError(f"spectral_norm of '{name}' not found in {module}")
    was = module.training
    module.train(False)
    with no_grad():
        weight = hook.compute_weight(module)
    module.train(was)
    hook.detach(module)
    del module._buffers[f"{name}_u"], module._buffers[f"{name}_v"]
    del module._parameters[f"{name}_orig"]
    module.register_parameter(name, Parameter(weight.detach()))
    return module
