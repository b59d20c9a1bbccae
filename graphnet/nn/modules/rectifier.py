"""Rectifiers and other activations made of straight pieces."""

from __future__ import annotations

import warnings
from dataclasses import InitVar, dataclass, field
from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.init import constant_
from graphnet.nn.modules.configured import Activation
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter


@dataclass(eq=False, repr=False)
class ReLU(Activation):
    """Rectified linear unit: ``max(0, x)``; ``inplace`` overwrites the input.

    Source: PyTorch's page "ReLU".

    >>> import graphnet as torch
    >>> torch.nn.ReLU()(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input, self.inplace)


@dataclass(eq=False, repr=False)
class LeakyReLU(Activation):
    """``x`` where positive, else ``negative_slope * x``; ``inplace`` overwrites the input.

    Source: PyTorch's page "LeakyReLU".

    >>> import graphnet as torch
    >>> torch.nn.LeakyReLU(0.1)(torch.tensor([-1.0, 2.0]))
    tensor([-0.1000,  2.0000])
    """

    negative_slope: float = 1e-2
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope, self.inplace)


@dataclass(eq=False, repr=False)
class RReLU(Activation):
    """A leaky rectifier whose slope is drawn anew for every negative element.

    In training mode it is uniform between ``lower`` and ``upper``, in evaluation mode their mean;
    ``inplace`` overwrites the input. Source: Xu et al. 2015, "Empirical evaluation of rectified
    activations in convolutional network".

    >>> import graphnet as torch
    >>> torch.nn.RReLU(0.1, 0.3).eval()(torch.tensor([-1.0, 2.0]))
    tensor([-0.2000,  2.0000])
    """

    lower: float = 1.0 / 8
    upper: float = 1.0 / 3
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class PReLU(Module):
    """A leaky rectifier whose slope is learned.

    Args:
        num_parameters: 1 slope for all channels, or one for each.
        init: the initial value.
        device: where the parameter is.
        dtype: its type; the default floating-point type when left out.

    Shapes: input ``(N, C, *)`` and result alike. Attributes: ``weight`` of shape
    ``(num_parameters,)``. Source: He et al. 2015, "Delving deep into rectifiers".

    >>> import graphnet as torch
    >>> torch.nn.PReLU()(torch.tensor([-1.0, 2.0])).detach()
    tensor([-0.2500,  2.0000])
    """

    weight: Parameter

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(fn.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the slopes to their initial value."""
        constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


@dataclass(eq=False, repr=False)
class Threshold(Activation):
    """``x`` where it is greater than ``threshold``, else ``value``.

    ``inplace`` overwrites the input. Source: PyTorch's page "Threshold".

    >>> import graphnet as torch
    >>> torch.nn.Threshold(0.5, -1)(torch.tensor([0.2, 2.0]))
    tensor([-1.,  2.])
    """

    threshold: float
    value: float
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.threshold(input, self.threshold, self.value, self.inplace)


@dataclass(eq=False, repr=False)
class Hardtanh(Activation):
    """``x``, but at least ``min_val`` and at most ``max_val``; ``inplace`` overwrites the input.

    ``min_value`` and ``max_value`` are old names, which warn. Raises AssertionError, as PyTorch
    does, unless ``max_val`` is the greater. Source: PyTorch's page "Hardtanh".

    >>> import graphnet as torch
    >>> torch.nn.Hardtanh()(torch.tensor([-3.0, 0.5]))
    tensor([-1.0000,  0.5000])
    """

    min_val: float = -1.0
    max_val: float = 1.0
    inplace: bool = False
    min_value: InitVar[float | None] = None
    max_value: InitVar[float | None] = None

    def __post_init__(self, min_value: float | None, max_value: float | None) -> None:
        for new, old, given in (
            ("min_val", "min_value", min_value),
            ("max_val", "max_value", max_value),
        ):
            if given is not None:
                warnings.warn(
                    f"keyword argument `{old}` is deprecated and renamed to `{new}`",
                    FutureWarning,
                    stacklevel=4,
                )
                setattr(self, new, given)
        if self.max_val <= self.min_val:
            raise AssertionError(
                f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})"
            )

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)


@dataclass(eq=False, repr=False, init=False)
class ReLU6(Hardtanh):
    """``x``, but at least 0 and at most 6; ``inplace`` overwrites the input.

    Source: PyTorch's page "ReLU6".

    >>> import graphnet as torch
    >>> torch.nn.ReLU6()(torch.tensor([-3.0, 7.0]))
    tensor([0., 6.])
    """

    min_val: float = field(default=0.0, repr=False)
    max_val: float = field(default=6.0, repr=False)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)


@dataclass(eq=False, repr=False)
class Hardsigmoid(Activation):
    """``x / 6 + 1 / 2``, but at least 0 and at most 1; ``inplace`` overwrites the input.

    Source: PyTorch's page "Hardsigmoid".

    >>> import graphnet as torch
    >>> torch.nn.Hardsigmoid()(torch.tensor([-4.0, 0.0]))
    tensor([0.0000, 0.5000])
    """

    inplace: bool = field(default=False, repr=False)

    def forward(self, input: Tensor) -> Tensor:
        return F.hardsigmoid(input, self.inplace)


@dataclass(eq=False, repr=False)
class Hardswish(Activation):
    """``x * hardsigmoid(x)``; ``inplace`` overwrites the input.

    Source: Howard et al. 2019, "Searching for MobileNetV3".

    >>> import graphnet as torch
    >>> torch.nn.Hardswish()(torch.tensor([-4.0, 3.0]))
    tensor([-0., 3.])
    """

    inplace: bool = field(default=False, repr=False)

    def forward(self, input: Tensor) -> Tensor:
        return F.hardswish(input, self.inplace)


@dataclass(eq=False, repr=False)
class _Shrinkage(Activation):
    """What the shrinking functions share: how far from zero they act."""

    lambd: float = 0.5

    def extra_repr(self) -> str:
        return str(self.lambd)


class Hardshrink(_Shrinkage):
    """``x`` where it is farther than ``lambd`` from 0, else 0.

    Source: PyTorch's page "Hardshrink".

    >>> import graphnet as torch
    >>> torch.nn.Hardshrink()(torch.tensor([-0.4, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.hardshrink(input, self.lambd)


class Softshrink(_Shrinkage):
    """``x`` moved towards 0 by ``lambd``, and 0 where it is nearer.

    Source: PyTorch's page "Softshrink".

    >>> import graphnet as torch
    >>> torch.nn.Softshrink()(torch.tensor([0.4, 2.0]))
    tensor([0.0000, 1.5000])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softshrink(input, self.lambd)
