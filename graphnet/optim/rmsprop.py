"""RMSprop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.ir.node import Value
from graphnet.ops.math import Sqrt
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check_rates
from graphnet.optim.rule import DescentRule
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class RMSpropRule(DescentRule):
    """Gradients divided by a running root mean square.

    State: step, mean of squares, with ``centered`` the mean gradient, with momentum a buffer.
    Numbers: lr, alpha, eps, weight decay, momentum.
    """

    momentum: bool
    centered: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """What ``centered`` and momentum need comes last."""
        buffer = ("momentum_buffer",) if self.momentum else ()
        mean = ("grad_avg",) if self.centered else ()
        return ("step", "square_avg", *buffer, *mean)

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations."""
        lr, alpha, eps, weight_decay, momentum = numbers
        grad = self.downhill(param, grad, weight_decay)
        step, square, *rest = state
        square = square * alpha + grad * (1 - alpha) * grad
        spread = square
        if self.centered:
            mean = rest.pop()
            mean = mean + (grad - mean) * (1 - alpha)
            spread = square - mean * mean
        made = [step + 1, square]
        root: Value = Sqrt()(spread) + eps
        if self.momentum:
            buffer = rest.pop() * momentum + grad / root
            made.append(buffer)
            param = param - buffer * lr
        else:
            param = param - grad * lr / root
        return (param, *made, *([mean] if self.centered else []))


class RMSprop(Optimizer):
    """Root mean square propagation.

    Source: PyTorch's page ``torch.optim.RMSprop``; Hinton's lecture notes; ``centered``: Graves,
    "Generating Sequences With Recurrent Neural Networks" (2013).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.RMSprop([w], lr=0.01)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rates(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "capturable": capturable,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
            },
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters without state yet, one for the others."""
        rule = RMSpropRule.of(
            group["weight_decay"] != 0, group["maximize"], group["momentum"] > 0, group["centered"]
        )
        numbers = [self.number(group[key]) for key in _NUMBERS]
        for params, fresh, _ in self.cohorts(rule, self.with_gradient(group)):
            self.apply(rule, params, fresh, numbers)


_NUMBERS = ("lr", "alpha", "eps", "weight_decay", "momentum")
