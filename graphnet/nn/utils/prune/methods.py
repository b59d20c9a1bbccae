"""The ways of pruning: at random, by size, by slices, or by a mask that is given."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import OutOfRangeError, ValueRangeError
from graphnet.nn.utils.prune.method import BasePruningMethod, MaskError, check_amount, count_of

__all__ = [
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "RandomStructured",
    "RandomUnstructured",
]


class Identity(BasePruningMethod):
    """Prunes nothing: the mask is all ones."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask that is there already."""
        return default_mask


class CustomFromMask(BasePruningMethod):
    """Prunes by a mask that is given, with 0 where an element goes."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Both masks together."""
        if default_mask.shape != self.mask.shape:
            raise MaskError(
                f"default_mask shape {default_mask.shape} must match self.mask shape "
                f"{self.mask.shape}"
            )
        both: Tensor = default_mask * self.mask.to(dtype=default_mask.dtype)
        return both


class _Unstructured(BasePruningMethod):
    """Prunes single elements: as many as ``amount`` says, the smallest by some measure."""

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount: int | float) -> None:
        check_amount(amount)
        self.amount = amount

    @abstractmethod
    def measure(self, t: Tensor) -> Tensor:
        """What elements are chosen by, the smallest first."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """0 for the elements chosen."""
        count = count_of(self.amount, t.nelement())
        mask: Tensor = default_mask.clone()
        if count:
            chosen = fn.topk(self.measure(t).view(-1), k=count, largest=False)
            mask.view(-1)[chosen.indices] = 0
        return mask


class RandomUnstructured(_Unstructured):
    """Prunes elements at random."""

    def measure(self, t: Tensor) -> Tensor:
        """Random numbers: PyTorch prunes where they are greatest."""
        numbers: Tensor = -fn.rand_like(t)
        return numbers


class L1Unstructured(_Unstructured):
    """Prunes the elements of the smallest absolute value."""

    def measure(self, t: Tensor) -> Tensor:
        """The absolute values."""
        sizes: Tensor = fn.abs(t)
        return sizes


class _Structured(BasePruningMethod):
    """Prunes whole slices along a dimension: as many as ``amount`` says."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: int | float, dim: int = -1) -> None:
        check_amount(amount)
        self.amount, self.dim = amount, dim

    @abstractmethod
    def kept(self, t: Tensor, count: int) -> Any:
        """Which slices stay, as an index, where ``count`` of them go."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """0 for the slices chosen.

        Raises:
            ValueRangeError: (a ValueError) the tensor has fewer than two dimensions.
            OutOfRangeError: (an IndexError) there is no such dimension.
        """
        if t.dim() < 2:
            raise ValueRangeError(
                "Structured pruning can only be applied to multidimensional tensors. Found tensor "
                f"of shape {t.shape} with {t.dim()} dims"
            )
        if not -t.dim() <= self.dim < t.dim():
            raise OutOfRangeError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        count = count_of(self.amount, t.shape[self.dim])
        if not count:
            return default_mask
        mask = fn.zeros_like(t)
        mask.transpose(0, self.dim)[self.kept(t, count)] = 1
        left: Tensor = mask * default_mask.to(dtype=mask.dtype)
        return left


class RandomStructured(_Structured):
    """Prunes slices at random."""

    def kept(self, t: Tensor, count: int) -> Any:
        """Those whose random number is beyond the smallest ``count``."""
        numbers = fn.rand(t.shape[self.dim])
        return numbers > fn.kthvalue(numbers, k=count).values


class LnStructured(_Structured):
    """Prunes the slices of the smallest norm of order ``n``."""

    def __init__(self, amount: int | float, n: Any, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def kept(self, t: Tensor, count: int) -> Any:
        """Those of the greatest norms."""
        others = [d for d in range(t.dim()) if d != self.dim % t.dim()]
        norms = fn.norm(t, p=self.n, dim=others)
        return fn.topk(norms, k=t.shape[self.dim] - count, largest=True).indices
