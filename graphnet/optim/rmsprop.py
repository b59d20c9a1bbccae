"""RMSprop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ops.create import Full
from graphnet.ops.math import Sqrt
from graphnet.optim.optimizer import Group, Optimizer, Params, check_rates
from graphnet.optim.rule import UpdateRule, zeros_like


@dataclass(frozen=True)
class RMSpropRule(UpdateRule):
    """Gradients divided by a running root mean square.

    State: step, mean of squares, with ``centered`` the mean gradient, with momentum a buffer.
    Numbers: lr, alpha, eps, weight decay, momentum.
    """

    first: bool
    decays: bool
    momentum: bool
    centered: bool
    maximize: bool

    @property
    def reads(self) -> int:
        """All state tensors, once they are there."""
        return 0 if self.first else 2 + self.centered + self.momentum

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's order of operations."""
        lr, alpha, eps, weight_decay, momentum = numbers
        if self.maximize:
            grad = -grad
        if self.decays:
            grad = grad + param * weight_decay
        zero = zeros_like(grad)
        given = list(state) if not self.first else [Full((), dtypes.float32)(0), zero, zero, zero]
        step, square, *rest = given
        square = square * alpha + grad * (1 - alpha) * grad
        made = [step + 1, square]
        buffer = rest.pop(0) if self.momentum else zero
        spread = square
        if self.centered:
            mean = rest.pop(0)
            mean = mean + (grad - mean) * (1 - alpha)
            spread = square - mean * mean
        root: Value = Sqrt()(spread) + eps
        if self.momentum:
            buffer = buffer * momentum + grad / root
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
        params: Params,
        lr: float = 1e-2,
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
        check_rates(
            lr=float(lr), eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha
        )
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
        """One rule for parameters without state yet, one for the others."""
        keys = ["step", "square_avg"]
        keys += ["momentum_buffer"] if group["momentum"] > 0 else []
        keys += ["grad_avg"] if group["centered"] else []
        numbers = [float(group[k]) for k in ("lr", "alpha", "eps", "weight_decay", "momentum")]
        fresh, known = self.with_state(group, "step")
        for first, params in ((True, fresh), (False, known)):
            if params:
                rule = RMSpropRule.over(
                    len(params),
                    first,
                    group["weight_decay"] != 0,
                    group["momentum"] > 0,
                    group["centered"],
                    group["maximize"],
                )
                self.apply(rule, params, numbers, () if first else keys, keys if first else ())
