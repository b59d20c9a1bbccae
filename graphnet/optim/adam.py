"""Adam, and what its relatives share with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet._tensor import Tensor
from graphnet.ir.node import Value
from graphnet.ops.arithmetic import Maximum
from graphnet.ops.math import Sqrt
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check, check_betas, check_rates, squeezed
from graphnet.optim.rule import DescentRule
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class AdaptiveRule(DescentRule):
    """A rule that scales gradients, and whose weight decay may be decoupled from them.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2017).

    Attributes:
        decoupled: the decay shrinks the parameter, and is no part of the gradient.
    """

    varies = True

    decoupled: bool

    def decayed(
        self, param: Value, grad: Value, weight_decay: Value, shrink: Value
    ) -> tuple[Value, Value]:
        """The parameter to start from, and what it goes against."""
        if self.decays and self.decoupled:
            return param * (1 - shrink), -grad if self.maximize else grad
        return param, self.downhill(param, grad, weight_decay)


@dataclass(frozen=True)
class AdamRule(AdaptiveRule):
    """Adaptive moment estimation.

    State: step, mean, mean of squares, and with ``amsgrad`` the greatest mean of squares so far.
    Numbers: beta1, beta2, eps, weight decay, lr * weight decay, lr / (1 - beta1**t), and
    sqrt(1 - beta2**t).
    """

    amsgrad: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """With ``amsgrad`` one more."""
        greatest = ("max_exp_avg_sq",) if self.amsgrad else ()
        return ("step", "exp_avg", "exp_avg_sq", *greatest)

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations, so that rounding agrees."""
        beta1, beta2, eps, weight_decay, shrink, step_size, correction = numbers
        param, grad = self.decayed(param, grad, weight_decay, shrink)
        step, mean, square, *rest = state
        mean = mean + (grad - mean) * (1 - beta1)
        square = square * beta2 + grad * (1 - beta2) * grad
        greatest = [Maximum()(before, square) for before in rest]
        spread = greatest[0] if greatest else square
        denominator: Value = Sqrt()(spread) / correction + eps
        return (param - mean * step_size / denominator, step + 1, mean, square, *greatest)


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
        params: ParamsT,
        lr: Number = 1e-3,
        betas: tuple[Number, Number] = (0.9, 0.999),
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
        check_rates(lr=lr, eps=eps)
        check_betas(betas)
        check_rates(weight_decay=weight_decay)
        check(
            all(isinstance(beta, float) for beta in betas)
            or all(isinstance(beta, Tensor) for beta in betas),
            "betas must be either both floats or both Tensors",
        )
        for name, option in (("lr", lr), ("betas[0]", betas[0]), ("betas[1]", betas[1])):
            check(
                not isinstance(option, Tensor) or capturable or not foreach,
                f"{name} as a Tensor is not supported for capturable=False and foreach=True",
            )
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": tuple(map(squeezed, betas)),
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
        """One update for parameters at the same step."""
        beta1, beta2 = map(self.number, group["betas"])
        lr, decay = self.number(group["lr"]), self.number(group["weight_decay"])
        rule = AdamRule.of(
            bool(decay != 0), group["maximize"], group["decoupled_weight_decay"], group["amsgrad"]
        )
        for params, fresh, (step,) in self.cohorts(rule, self.with_gradient(group), step=0.0):
            numbers = [
                beta1,
                beta2,
                float(group["eps"]),
                decay,
                lr * decay,
                lr / (1 - beta1 ** (step + 1)),
                (1 - beta2 ** (step + 1)) ** 0.5,
            ]
            self.apply(rule, params, fresh, numbers)
