"""Adagrad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet._tensor import Tensor
from graphnet.dtypes import dtype as DType
from graphnet.functions.factories import full_like, zeros
from graphnet.ir.node import Value
from graphnet.ops.math import Sqrt
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check_rates
from graphnet.optim.rule import DescentRule, filled, filled_like
from graphnet.optim.state_dict import Group, scalar_dtype


@dataclass(frozen=True)
class AdagradRule(DescentRule):
    """Gradients divided by the root of the sum of their squares. State: step, sum of squares.

    Numbers: the decayed learning rate, eps, weight decay, the sum to start from.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """Always the same."""
        return "step", "sum"

    def start(self, param: Value, numbers: Sequence[Value], scalar: DType) -> tuple[Value, ...]:
        """For parameters added later; the others have their state from the beginning."""
        return filled((), 0, scalar), filled_like(param, numbers[3])

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations."""
        rate, eps, weight_decay, _ = numbers
        step, total = state
        grad = self.downhill(param, grad, weight_decay)
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
        params: ParamsT,
        lr: Number = 1e-2,
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
            lr=lr,
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
        self.state[param]["step"] = zeros((), dtype=scalar_dtype())
        self.state[param]["sum"] = full_like(param.detach(), value)

    def update_group(self, group: Group) -> None:
        """One update for parameters at the same step."""
        lr, decay = self.number(group["lr"]), group["weight_decay"]
        rule = AdagradRule.of(decay != 0, group["maximize"])
        for params, fresh, (step,) in self.cohorts(rule, self.with_gradient(group), step=0.0):
            rate = lr / (1 + step * group["lr_decay"])
            start = group["initial_accumulator_value"]
            self.apply(rule, params, fresh, [rate, group["eps"], float(decay), float(start)])
