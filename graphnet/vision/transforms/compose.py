"""Transforms made of other transforms."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from graphnet import functions as fn
from graphnet.errors import ArgumentError
from graphnet.nn import Module

Transform = Callable[[Any], Any]


def _listed(head: str, transforms: Sequence[Transform], *before: str) -> str:
    """A transform and its parts, one a line, as torchvision prints them."""
    lines = [*before, *(str(transform) for transform in transforms)]
    return "\n".join([f"{head}(", *(f"    {line}" for line in lines), ")"])


class Compose:
    """One transform after the other.

    >>> from graphnet.vision.transforms import Compose, Lambda
    >>> Compose([Lambda(lambda x: x + 1), Lambda(lambda x: x * 2)])(3)
    8
    """

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        """Apply."""
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return _listed(type(self).__name__, self.transforms)


class Lambda:
    """A function as a transform. Raises TypeError when it can't be called.

    >>> from graphnet.vision.transforms import Lambda
    >>> Lambda(len)("image")
    5
    """

    def __init__(self, lambd: Transform) -> None:
        if not callable(lambd):
            raise ArgumentError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        """Apply."""
        return self.lambd(img)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class RandomApply(Module):
    """All of the transforms in a row with probability ``p``, else none.

    >>> from graphnet.vision.transforms import Lambda, RandomApply
    >>> RandomApply([Lambda(str.upper)], p=1.0)("image")
    'IMAGE'
    """

    def __init__(self, transforms: Sequence[Transform], p: float = 0.5) -> None:
        super().__init__()
        self.transforms = transforms
        self.p = p

    def forward(self, img: Any) -> Any:
        """Apply them, or not."""
        if self.p < fn.rand(1).item():
            return img
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return _listed(type(self).__name__, self.transforms, f"p={self.p}")


def _sequence_of(transforms: Any) -> Sequence[Transform]:
    if not isinstance(transforms, Sequence):
        raise ArgumentError(
            f"Argument transforms should be a sequence, not {type(transforms).__name__}"
        )
    return transforms


class RandomOrder:
    """All of the transforms, in a random order (of Python's ``random``, as in torchvision)."""

    def __init__(self, transforms: Sequence[Transform]) -> None:
        self.transforms = _sequence_of(transforms)

    def __call__(self, img: Any) -> Any:
        """Apply."""
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for position in order:
            img = self.transforms[position](img)
        return img

    def __repr__(self) -> str:
        return _listed(type(self).__name__, self.transforms)


class RandomChoice:
    """One of the transforms, drawn with weights ``p`` (by Python's ``random``)."""

    def __init__(self, transforms: Sequence[Transform], p: Sequence[float] | None = None) -> None:
        self.transforms = _sequence_of(transforms)
        if p is not None and not isinstance(p, Sequence):
            raise ArgumentError(f"Argument p should be a sequence, not {type(p).__name__}")
        self.p = p

    def __call__(self, *args: Any) -> Any:
        """Apply."""
        chosen: Callable[..., Any] = random.choices(self.transforms, weights=self.p)[0]
        return chosen(*args)

    def __repr__(self) -> str:
        return f"{_listed(type(self).__name__, self.transforms)}(p={self.p})"
