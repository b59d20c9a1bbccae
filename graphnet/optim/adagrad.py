"""Adagrad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet._tensor import Tensor
from graphnet.ir.node import Value
from graphnet.ops.math import Sqrt
from graphnet.optim.optimizer import Group, Optimizer, Params, check_rates
from graphnet.optim.rule import UpdateRule


@dataclass(frozen=True)
class AdagradRule(UpdateRule):
    """Gradients divided by the root of the sum of their squares. State: step, sum of squares.

    Numbers: the decayed learning rate, eps, weight decay.
    """

    decays: bool
    maximize: bool

    @property
    def reads(self) -> int:
        """Both state tensors."""
        return 2

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations."""
        rate, eps, weight_decay = numbers
        step, total = state
        if self.maximize:
            grad = -grad
        if self.decays:
            grad = grad + param * weight_decay
        total = total + grad * grad
        root: Value = Sqrt()(total) + eps
        return param - grad * rate / root, step + 1, total


class Adagrad(Optimizer):
    """Adaptive gradients.

    Source: PyTorch's page ``torch.optim.Adagrad``; Duchi et al., "Adaptive Subgradient Methods for
    Online Learning and Stochastic Optimization" (2011).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adagrad([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rates(
            lr=float(lr),
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "fused": fused,
            },
        )
        for group in self.param_groups:
            for param in group["params"]:
                self._start(param, group["initial_accumulator_value"])

    def _start(self, param: Tensor, value: float) -> None:
        from graphnet.functions.factories import full_like, zeros

        self.state[param]["step"] = zeros(())
        self.state[param]["sum"] = full_like(param.detach(), value)

    def update_group(self, group: Group) -> None:
        """One rule for parameters at the same step."""
        by_step: dict[float, list[Tensor]] = {}
        for param in self.with_gradient(group):
            by_step.setdefault(float(self.state[param]["step"]), []).append(param)
        for step, params in by_step.items():
            rule = AdagradRule.over(len(params), group["weight_decay"] != 0, group["maximize"])
            rate = float(group["lr"]) / (1 + step * group["lr_decay"])
            numbers = [rate, float(group["eps"]), float(group["weight_decay"])]
            self.apply(rule, params, numbers, ["step", "sum"])
