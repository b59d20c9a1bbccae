"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.dtypes import dtype as DType
from graphnet.errors import ValueRangeError
from graphnet.ir.node import Value
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check_rates
from graphnet.optim.rule import DescentRule
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class SGDRule(DescentRule):
    """``p -= lr * g``, with weight decay and momentum where they are wanted.

    Numbers: lr, momentum, dampening, weight decay.
    """

    takes_complex = True

    momentum: bool
    nesterov: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """The velocity, if there is momentum."""
        return ("momentum_buffer",) if self.momentum else ()

    def start(self, param: Value, numbers: Sequence[Value], scalar: DType) -> tuple[Value, ...]:
        """Nothing: the first velocity is the gradient, whatever the dampening."""
        return ()

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's form: the velocity is not scaled by the learning rate."""
        lr, momentum, dampening, weight_decay = numbers
        grad = self.downhill(param, grad, weight_decay)
        if not self.momentum:
            return (param - grad * lr,)
        velocity = state[0] * momentum + grad * (1 - dampening) if state else grad
        direction = grad + velocity * momentum if self.nesterov else velocity
        return param - direction * lr, velocity


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum.

    With ``differentiable``, gradients pass through the first velocity, too, which PyTorch detaches.

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
        params: ParamsT,
        lr: Number = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: Number = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rates(lr=lr, momentum=momentum, weight_decay=weight_decay)
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
        """One update for parameters without a velocity yet, one for the others."""
        rule = SGDRule.of(
            bool(group["weight_decay"] != 0),
            group["maximize"],
            bool(group["momentum"] != 0),
            group["nesterov"],
        )
        numbers = [self.number(group[key]) for key in _NUMBERS]
        for params, fresh, _ in self.cohorts(rule, self.with_gradient(group)):
            self.apply(rule, params, fresh, numbers)


_NUMBERS = ("lr", "momentum", "dampening", "weight_decay")
