"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.errors import ValueRangeError
from graphnet.ir.node import Value
from graphnet.optim.optimizer import Group, Optimizer, Params, check_rates
from graphnet.optim.rule import UpdateRule


@dataclass(frozen=True)
class SGDRule(UpdateRule):
    """``p -= lr * g``, with weight decay and momentum where they are wanted.

    Numbers: lr, momentum, dampening, weight decay.
    """

    decays: bool
    momentum: bool
    first: bool
    nesterov: bool
    maximize: bool

    @property
    def reads(self) -> int:
        """The momentum buffer, once it is there."""
        return int(self.momentum and not self.first)

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's form: the velocity is not scaled by the learning rate."""
        lr, momentum, dampening, weight_decay = numbers
        if self.maximize:
            grad = -grad
        if self.decays:
            grad = grad + param * weight_decay
        if not self.momentum:
            return (param - grad * lr,)
        velocity = grad if self.first else state[0] * momentum + grad * (1 - dampening)
        direction = grad + velocity * momentum if self.nesterov else velocity
        return param - direction * lr, velocity


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum.

    Source: PyTorch's page ``torch.optim.SGD``; Sutskever et al., "On the importance of
    initialization and momentum in deep learning" (2013).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rates(lr=float(lr))
        for name, value in (("momentum", momentum), ("weight_decay", weight_decay)):
            if value < 0.0:
                raise ValueRangeError(f"Invalid {name} value: {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueRangeError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
                "foreach": foreach,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

    def update_group(self, group: Group) -> None:
        """One rule for parameters without a velocity yet, one for the others."""
        momentum = group["momentum"] != 0
        if momentum:
            fresh, known = self.with_state(group, "momentum_buffer")
        else:
            fresh, known = [], self.with_gradient(group)
        for first, params in ((True, fresh), (False, known)):
            if params:
                rule = SGDRule.over(
                    len(params),
                    group["weight_decay"] != 0,
                    momentum,
                    first,
                    group["nesterov"],
                    group["maximize"],
                )
                numbers = [
                    float(group["lr"]),
                    float(group["momentum"]),
                    float(group["dampening"]),
                    float(group["weight_decay"]),
                ]
                keys = ("momentum_buffer",) if momentum else ()
                self.apply(rule, params, numbers, () if first else keys, keys if first else ())
