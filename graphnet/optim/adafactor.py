"""Adafactor: a mean of squares kept as a row and a column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from graphnet import dtypes
from graphnet.dtypes import dtype as DType
from graphnet.ir.node import Value
from graphnet.ops.arithmetic import Maximum
from graphnet.ops.bounds import ClampMin
from graphnet.ops.math import Rsqrt, Sqrt
from graphnet.ops.reduce import Mean, Sum
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check, scalar
from graphnet.optim.rule import UpdateRule, filled, zeros_like
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class AdafactorRule(UpdateRule):
    """Gradients divided by the root of a mean of squares, in steps relative to the parameter.

    State: step, and the mean of squares; of parameters with two dimensions or more, ``factored``
    over the last two. Numbers: the weight of new squares, the relative step size, eps2, the
    clipping threshold, lr * weight decay, and eps1, unless it is the dtype's (``default_eps``).
    """

    varies = True

    factored: bool
    decays: bool
    default_eps: bool
    maximize: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """A row and a column, or all of it."""
        return ("step", "row_var", "col_var") if self.factored else ("step", "variance")

    def start(self, param: Value, numbers: Sequence[Value], scalar: DType) -> tuple[Value, ...]:
        """Zeros: one for each row, one for each column."""
        step = filled((), 0, scalar)
        if not self.factored:
            return step, zeros_like(param)
        *batch, rows, columns = param.shape
        dtype = param.type.dtype
        return step, filled((*batch, rows, 1), 0, dtype), filled((*batch, 1, columns), 0, dtype)

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """PyTorch's form: ``eps1`` bounds the estimate, not the gradients."""
        blend, rho, eps2, threshold, shrink, *given = numbers
        eps1 = dtypes.finfo(param.type.dtype).eps if self.default_eps else given[0]
        step, *kept = state
        if self.maximize:
            grad = -grad
        rate = Maximum()(_root_mean_square(param), eps2) * rho
        if self.decays:
            param = param * (1 - shrink)
        squares = grad * grad
        if self.factored:
            row, column = (
                old + (Mean((grad.ndim + dim,), keepdim=True)(squares) - old) * blend
                for old, dim in zip(kept, (-1, -2), strict=True)
            )
            kept = [row, column]
            total: Value = Mean((grad.ndim - 2,), keepdim=True)(row)
            variance = row @ column / ClampMin()(total, eps1)
        else:
            kept = [kept[0] + (squares - kept[0]) * blend]
            variance = kept[0]
        update = Rsqrt()(ClampMin()(variance, eps1 * eps1)) * grad
        clipping = Maximum()(_root_mean_square(update) / threshold, 1.0)
        return (param - update * (rate / clipping), step + 1, *kept)


def _root_mean_square(x: Value) -> Value:
    total: Value = Sum(tuple(range(x.ndim)))(x * x)
    root: Value = Sqrt()(total) / math.sqrt(math.prod(x.shape))
    return root


class Adafactor(Optimizer):
    """Adaptive steps whose state is far smaller than the parameters.

    Source: PyTorch's page ``torch.optim.Adafactor``; Shazeer and Stern, "Adafactor: Adaptive
    Learning Rates with Sublinear Memory Cost" (2018).

    >>> import graphnet as torch
    >>> w = torch.ones(2, 3, requires_grad=True)
    >>> optimizer = torch.optim.Adafactor([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w[0], optimizer.state[w]["row_var"].shape
    (tensor([0.9000, 0.9000, 0.9000], grad_fn=<SelectBackward0>), torch.Size([2, 1]))
    """

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check(scalar("lr", lr) >= 0, f"Learning rate should be >= 0 but is: {lr}")
        check(beta2_decay <= 0, f"beta2_decay should be <= 0 but is: {beta2_decay}")
        check(eps[0] is None or eps[0] >= 0, f"epsilon1 should be >= 0 but is: {eps[0]}")
        check(eps[1] >= 0, f"epsilon2 should be >= 0 but is: {eps[1]}")
        check(d >= 1, f"Clipping threshold d should be >= 1 but is: {d}")
        check(weight_decay >= 0, f"weight_decay should be >= 0 but is: {weight_decay}")
        super().__init__(
            params,
            {
                "lr": lr,
                "beta2_decay": beta2_decay,
                "eps": eps,
                "d": d,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
            },
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters at the same step whose state has the same form."""
        lr, decay, (eps1, eps2) = float(group["lr"]), float(group["weight_decay"]), group["eps"]
        given = [] if eps1 is None else [float(eps1)]
        for factored in (True, False):
            rule = AdafactorRule.of(factored, decay != 0, eps1 is None, group["maximize"])
            of_form = [p for p in self.with_gradient(group) if (p.ndim > 1) is factored]
            for params, fresh, (before,) in self.cohorts(rule, of_form, step=0.0):
                step = before + 1
                numbers = [
                    step ** group["beta2_decay"],
                    min(lr, step**-0.5),
                    float(eps2),
                    float(group["d"]),
                    lr * decay,
                    *given,
                ]
                self.apply(rule, params, fresh, numbers)
