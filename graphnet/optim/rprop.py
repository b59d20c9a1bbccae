"""Rprop: steps that look at the signs of gradients alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.dtypes import dtype as DType
from graphnet.ir.node import Value
from graphnet.ops.bounds import Clamp
from graphnet.ops.compare import Where
from graphnet.ops.math import Sign
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check, check_rates
from graphnet.optim.rule import UpdateRule, filled, filled_like, zeros_like
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class RpropRule(UpdateRule):
    """A step of its own for each element, which grows while the gradient keeps its sign.

    Where the sign has changed the element stays, and its next step begins anew. State: step, the
    gradient before, the sizes of the steps. Numbers: the factors by which a step shrinks and grows,
    its bounds, and its size at the start.
    """

    maximize: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Always the same."""
        return "step", "prev", "step_size"

    def start(self, param: Value, numbers: Sequence[Value], scalar: DType) -> tuple[Value, ...]:
        """All steps are as large as the learning rate."""
        return filled((), 0, scalar), zeros_like(param), filled_like(param, numbers[4])

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's form: without going back where the sign has changed."""
        shrinking, growing, least, greatest, _ = numbers
        step, before, size = state
        if self.maximize:
            grad = -grad
        agreement = grad * before
        turned = agreement < 0
        size = Where()(agreement > 0, size * growing, Where()(turned, size * shrinking, size))
        size = Clamp()(size, least, greatest)
        grad = Where()(turned, 0, grad)
        return param - Sign()(grad) * size, step + 1, grad, size


class Rprop(Optimizer):
    """Resilient backpropagation, for gradients of the whole data.

    Source: PyTorch's page ``torch.optim.Rprop``; Riedmiller and Braun, "A direct adaptive method
    for faster backpropagation learning: the RPROP algorithm" (1993).

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Rprop([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rates(lr=lr)
        check(0 < etas[0] < 1 < etas[1], f"Invalid eta values: {etas[0]}, {etas[1]}")
        super().__init__(
            params,
            {
                "lr": lr,
                "etas": etas,
                "step_sizes": step_sizes,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters without state yet, one for the others."""
        rule = RpropRule.of(group["maximize"])
        numbers = [*map(float, (*group["etas"], *group["step_sizes"])), self.number(group["lr"])]
        for params, fresh, _ in self.cohorts(rule, self.with_gradient(group)):
            self.apply(rule, params, fresh, numbers)
