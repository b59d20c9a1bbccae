"""Layers that zero parts of their input at random while training, against overfitting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Configured


@dataclass(eq=False, repr=False)
class _DropoutNd(Configured):
    """What the dropout layers share: they differ in the function."""

    _drop: ClassVar[Callable[..., Tensor]]

    p: float = 0.5
    inplace: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ValueRangeError(
                f"dropout probability has to be between 0 and 1, but got {self.p}"
            )

    def forward(self, input: Tensor) -> Tensor:
        return self._drop(input, self.p, self.training, self.inplace)


class Dropout(_DropoutNd):
    """Zeroes each element with probability ``p`` and divides the others by ``1 - p``.

    In evaluation mode it returns its input.

    Args:
        p: the probability.
        inplace: whether to overwrite the input.

    Shapes: any. Raises ValueError for a probability outside 0 to 1. Source: Hinton et al. 2012,
    "Improving neural networks by preventing co-adaptation of feature detectors"; PyTorch's page
    "Dropout".

    >>> import graphnet as torch
    >>> set(torch.nn.Dropout(0.5)(torch.ones(1000)).tolist()) == {0.0, 2.0}
    True
    """

    _drop = staticmethod(F.dropout)


class Dropout1d(_DropoutNd):
    """Zeroes whole channels, each with probability ``p``, and divides the others by ``1 - p``.

    Arguments and errors are those of :class:`Dropout`. Shapes: ``(N, C, L)`` or ``(C, L)``. Source:
    Tompson et al. 2015, "Efficient object localization using convolutional networks".

    >>> import graphnet as torch
    >>> x = torch.nn.Dropout1d()(torch.ones(1, 10, 3))
    >>> bool((x == x[..., :1]).all())
    True
    """

    _drop = staticmethod(F.dropout1d)


class Dropout2d(_DropoutNd):
    """Zeroes whole channels, each with probability ``p``, and divides the others by ``1 - p``.

    Arguments and errors are those of :class:`Dropout`. Shapes: ``(N, C, H, W)`` or ``(N, C, L)``.
    Source: as for :class:`Dropout1d`.

    >>> import graphnet as torch
    >>> x = torch.nn.Dropout2d()(torch.ones(1, 10, 3, 3))
    >>> bool((x == x[..., :1, :1]).all())
    True
    """

    _drop = staticmethod(F.dropout2d)


class Dropout3d(_DropoutNd):
    """Zeroes whole channels, each with probability ``p``, and divides the others by ``1 - p``.

    Arguments and errors are those of :class:`Dropout`. Shapes: ``(N, C, D, H, W)`` or ``(C, D, H,
    W)``. Source: as for :class:`Dropout1d`.

    >>> import graphnet as torch
    >>> x = torch.nn.Dropout3d()(torch.ones(1, 10, 3, 3, 3))
    >>> bool((x == x[..., :1, :1, :1]).all())
    True
    """

    _drop = staticmethod(F.dropout3d)


class AlphaDropout(_DropoutNd):
    """Sets elements to the least value of SELU at random, and keeps mean 0 and variance 1.

    Arguments and errors are those of :class:`Dropout`. Shapes: any. Source: Klambauer et al. 2017,
    "Self-normalizing neural networks".

    >>> import graphnet as torch
    >>> torch.nn.AlphaDropout(0.2).eval()(torch.ones(3))
    tensor([1., 1., 1.])
    """

    _drop = staticmethod(F.alpha_dropout)


class FeatureAlphaDropout(_DropoutNd):
    """Does to whole channels what :class:`AlphaDropout` does to elements.

    Arguments and errors are those of :class:`Dropout`. Shapes: ``(N, C, *)``. Source: as for
    :class:`AlphaDropout` and :class:`Dropout1d`.

    >>> import graphnet as torch
    >>> torch.nn.FeatureAlphaDropout(0.2).eval()(torch.ones(1, 3, 1)).flatten()
    tensor([1., 1., 1.])
    """

    _drop = staticmethod(F.feature_alpha_dropout)
