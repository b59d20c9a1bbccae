"""ASGD: stochastic gradient descent that averages where it has been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet import dtypes
from graphnet.dtypes import dtype as DType
from graphnet.ir.node import Value
from graphnet.ops.convert import Cast, Clone
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check_rates
from graphnet.optim.rule import DescentRule, filled, zeros_like
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class ASGDRule(DescentRule):
    """``p -= eta * g``, and beside it an average of the parameters.

    State: step, eta, the weight ``mu`` of the next parameters in the average, the average. Numbers:
    lr, lambd, mu, weight decay, and the next eta and mu.
    """

    varies = True

    averages: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Always the same."""
        return "step", "eta", "mu", "ax"

    def start(self, param: Value, numbers: Sequence[Value], scalar: DType) -> tuple[Value, ...]:
        """The first step is as large as the learning rate."""
        eta, mu = filled((), numbers[0], scalar), filled((), 1, scalar)
        return filled((), 0, scalar), eta, mu, zeros_like(param)

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """Until averaging starts the average is the parameter itself."""
        _, lambd, mu, weight_decay, next_eta, next_mu = numbers
        step, eta, _, average = state
        dtype, exact, to_param = eta.type.dtype, Cast(dtypes.float64)(eta), Cast(param.type.dtype)
        grad = self.downhill(param, grad, weight_decay)
        param = param * to_param(1 - exact * lambd) - grad * to_param(exact)
        average = average + (param - average) * mu if self.averages else Clone()(param)
        return param, step + 1, filled((), next_eta, dtype), filled((), next_mu, dtype), average


class ASGD(Optimizer):
    """Averaged stochastic gradient descent.

    The average of a parameter is ``optimizer.state[parameter]["ax"]``. Source: PyTorch's page
    ``torch.optim.ASGD``; Polyak and Juditsky, "Acceleration of stochastic approximation by
    averaging" (1992).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.ASGD([w], lr=0.1, t0=0)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).sum().backward()
    ...     optimizer.step()
    >>> w, optimizer.state[w]["ax"]
    (tensor([0.6400], requires_grad=True), tensor([0.6400]))
    """

    _numbers_in_state = ("step", "eta", "mu")

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_rates(lr=lr, weight_decay=weight_decay)
        super().__init__(
            params,
            {
                "lr": lr,
                "lambd": lambd,
                "alpha": alpha,
                "t0": t0,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters at the same step, with the same mu."""
        lr, lambd, decay = float(group["lr"]), group["lambd"], float(group["weight_decay"])
        known = ASGDRule.of(decay != 0, group["maximize"], True)
        cohorts = self.cohorts(known, self.with_gradient(group), step=0.0, mu=1.0)
        for params, fresh, (before, mu) in cohorts:
            step = before + 1
            rule = ASGDRule.of(decay != 0, group["maximize"], mu != 1)
            next_eta = lr / (1 + lambd * lr * step) ** group["alpha"]
            next_mu = 1 / max(1.0, step - group["t0"])
            numbers = [lr, float(lambd), mu, decay, next_eta, next_mu]
            self.apply(rule, params, fresh, numbers)
