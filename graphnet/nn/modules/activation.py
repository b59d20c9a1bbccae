"""Functions of single elements as layers, and all other activations under PyTorch's module name."""

from __future__ import annotations

from dataclasses import dataclass

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Activation
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.multihead_attention import MultiheadAttention
from graphnet.nn.modules.rectifier import (
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Softshrink,
    Threshold,
)
from graphnet.nn.modules.softmax import GLU, LogSoftmax, Softmax, Softmax2d, Softmin

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "MultiheadAttention",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


@dataclass(eq=False, repr=False)
class ELU(Activation):
    """``x`` where positive, else ``alpha * (exp(x) - 1)``; ``inplace`` overwrites the input.

    Source: Clevert et al. 2015, "Fast and accurate deep network learning by exponential linear
    units".

    >>> import graphnet as torch
    >>> torch.nn.ELU()(torch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """

    alpha: float = 1.0
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha, self.inplace)


@dataclass(eq=False, repr=False)
class CELU(Activation):
    """``x`` where positive, else ``alpha * (exp(x / alpha) - 1)``.

    ``inplace`` overwrites the input.

    Source: Barron 2017, "Continuously differentiable exponential linear units".

    >>> import graphnet as torch
    >>> torch.nn.CELU(2.0)(torch.tensor([-1.0, 2.0]))
    tensor([-0.7869,  2.0000])
    """

    alpha: float = 1.0
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha, self.inplace)


@dataclass(eq=False, repr=False)
class SELU(Activation):
    """A scaled ELU that keeps mean 0 and variance 1 from layer to layer.

    ``inplace`` overwrites the input.

    Source: Klambauer et al. 2017, "Self-normalizing neural networks".

    >>> import graphnet as torch
    >>> torch.nn.SELU()(torch.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])
    """

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input, self.inplace)


@dataclass(eq=False, repr=False)
class GELU(Activation):
    """``x`` times the probability that a standard normal variable is less than ``x``.

    ``approximate="tanh"`` is a faster, rougher formula. Source: Hendrycks and Gimpel 2016,
    "Gaussian error linear units".

    >>> import graphnet as torch
    >>> torch.nn.GELU()(torch.tensor([-1.0, 2.0]))
    tensor([-0.1587,  1.9545])
    """

    approximate: str = "none"

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, approximate=self.approximate)


@dataclass(eq=False, repr=False)
class SiLU(Activation):
    """``x * sigmoid(x)``, also known as swish; ``inplace`` overwrites the input.

    Source: PyTorch's page "SiLU".

    >>> import graphnet as torch
    >>> torch.nn.SiLU()(torch.tensor([-1.0, 2.0]))
    tensor([-0.2689,  1.7616])
    """

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input, self.inplace)


@dataclass(eq=False, repr=False)
class Mish(Activation):
    """``x * tanh(softplus(x))``; ``inplace`` overwrites the input.

    Source: Misra 2019, "Mish: a self regularized non-monotonic neural activation function".

    >>> import graphnet as torch
    >>> torch.nn.Mish()(torch.tensor([-1.0, 2.0]))
    tensor([-0.3034,  1.9440])
    """

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input, self.inplace)


@dataclass(eq=False, repr=False)
class Softplus(Activation):
    """``log(1 + exp(beta * x)) / beta``, and just ``x`` where ``beta * x`` exceeds ``threshold``.

    Source: PyTorch's page "Softplus".

    >>> import graphnet as torch
    >>> torch.nn.Softplus()(torch.tensor([0.0, 30.0]))
    tensor([ 0.6931, 30.0000])
    """

    beta: float = 1.0
    threshold: float = 20.0

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)


class Sigmoid(Module):
    """``1 / (1 + exp(-x))``. Source: PyTorch's page "Sigmoid".

    >>> import graphnet as torch
    >>> torch.nn.Sigmoid()(torch.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])
    """

    def forward(self, input: Tensor) -> Tensor:
        return fn.sigmoid(input)


class LogSigmoid(Module):
    """The logarithm of the sigmoid. Source: PyTorch's page "LogSigmoid".

    >>> import graphnet as torch
    >>> torch.nn.LogSigmoid()(torch.tensor([0.0, 2.0]))
    tensor([-0.6931, -0.1269])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent. Source: PyTorch's page "Tanh".

    >>> import graphnet as torch
    >>> torch.nn.Tanh()(torch.tensor([0.0, 2.0]))
    tensor([0.0000, 0.9640])
    """

    def forward(self, input: Tensor) -> Tensor:
        return fn.tanh(input)


class Tanhshrink(Module):
    """``x - tanh(x)``. Source: PyTorch's page "Tanhshrink".

    >>> import graphnet as torch
    >>> torch.nn.Tanhshrink()(torch.tensor([0.0, 2.0]))
    tensor([0.0000, 1.0360])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)


class Softsign(Module):
    """``x / (1 + |x|)``. Source: PyTorch's page "Softsign".

    >>> import graphnet as torch
    >>> torch.nn.Softsign()(torch.tensor([0.0, 3.0]))
    tensor([0.0000, 0.7500])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)
