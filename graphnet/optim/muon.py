"""Muon: momentum whose steps are made orthogonal, for matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ops.bounds import ClampMin
from graphnet.ops.convert import Cast
from graphnet.ops.math import Sqrt
from graphnet.ops.matmul import transposed
from graphnet.ops.reduce import Sum
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check, scalar
from graphnet.optim.rule import UpdateRule
from graphnet.optim.state_dict import Group

_RATIOS = ("original", "match_rms_adamw")


@dataclass(frozen=True)
class MuonRule(UpdateRule):
    """A mean gradient, made orthogonal by ``iterations`` of Newton and Schulz.

    State: the mean. Numbers: lr, momentum, lr * weight decay, eps, and the coefficients of an
    iteration.
    """

    nesterov: bool
    iterations: int
    adjust: str | None

    @property
    def keys(self) -> tuple[str, ...]:
        """Always the same."""
        return ("momentum_buffer",)

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """The weight decay is decoupled."""
        lr, momentum, shrink, eps, *coefficients = numbers
        mean = state[0] + (grad - state[0]) * (1 - momentum)
        direction = grad + (mean - grad) * momentum if self.nesterov else mean
        direction = self._orthogonalized(direction, eps, coefficients)
        rate = lr * self._ratio(*param.shape)
        return param * (1 - shrink) - direction * rate, mean

    def _orthogonalized(self, x: Value, eps: Value, coefficients: Sequence[Value]) -> Value:
        """A matrix with the singular vectors of ``x`` and singular values near 1.

        As in PyTorch every intermediate result is rounded to ``bfloat16``; the products are summed
        in ``float32``.
        """
        a, b, c = coefficients
        rows, columns = x.shape
        y = _rounded(transposed(x) if rows > columns else x)
        norm = _rounded(Sqrt()(Sum((0, 1))(y * y)))
        y = _rounded(y / _rounded(ClampMin()(norm, eps)))
        for _ in range(self.iterations):
            gram = _rounded(y @ transposed(y))
            polynomial = _rounded(gram * b + gram @ gram * c)
            y = _rounded(y * a + polynomial @ y)
        y = transposed(y) if rows > columns else y
        made: Value = Cast(x.type.dtype)(y)
        return made

    def _ratio(self, rows: int, columns: int) -> float:
        """What the learning rate is multiplied by, so that matrices of all shapes learn alike."""
        if self.adjust == "match_rms_adamw":
            return 0.2 * math.sqrt(max(rows, columns))
        return math.sqrt(max(1, rows / columns))


def _rounded(x: Value) -> Value:
    """``x`` with the precision of ``bfloat16``, to be computed with in ``float32``."""
    made: Value = Cast(dtypes.float32)(Cast(dtypes.bfloat16)(x))
    return made


class Muon(Optimizer):
    """Momentum made orthogonal by Newton-Schulz iterations, for the matrices of hidden layers.

    Biases, embeddings and the like are for another optimizer, such as AdamW. Source: PyTorch's page
    ``torch.optim.Muon``; Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024);
    ``adjust_lr_fn="match_rms_adamw"``: Liu et al., "Muon is Scalable for LLM Training" (2025).

    >>> import graphnet as torch
    >>> w = torch.eye(2, requires_grad=True)
    >>> optimizer = torch.optim.Muon([w], lr=0.1, weight_decay=0.0)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> (w[0, 0] < 0.95).item(), w[0, 1].item()
    (True, 0.0)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check(scalar("lr", lr) >= 0, f"Learning rate should be >= 0 but is: {lr}")
        check(momentum >= 0, f"momentum should be >= 0 but is: {momentum}")
        check(weight_decay >= 0, f"weight decay should be >= 0 but is: {weight_decay}")
        check(
            adjust_lr_fn is None or adjust_lr_fn in _RATIOS,
            f"Adjust learning rate function {adjust_lr_fn} is not supported",
            f"use one of {_RATIOS}",
        )
        super().__init__(
            params,
            {
                "lr": lr,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "nesterov": nesterov,
                "ns_coefficients": ns_coefficients,
                "eps": eps,
                "ns_steps": ns_steps,
                "adjust_lr_fn": adjust_lr_fn,
            },
        )
        for param in self._all_params():
            check(
                param.ndim == 2,
                "Muon only supports 2D parameters whereas we found a parameter with size: "
                f"{param.shape}",
                "give it to another optimizer, such as AdamW",
            )

    def update_group(self, group: Group) -> None:
        """One update for parameters without state yet, one for the others."""
        iterations, coefficients = group["ns_steps"], group["ns_coefficients"]
        check(
            iterations < 100, "Number of steps must be less than 100 for computational efficiency"
        )
        check(len(coefficients) == 3, "Coefficients must be a tuple of exactly 3 values")
        rule = MuonRule.of(group["nesterov"], iterations, group["adjust_lr_fn"])
        lr = float(group["lr"])
        shrink = lr * group["weight_decay"]
        numbers = [lr, *map(float, (group["momentum"], shrink, group["eps"], *coefficients))]
        for params, fresh, _ in self.cohorts(rule, self.with_gradient(group)):
            self.apply(rule, params, fresh, numbers)
