"""Branches left out at random. Source: torchvision's page "Operators"."""

from __future__ import annotations

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import Module

__all__ = ["StochasticDepth", "stochastic_depth"]


def stochastic_depth(input: Tensor, p: float, mode: str, training: bool = True) -> Tensor:
    """Zeros with probability ``p``, else the input, enlarged so that the mean stays.

    Args:
        input: a batch.
        p: how likely it is left out.
        mode: ``"batch"`` leaves all rows out or none, ``"row"`` each by itself.
        training: if not, nothing is left out.

    Raises:
        ValueRangeError: (a ValueError) there is no such probability or mode.
    """
    if not 0 <= p <= 1:
        raise ValueRangeError(f"drop probability has to be between 0 and 1, but got {p}")
    if mode not in ("batch", "row"):
        raise ValueRangeError(f"mode has to be either 'batch' or 'row', but got {mode}")
    if not training or p == 0:
        return input
    size = [input.shape[0] if mode == "row" else 1] + [1] * (input.ndim - 1)
    noise = input.new_empty(size).bernoulli_(1 - p)
    if p < 1:
        noise.div_(1 - p)
    kept: Tensor = input * noise
    return kept


class StochasticDepth(Module):
    """A layer that does."""

    def __init__(self, p: float, mode: str) -> None:
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, input: Tensor) -> Tensor:
        """Leave some out."""
        return stochastic_depth(input, self.p, self.mode, self.training)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p}, mode={self.mode})"
