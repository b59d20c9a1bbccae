"""Adam, and what its relatives share with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.ir.node import Value
from graphnet.ops.arithmetic import Maximum
from graphnet.ops.convert import Clone
from graphnet.ops.create import Full
from graphnet.ops.math import Sqrt
from graphnet.optim.optimizer import Group, Optimizer, Params, check_betas, check_rates
from graphnet.optim.rule import UpdateRule, zeros_like


@dataclass(frozen=True)
class AdamRule(UpdateRule):
    """Adaptive moment estimation.

    State: step, mean, mean of squares, and with ``amsgrad`` the greatest mean of squares so far.
    Numbers: beta1, beta2, eps, weight decay, lr * weight decay, lr / (1 - beta1**t), and
    sqrt(1 - beta2**t).
    """

    first: bool
    decays: bool
    decoupled: bool
    amsgrad: bool
    maximize: bool

    @property
    def reads(self) -> int:
        """All state tensors, once they are there."""
        return 0 if self.first else 3 + self.amsgrad

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations, so that rounding agrees."""
        beta1, beta2, eps, weight_decay, shrink, step_size, correction = numbers
        if self.maximize:
            grad = -grad
        if self.decays and self.decoupled:
            param = param * (1 - shrink)
        elif self.decays:
            grad = grad + param * weight_decay
        if self.first:
            step: Value = Full((), dtypes.float32)(0)
            mean = square = greatest = zeros_like(grad)
        else:
            step, mean, square, *rest = state
            greatest = rest[0] if rest else square
        mean = mean + (grad - mean) * (1 - beta1)
        square = square * beta2 + grad * (1 - beta2) * grad
        made = [step + 1, mean, square]
        spread = square
        if self.amsgrad:
            spread = Maximum()(greatest, square)
            made.append(Clone()(spread) if self.first else spread)
        denominator: Value = Sqrt()(spread) / correction + eps
        return (param - mean * step_size / denominator, *made)


class Adam(Optimizer):
    """Adaptive moment estimation.

    Source: PyTorch's page ``torch.optim.Adam``; Kingma and Ba, "Adam: A Method for Stochastic
    Optimization" (2014); ``amsgrad``: Reddi et al., "On the Convergence of Adam and Beyond" (2018).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_rates(lr=float(lr), eps=eps)
        check_betas(betas)
        check_rates(weight_decay=weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
                "fused": fused,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def update_group(self, group: Group) -> None:
        """One rule for parameters at the same step."""
        by_step: dict[float, list[Tensor]] = {}
        for param in self.with_gradient(group):
            step = self.state[param].get("step")
            by_step.setdefault(0.0 if step is None else float(step), []).append(param)
        for step, params in by_step.items():
            self._update(group, params, step + 1)

    def _update(self, group: Group, params: list[Tensor], step: float) -> None:
        beta1, beta2 = group["betas"]
        lr, decay = float(group["lr"]), group["weight_decay"]
        keys = ["step", "exp_avg", "exp_avg_sq"]
        keys += ["max_exp_avg_sq"] if group["amsgrad"] else []
        first = not self.state[params[0]]
        rule = AdamRule.over(
            len(params),
            first,
            decay != 0,
            group["decoupled_weight_decay"],
            group["amsgrad"],
            group["maximize"],
        )
        numbers = [
            beta1,
            beta2,
            group["eps"],
            decay,
            lr * decay,
            lr / (1 - beta1**step),
            math.sqrt(1 - beta2**step),
        ]
        self.apply(rule, params, numbers, [] if first else keys, keys if first else [])
