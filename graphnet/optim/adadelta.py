"""Adadelta."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.ir.node import Value
from graphnet.ops.math import Sqrt
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check, check_rates
from graphnet.optim.rule import DescentRule
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class AdadeltaRule(DescentRule):
    """Steps as large as recent steps were, compared with recent gradients.

    State: step, mean of squared gradients, mean of squared steps. Numbers: lr, rho, eps, weight
    decay.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """Always the same."""
        return "step", "square_avg", "acc_delta"

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations."""
        lr, rho, eps, weight_decay = numbers
        step, square, moved = state
        grad = self.downhill(param, grad, weight_decay)
        square = square * rho + grad * (1 - rho) * grad
        delta = Sqrt()(moved + eps) / Sqrt()(square + eps) * grad
        moved = moved * rho + delta * (1 - rho) * delta
        return param - delta * lr, step + 1, square, moved


class Adadelta(Optimizer):
    """Adaptive steps without a learning rate to choose.

    Source: PyTorch's page ``torch.optim.Adadelta``; Zeiler, "ADADELTA: An Adaptive Learning Rate
    Method" (2012).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adadelta([w], lr=10.0)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9684], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rates(lr=lr)
        check(0 <= rho <= 1, f"Invalid rho value: {rho}", "use 0 to 1")
        check_rates(eps=eps, weight_decay=weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "rho": rho,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "capturable": capturable,
                "foreach": foreach,
                "differentiable": differentiable,
            },
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters without state yet, one for the others."""
        rule = AdadeltaRule.of(group["weight_decay"] != 0, group["maximize"])
        numbers = [self.number(group[key]) for key in _NUMBERS]
        for params, fresh, _ in self.cohorts(rule, self.with_gradient(group)):
            self.apply(rule, params, fresh, numbers)


_NUMBERS = ("lr", "rho", "eps", "weight_decay")
