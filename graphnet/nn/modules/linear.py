"""Layers that multiply their input with a matrix, and the one that leaves it as it is."""

from __future__ import annotations

import math
from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn import init
from graphnet.nn.modules.lazy import LazyModuleMixin
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.registry import Registered
from graphnet.nn.parameter import Parameter


class Identity(Module):
    """Returns its input. Takes any arguments, so that it can stand in for any other module.

    >>> import graphnet as torch
    >>> torch.nn.Identity(54, unused=True)(torch.ones(2))
    tensor([1., 1.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    """``y = x @ weight.T + bias``.

    Args:
        in_features: size of the last dimension of the input.
        out_features: size of the last dimension of the result.
        bias: whether to add a learned bias.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: input ``(*, in_features)``, result ``(*, out_features)``.

    Attributes:
        weight: ``(out_features, in_features)``, from the uniform distribution between
            ``±1 / sqrt(in_features)``.
        bias: ``(out_features,)``, from the same distribution; or None.

    Source: PyTorch's page "Linear".

    >>> import graphnet as torch
    >>> layer = torch.nn.Linear(20, 30)
    >>> layer(torch.ones(128, 20)).shape
    torch.Size([128, 30])
    """

    weight: Any = Registered()
    bias: Any = Registered()

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.weight = Parameter(fn.empty(out_features, in_features, **made))
        self.register_parameter("bias", Parameter(fn.empty(out_features, **made)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new values for the parameters."""
        uniform_by_fan_in_(self.weight, self.bias)

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class LazyLinear(LazyModuleMixin, Linear):
    """A :class:`Linear` that takes ``in_features`` from its first input.

    The other arguments are :class:`Linear`'s, and so is the class, from then on. Source: PyTorch's
    page "LazyLinear".

    >>> import graphnet as torch
    >>> layer = torch.nn.LazyLinear(30)
    >>> layer(torch.ones(128, 20)).shape, layer.in_features
    (torch.Size([128, 30]), 20)
    """

    cls_to_become = Linear

    def __init__(
        self,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__(0, 0, False)
        self.out_features = out_features
        self._leave_open(*(["weight", "bias"] if bias else ["weight"]), device=device, dtype=dtype)

    def initialize_parameters(self, input: Tensor) -> None:
        """Take ``in_features`` from the last dimension of the input."""
        self.in_features = input.shape[-1]
        if self.has_uninitialized_params():
            weight, bias = (self.out_features, self.in_features), (self.out_features,)
            self._materialize({"weight": weight, "bias": bias})


class NonDynamicallyQuantizableLinear(Linear):
    """A :class:`Linear` under the name that PyTorch prints for the one inside an attention.

    >>> import graphnet as torch
    >>> torch.nn.MultiheadAttention(4, 2).out_proj
    NonDynamicallyQuantizableLinear(in_features=4, out_features=4, bias=True)
    """


class Bilinear(Module):
    """``y[k] = x1 @ weight[k] @ x2 + bias[k]``.

    Args:
        in1_features: size of the last dimension of the first input.
        in2_features: size of the last dimension of the second input.
        out_features: size of the last dimension of the result.
        bias: whether to add a learned bias.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: inputs ``(*, in1_features)`` and ``(*, in2_features)``, result ``(*, out_features)``.

    Attributes:
        weight: ``(out_features, in1_features, in2_features)``, from the uniform distribution
            between ``±1 / sqrt(in1_features)``.
        bias: ``(out_features,)``, from the same distribution; or None.

    Raises ValueError when ``in1_features`` is not positive. Source: PyTorch's page "Bilinear".

    >>> import graphnet as torch
    >>> layer = torch.nn.Bilinear(20, 30, 40)
    >>> layer(torch.ones(8, 20), torch.ones(8, 30)).shape
    torch.Size([8, 40])
    """

    weight: Any = Registered()
    bias: Any = Registered()

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise ValueRangeError(
                f"Bilinear: in1_features must be > 0, but got (in1_features={in1_features})"
            )
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.weight = Parameter(fn.empty(out_features, in1_features, in2_features, **made))
        self.register_parameter("bias", Parameter(fn.empty(out_features, **made)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new values for the parameters."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )


def uniform_by_fan_in_(weight: Tensor, bias: Tensor | None) -> None:
    """Draw both from the uniform distribution between ``±1 / sqrt(fan_in)`` of the weight."""
    # With a = sqrt(5), Kaiming's bound is that of the bias. The product is taken as PyTorch takes
    # it, so that the same seed gives the same values to the last bit.
    init.kaiming_uniform_(weight, a=math.sqrt(5))
    if bias is not None:
        fan_in, _ = init._calculate_fan_in_and_fan_out(weight)
        bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
        init.uniform_(bias, -bound, bound)
