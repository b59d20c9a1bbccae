"""What all ways of pruning have in common: a mask, and the parameter it is laid over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, GraphnetError, ValueRangeError

__all__ = ["BasePruningMethod", "MaskError", "PruningContainer", "check_amount", "count_of"]


class MaskError(GraphnetError, AssertionError):
    """A mask, or scores, of another shape than the parameter."""


def check_amount(amount: Any) -> None:
    """Raise unless this says how much to prune: a share from 0 to 1, or a number of parameters.

    Raises:
        ArgumentError: (a TypeError) it is no number.
        ValueRangeError: (a ValueError) it is negative, or a share above 1.
    """
    if not isinstance(amount, (int, float)):
        raise ArgumentError(f"Invalid type for amount: {amount}. Must be int or float.")
    if amount < 0 or (isinstance(amount, float) and amount > 1):
        raise ValueRangeError(
            f"amount={amount} should either be a float in the range [0, 1] or a non-negative "
            "integer"
        )


def count_of(amount: int | float, size: int) -> int:
    """How many of ``size`` that is.

    Raises:
        ValueRangeError: (a ValueError) more than there are.
    """
    if isinstance(amount, float):
        return round(amount * size)
    if amount > size:
        raise ValueRangeError(
            f"amount={amount} should be smaller than the number of parameters to prune={size}"
        )
    return amount


class BasePruningMethod(ABC):
    """A way to choose which parameters are set to 0; ``compute_mask`` is for subclasses to define.

    Pruning a parameter ``weight`` makes it ``weight_orig``, with a buffer ``weight_mask``; before
    each call ``weight`` is their product. Source: PyTorch's page ``BasePruningMethod``.

    Attributes:
        PRUNING_TYPE: what a method sees of a parameter that was pruned before: ``"unstructured"``
            the elements that are left, ``"structured"`` the slices that are, ``"global"`` all.
    """

    PRUNING_TYPE: ClassVar[str]
    _tensor_name: str | None = None

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """1 where an element stays and 0 where it goes, within the mask that is there already."""

    def __call__(self, module: Any, inputs: Any) -> None:
        """Set the parameter to what is left of it: runs before each call of the module."""
        setattr(module, self._name, self.apply_mask(module))

    @property
    def _name(self) -> str:
        if self._tensor_name is None:
            raise ValueRangeError(f"Module {self} has to be pruned")
        return self._tensor_name

    def apply_mask(self, module: Any) -> Tensor:
        """What is left of a module's parameter."""
        original: Tensor = getattr(module, f"{self._name}_orig")
        mask: Tensor = getattr(module, f"{self._name}_mask")
        left: Tensor = mask.to(dtype=original.dtype) * original
        return left

    @classmethod
    def apply(
        cls,
        module: Any,
        name: str,
        *args: Any,
        importance_scores: Tensor | None = None,
        **kwargs: Any,
    ) -> Any:
        """Prune a parameter of a module, further if it was pruned before.

        Args:
            module: whose parameter.
            name: its name.
            args, kwargs: what the method is made with.
            importance_scores: what to choose by, in place of the parameter's own values.

        Raises:
            MaskError: (an AssertionError) the scores have another shape.
        """
        method: BasePruningMethod = cls(*args, **kwargs)
        method._tensor_name = name
        before = take_off(module, name)
        parameter = getattr(module, name)
        scores = parameter if importance_scores is None else importance_scores
        if scores.shape != parameter.shape:
            raise MaskError(
                f"importance_scores should have the same shape as parameter {name} of {module}, "
                f"got {scores.shape} vs {parameter.shape}"
            )
        if before is None:
            mask = fn.ones_like(parameter)
        else:
            mask = getattr(module, f"{name}_mask").detach().clone()
            method = PruningContainer.of(before, method)
        chosen = method.compute_mask(scores, default_mask=mask)
        if before is None:
            module.register_parameter(f"{name}_orig", parameter)
            del module._parameters[name]
        module.register_buffer(f"{name}_mask", chosen)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(
        self,
        t: Tensor,
        default_mask: Tensor | None = None,
        importance_scores: Tensor | None = None,
    ) -> Tensor:
        """What is left of a tensor.

        >>> import graphnet as torch
        >>> from graphnet.nn.utils import prune
        >>> prune.L1Unstructured(amount=2).prune(torch.tensor([3.0, -1.0, 0.5]))
        tensor([3., -0., 0.])
        """
        scores = t if importance_scores is None else importance_scores
        mask = fn.ones_like(t) if default_mask is None else default_mask
        left: Tensor = t * self.compute_mask(scores, default_mask=mask)
        return left

    def remove(self, module: Any) -> None:
        """Make the pruning last: the parameter is one again, with its zeros."""
        left = self.apply_mask(module)
        delattr(module, self._name)
        original = module._parameters.pop(f"{self._name}_orig")
        original.data = left.data
        del module._buffers[f"{self._name}_mask"]
        setattr(module, self._name, original)


def take_off(module: Any, name: str) -> BasePruningMethod | None:
    """Take the method that prunes a parameter off a module's hooks, and return it."""
    hooks = module._forward_pre_hooks
    for key, method in list(hooks.items()):
        if isinstance(method, BasePruningMethod) and method._tensor_name == name:
            del hooks[key]
            return method
    return None


class PruningContainer(BasePruningMethod):
    """Methods that follow each other, each with what the earlier ones left.

    Raises:
        ArgumentError: (a TypeError) one is none.
        ValueRangeError: (a ValueError) they prune parameters of several names.
    """

    def __init__(self, *args: Any) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if args:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    @classmethod
    def of(cls, before: BasePruningMethod, method: BasePruningMethod) -> Self:
        """The methods so far and one more."""
        made = before if isinstance(before, cls) else cls(before)
        made.add_pruning_method(method)
        return made

    def add_pruning_method(self, method: Any) -> None:
        """Let another method follow."""
        if method is None:
            return
        if not isinstance(method, BasePruningMethod):
            raise ArgumentError(f"{type(method)} is not a BasePruningMethod subclass")
        if self._tensor_name != method._tensor_name:
            raise ValueRangeError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: int) -> BasePruningMethod:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The last method's, for what it sees of the tensor."""
        method = self._pruning_methods[-1]
        seen = _seen_by(method, t, default_mask)
        part = method.compute_mask(t[seen], default_mask=default_mask[seen])
        mask: Tensor = default_mask.clone()
        mask[seen] = part.to(mask.dtype)
        return mask


def _seen_by(method: Any, t: Tensor, mask: Tensor) -> Any:
    """Which part of a tensor a method sees."""
    kind = method.PRUNING_TYPE
    if kind == "unstructured":
        return mask == 1
    if kind not in ("structured", "global"):
        raise ValueRangeError(f"Unrecognized PRUNING_TYPE {kind}")
    if kind == "structured":
        dim = method.dim % t.dim()
        others = [d for d in range(t.dim()) if d != dim]
        return (*(slice(None),) * dim, mask.sum(dim=others) != 0)
    return (slice(None),) * t.dim()
