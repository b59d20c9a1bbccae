"""Adamax: Adam with the greatest gradient instead of a mean of squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.ir.node import Value
from graphnet.ops.arithmetic import Maximum
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check_betas, check_rates
from graphnet.optim.rule import DescentRule
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class AdamaxRule(DescentRule):
    """A mean gradient divided by the greatest one, which is forgotten slowly.

    State: step, mean, greatest. Numbers: beta1, beta2, eps, weight decay, lr / (1 - beta1**t).
    """

    varies = True

    @property
    def keys(self) -> tuple[str, ...]:
        """Always the same."""
        return "step", "exp_avg", "exp_inf"

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations."""
        beta1, beta2, eps, weight_decay, step_size = numbers
        step, mean, greatest = state
        grad = self.downhill(param, grad, weight_decay)
        mean = mean + (grad - mean) * (1 - beta1)
        greatest = Maximum()(greatest * beta2, abs(grad) + eps)
        return param - mean * step_size / greatest, step + 1, mean, greatest


class Adamax(Optimizer):
    """Adam with the infinity norm.

    Source: PyTorch's page ``torch.optim.Adamax``; Kingma and Ba, "Adam: A Method for Stochastic
    Optimization" (2014), section 7.

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adamax([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_rates(lr=lr, eps=eps)
        check_betas(betas)
        check_rates(weight_decay=weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters at the same step."""
        beta1, beta2 = map(float, group["betas"])
        lr, eps, decay = (self.number(group[key]) for key in ("lr", "eps", "weight_decay"))
        rule = AdamaxRule.of(decay != 0, group["maximize"])
        for params, fresh, (step,) in self.cohorts(rule, self.with_gradient(group), step=0.0):
            step_size = lr / (1 - beta1 ** (step + 1))
            self.apply(rule, params, fresh, [beta1, beta2, eps, decay, step_size])
