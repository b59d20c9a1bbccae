"""A loss for classes of which one is rare. Source: torchvision's page "Operators"."""

from __future__ import annotations

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions import sigmoid
from graphnet.nn.functional import binary_cross_entropy_with_logits

__all__ = ["sigmoid_focal_loss"]


def sigmoid_focal_loss(
    inputs: Tensor,
    targets: Tensor,
    alpha: float = 0.25,
    gamma: float = 2,
    reduction: str = "none",
) -> Tensor:
    """Binary cross entropy of logits in which what is right already counts little.

    Raises:
        ValueRangeError: (a ValueError) there is no such reduction.
    """
    p = sigmoid(inputs)
    entropy = binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    right = p * targets + (1 - p) * (1 - targets)
    loss: Tensor = entropy * (1 - right) ** gamma
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    reduced = {"none": lambda: loss, "mean": loss.mean, "sum": loss.sum}.get(reduction)
    if reduced is not None:
        result: Tensor = reduced()
        return result
    raise ValueRangeError(
        f"Invalid Value for arg 'reduction': '{reduction} \n Supported reduction modes: "
        "'none', 'mean', 'sum'"
    )
