"""Derivatives along directions, as a program computes: ``torch.autograd.forward_ad``.

A dual tensor is a tensor with a direction; of what is computed with it, the derivative along that
direction can be asked for. Here it is computed when it is asked for, from the graph: reverse mode
twice, as in :func:`graphnet.func.jvp`. So duals have a history, and ``no_grad`` ends it.

Source: PyTorch's page "Forward-mode Automatic Differentiation".
"""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from typing import Final, NamedTuple
from weakref import ref

from graphnet._tensor import Tensor
from graphnet.autograd.engine import grad
from graphnet.autograd.function import going_forward
from graphnet.errors import AutogradError, ShapeError, ValueRangeError
from graphnet.functions.factories import zeros_like
from graphnet.grad_mode import enable_grad
from graphnet.ops.convert import Cast, Identity

__all__ = [
    "UnpackedDualTensor",
    "dual_level",
    "enter_dual_level",
    "exit_dual_level",
    "make_dual",
    "unpack_dual",
]


class UnpackedDualTensor(NamedTuple):
    """A tensor, and its derivative along the direction: None if it does not depend on a dual."""

    primal: Tensor
    tangent: Tensor | None


class _Level:
    """The duals of a block.

    Attributes:
        anchors: what derivatives are by, and along which directions.
        hidden: leaves that the program knows nothing of, by identity.
        tangents: the directions of the duals, by identity.
    """

    def __init__(self) -> None:
        self.anchors: list[tuple[Tensor, Tensor]] = []
        self.hidden: dict[int, Tensor] = {}
        self.tangents: dict[int, tuple[ref[Tensor], Tensor | None]] = {}

    def add(self, tensor: Tensor, tangent: Tensor) -> Tensor:
        """A dual: an alias of a tensor, by which derivatives are taken."""
        with enable_grad():
            source = tensor
            if not tensor.requires_grad:
                source = tensor.detach().requires_grad_()
                self.hidden[id(source)] = source
            anchor: Tensor = Identity()(source)
            dual: Tensor = Identity()(anchor)
        self.anchors.append((anchor, Cast(tensor.dtype)(tangent)))
        self.tangents[id(dual)] = (ref(dual), tangent)
        return dual

    def tangent_of(self, tensor: Tensor) -> Tensor | None:
        """The derivative of a tensor."""
        known = self.tangents.get(id(tensor))
        if known is not None and known[0]() is tensor:
            return known[1]
        return self._along(tensor) if tensor.requires_grad else None

    def primal_of(self, tensor: Tensor) -> Tensor:
        """A tensor without a direction."""
        return tensor if self._has_history(tensor) else tensor.detach()

    def _along(self, tensor: Tensor) -> Tensor | None:
        anchors = [anchor for anchor, _ in self.anchors]
        with enable_grad(), going_forward():
            weight = zeros_like(tensor).requires_grad_()
            products = grad(tensor, anchors, weight, create_graph=True, allow_unused=True)
            pairs = [
                (product, tangent)
                for product, (_, tangent) in zip(products, self.anchors, strict=True)
                if product is not None and product.requires_grad
            ]
            if not pairs:
                return None
            of, along = zip(*pairs, strict=True)
            (found,) = grad(of, weight, along, create_graph=True, allow_unused=True)
        if found is None:
            return None
        tangent: Tensor = found
        wanted = any(each.requires_grad for each in along) or self._has_history(tensor)
        return tangent if wanted else tangent.detach()

    def _has_history(self, tensor: Tensor) -> bool:
        """Whether it depends on a leaf that the program wants gradients of."""
        if not tensor.requires_grad:
            return False
        if tensor.is_leaf:
            return id(tensor) not in self.hidden
        waiting, seen = [tensor.grad_fn], set()
        while waiting:
            function = waiting.pop()
            if function is None or function in seen:
                continue
            seen.add(function)
            inner = function.next_functions
            if not inner and id(getattr(function, "variable", None)) not in self.hidden:
                return True
            waiting += [each for each, _ in inner]
        return False


class _Levels(threading.local):
    """The block that this thread is in; at most one, as in PyTorch."""

    def __init__(self) -> None:
        self.current: _Level | None = None


_levels: Final = _Levels()


def enter_dual_level() -> int:
    """Begin a block in which tensors may be made dual; its number.

    Raises:
        AutogradError: (a RuntimeError) one has begun already.
    """
    if _levels.current is not None:
        raise AutogradError("Nested forward mode AD is not supported at the moment")
    _levels.current = _Level()
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End the block: the directions are forgotten.

    Raises:
        AutogradError: (a RuntimeError) there is none, or it is another.
    """
    if _levels.current is None:
        raise AutogradError("Dual level must be a positive number.")
    if level not in (None, 0):
        raise AutogradError(
            "Trying to exit a forward AD level that was not the last one that was created. This is "
            "not supported."
        )
    _levels.current = None


class dual_level(ContextDecorator):  # noqa: N801  # PyTorch's name
    """The block as a ``with`` statement.

    >>> import graphnet as torch
    >>> from graphnet.autograd import forward_ad
    >>> with forward_ad.dual_level():
    ...     x = forward_ad.make_dual(torch.tensor(3.0), torch.tensor(1.0))
    ...     forward_ad.unpack_dual(x * x)
    UnpackedDualTensor(primal=tensor(9.), tangent=tensor(6.))
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *_: object) -> None:
        exit_dual_level()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A tensor with a direction: an alias of ``tensor``.

    Args:
        tensor, tangent: floating point or complex, of one shape.
        level: the number of the block: 0.

    Raises:
        AutogradError: (a RuntimeError) there is no block.
        ValueRangeError: (a ValueError) one of them is of integers.
        ShapeError: (a RuntimeError) they are of different shapes.
    """
    current = _levels.current
    if current is None or (level is not None and level < 0):
        raise AutogradError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to "
            "enter_dual_level() first."
        )
    for name, each in (("primal", tensor), ("tangent", tangent)):
        if not (each.is_floating_point() or each.is_complex()):
            raise ValueRangeError(
                f"Expected {name} to be floating point or complex, but got: {each.dtype}"
            )
    if tensor.shape != tangent.shape:
        raise ShapeError(
            "Trying to set a forward gradient that has a different size than that of the original "
            f"Tensor, this is not supported. Tensor is of size {list(tensor.shape)} while the "
            f"given forward gradient is of size {list(tangent.shape)}."
        )
    if tangent.dtype is tensor.dtype and tangent.stride() != tensor.stride():
        tangent = tangent.clone()
    return current.add(tensor, tangent)


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """A tensor and its derivative along the directions of the duals that it is computed from.

    Args:
        tensor: any tensor.
        level: the number of the block: 0.
    """
    current = _levels.current
    if current is None or (level is not None and level < 0):
        return UnpackedDualTensor(tensor, None)
    return UnpackedDualTensor(current.primal_of(tensor), current.tangent_of(tensor))
