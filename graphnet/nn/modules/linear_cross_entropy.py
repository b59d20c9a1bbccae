"""A linear layer and the cross-entropy of its scores in one."""

from __future__ import annotations

import math
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.arguments import RefusedError
from graphnet.nn import functional as F
from graphnet.nn.modules.linear import Linear
from graphnet.nn.modules.loss import _WeightedLoss


class LinearCrossEntropyLoss(_WeightedLoss):
    """The cross-entropy of scores that a linear layer of its own gives the input.

    Args:
        in_features: size of the last dimension of the input.
        num_classes: the number of classes.
        out_features: the sizes of further dimensions of the target.
        bias: whether the layer has a bias.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.
        reduction: ``"mean"`` (weighted), ``"sum"`` or ``"none"``.
        weight: how much each class counts, ``(num_classes,)``.
        ignore_index: a target that is left out.
        label_smoothing: which part of the target is spread over all classes.
        options: how PyTorch saves memory; the result does not depend on it.

    Shapes: input ``(N, in_features)`` or ``(in_features,)``, target ``(N, *out_features)`` of class
    numbers or ``(N, num_classes, *out_features)`` of probabilities. Raises RuntimeError for a
    weight of another shape and a ``label_smoothing`` outside 0 to 1. Source: PyTorch's page
    "LinearCrossEntropyLoss".

    >>> import graphnet as torch
    >>> loss = torch.nn.LinearCrossEntropyLoss(4, 3)
    >>> loss(torch.ones(2, 4), torch.tensor([0, 2])).shape
    torch.Size([])
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: Any = None,
    ) -> None:
        if weight is not None and weight.shape != (num_classes,):
            raise RefusedError(
                f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}"
            )
        if not 0 <= label_smoothing <= 1:
            raise RefusedError(
                f"expected label_smoothing to be in range [0, 1], got {label_smoothing}"
            )
        super().__init__(weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        rows = math.prod(out_features, start=num_classes)
        self.linear = Linear(in_features, rows, bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        layer, shape = self.linear, (self.num_classes, *self.out_features)
        return F.linear_cross_entropy(
            input,
            layer.weight.reshape((*shape, layer.in_features)),
            target,
            linear_bias=None if layer.bias is None else layer.bias.reshape(shape),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        shown = {
            "in_features": self.linear.in_features,
            "num_classes": self.num_classes,
            "out_features": self.out_features,
            "bias": self.linear.bias is not None,
            "reduction": self.reduction,
            "ignore_index": self.ignore_index,
            "label_smoothing": self.label_smoothing,
            "options": self.options,
        }
        return ", ".join(f"{name}={value}" for name, value in shown.items())
