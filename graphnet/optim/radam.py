"""RAdam: Adam that waits until its mean of squares can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.ir.node import Value
from graphnet.ops.math import Sqrt
from graphnet.optim.adam import AdaptiveRule
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check_betas, check_rates
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class RAdamRule(AdaptiveRule):
    """Momentum alone at first; Adam's step, ``rectified``, once enough gradients were seen.

    State: step, mean, mean of squares. Numbers: beta1, beta2, eps, weight decay, lr * weight decay,
    and the rate, corrections included.
    """

    rectified: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Always the same."""
        return "step", "exp_avg", "exp_avg_sq"

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """As in the paper; the corrections are one number."""
        beta1, beta2, eps, weight_decay, shrink, rate = numbers
        step, mean, square = state
        param, grad = self.decayed(param, grad, weight_decay, shrink)
        mean = mean + (grad - mean) * (1 - beta1)
        square = square * beta2 + grad * (1 - beta2) * grad
        move = mean * rate
        if self.rectified:
            move = move / (Sqrt()(square) + eps)
        return param - move, step + 1, mean, square


class RAdam(Optimizer):
    """Rectified Adam.

    Source: PyTorch's page ``torch.optim.RAdam``; Liu et al., "On the Variance of the Adaptive
    Learning Rate and Beyond" (2019).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.RAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
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
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters at the same step."""
        beta1, beta2 = map(float, group["betas"])
        lr, eps, decay = (self.number(group[key]) for key in ("lr", "eps", "weight_decay"))
        options = group["maximize"], group["decoupled_weight_decay"]
        known = RAdamRule.of(decay != 0, *options, True)
        for params, fresh, (step,) in self.cohorts(known, self.with_gradient(group), step=0.0):
            rectification = _rectification(beta2, step + 1)
            rule = RAdamRule.of(decay != 0, *options, rectification is not None)
            rate = lr / (1 - beta1 ** (step + 1)) * (rectification or 1.0)
            self.apply(rule, params, fresh, [beta1, beta2, eps, decay, lr * decay, rate])


def _rectification(beta2: float, step: float) -> float | None:
    """What Adam's step is multiplied by, its correction included; None where it has no variance.

    Five gradients are too few for one: the mean of squares is as long as the average of ``length``
    of them.
    """
    longest = 2 / (1 - beta2) - 1
    correction = 1 - beta2**step
    length = longest - 2 * step * beta2**step / correction
    if length <= 5:
        return None
    spread = (length - 4) * (length - 2) * longest
    factor: float = (spread / ((longest - 4) * (longest - 2) * length) * correction) ** 0.5
    return factor
