"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet import dtypes
from graphnet.dtypes import dtype as DType
from graphnet.ir.node import Value
from graphnet.ops.convert import Cast
from graphnet.ops.math import Sqrt
from graphnet.optim.adam import AdaptiveRule
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check_betas, check_rates
from graphnet.optim.rule import filled, zeros_like
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class NAdamRule(AdaptiveRule):
    """Adam's step, from where the momentum is about to take it.

    State: step, product of all momenta so far, mean, mean of squares. Numbers: lr, beta1, beta2,
    eps, weight decay, lr * weight decay, 1 - beta2**t, this step's momentum and the next one's.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """Always the same."""
        return "step", "mu_product", "exp_avg", "exp_avg_sq"

    def start(self, param: Value, numbers: Sequence[Value], scalar: DType) -> tuple[Value, ...]:
        """Zeros, but a product of no momenta, which is 1."""
        zero = zeros_like(param)
        return filled((), 0, scalar), filled((), 1, scalar), zero, zero

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations."""
        lr, beta1, beta2, eps, weight_decay, shrink, correction, mu, following = numbers
        step, product, mean, square = state
        param, grad = self.decayed(param, grad, weight_decay, shrink)
        mean = mean + (grad - mean) * (1 - beta1)
        square = square * beta2 + grad * (1 - beta2) * grad
        root: Value = Sqrt()(square / correction) + eps
        product = product * mu
        exact, to_param = Cast(dtypes.float64)(product), Cast(param.type.dtype)
        grad_rate = to_param(lr * (1 - mu) / (1 - exact))
        mean_rate = to_param(lr * following / (1 - exact * following))
        param = param - grad * grad_rate / root - mean * mean_rate / root
        return param, step + 1, product, mean, square


class NAdam(Optimizer):
    """Adam with Nesterov's momentum.

    Source: PyTorch's page ``torch.optim.NAdam``; Dozat, "Incorporating Nesterov Momentum into Adam"
    (2016).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.NAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8944], requires_grad=True)
    """

    _numbers_in_state = ("step", "mu_product")

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rates(lr=lr, eps=eps)
        check_betas(betas)
        check_rates(weight_decay=weight_decay, momentum_decay=momentum_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
            },
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters at the same step."""
        beta1, beta2 = map(float, group["betas"])
        lr, eps, decay = (self.number(group[key]) for key in ("lr", "eps", "weight_decay"))
        rule = NAdamRule.of(decay != 0, group["maximize"], group["decoupled_weight_decay"])
        for params, fresh, (before,) in self.cohorts(rule, self.with_gradient(group), step=0.0):
            step = before + 1
            mu, following = (
                beta1 * (1 - 0.5 * 0.96 ** (time * group["momentum_decay"]))
                for time in (step, step + 1)
            )
            numbers = [
                lr,
                beta1,
                beta2,
                eps,
                decay,
                lr * decay,
                1 - beta2**step,
                mu,
                following,
            ]
            self.apply(rule, params, fresh, numbers)
