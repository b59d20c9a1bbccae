"""The chi-squared distribution."""

from __future__ import annotations

from typing import Any

from graphnet._tensor import Tensor
from graphnet.distributions import constraints
from graphnet.distributions.gamma import Gamma
from graphnet.functions.creation import as_tensor

__all__ = ["Chi2"]


class Chi2(Gamma):
    """The sum of ``df`` squared normal numbers.

    >>> import graphnet as torch
    >>> torch.distributions.Chi2(torch.tensor(3.0)).variance
    tensor(6.)
    """

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        half = 0.5 * as_tensor(df)
        super().__init__(half, 0.5, validate_args=validate_args)

    @property
    def df(self) -> Tensor:
        """The degrees of freedom."""
        found: Tensor = self.concentration * 2
        return found
