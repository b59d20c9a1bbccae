"""SparseAdam: Adam for tables of which each batch uses some rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphnet.ir.node import Value
from graphnet.ops.compare import NotEqual, Where
from graphnet.ops.math import Sqrt
from graphnet.ops.reduce import AnyTrue
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check, check_betas, scalar
from graphnet.optim.rule import UpdateRule
from graphnet.optim.state_dict import Group


@dataclass(frozen=True)
class SparseAdamRule(UpdateRule):
    """Adam's step, for the rows alone that have a gradient.

    State: mean, mean of squares. Numbers: beta1, beta2, eps, and the step size, corrections
    included.
    """

    varies = True

    maximize: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """The step is a Python number, and no tensor."""
        return "exp_avg", "exp_avg_sq"

    def formula(
        self, param: Value, grad: Value, state: Sequence[Value], numbers: Sequence[Value]
    ) -> tuple[Value, ...]:
        """Rows whose gradient is 0 throughout keep their state, and stay."""
        beta1, beta2, eps, step_size = numbers
        if self.maximize:
            grad = -grad
        used: Value = NotEqual()(grad, 0)
        if grad.ndim > 1:
            used = AnyTrue(tuple(range(1, grad.ndim)), keepdim=True)(used)
        mean, square = state
        mean = Where()(used, mean + (grad - mean) * (1 - beta1), mean)
        square = Where()(used, square + (grad * grad - square) * (1 - beta2), square)
        move = mean * step_size / (Sqrt()(square) + eps)
        return Where()(used, param - move, param), mean, square


class SparseAdam(Optimizer):
    """Adam that leaves alone what has no gradient, its means included.

    For embeddings made with ``sparse=True``. PyTorch's version takes sparse gradients only. Here
    gradients are dense, and a row (along the first dimension) whose gradient is 0 throughout counts
    as one that a sparse gradient would not hold: the same steps are made, but for a row that was
    used and happens to have a gradient of 0.

    Source: PyTorch's page ``torch.optim.SparseAdam``.

    >>> import graphnet as torch
    >>> table = torch.nn.Embedding(3, 2, sparse=True)
    >>> before = table.weight.detach().clone()
    >>> optimizer = torch.optim.SparseAdam(table.parameters(), lr=0.1)
    >>> table(torch.tensor([0, 2])).sum().backward()
    >>> optimizer.step()
    >>> before - table.weight.detach()
    tensor([[0.1000, 0.1000],
            [0.0000, 0.0000],
            [0.1000, 0.1000]])
    """

    _numbers_in_state = ()

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        check(scalar("lr", lr) > 0, f"Invalid learning rate: {lr}", "use more than 0")
        check(eps > 0, f"Invalid epsilon value: {eps}", "use more than 0")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        found = [
            [number, place]
            for number, group in enumerate(self.param_groups)
            for place, param in enumerate(group["params"])
            if param.is_complex()
        ]
        check(
            not found,
            f"Complex params at indices {found}: SparseAdam does not support complex parameters",
        )

    def update_group(self, group: Group) -> None:
        """One update for parameters at the same step."""
        lr, (beta1, beta2) = float(group["lr"]), map(float, group["betas"])
        rule = SparseAdamRule.of(group["maximize"])
        for params, fresh, (before,) in self.cohorts(rule, self.with_gradient(group), step=0.0):
            step = int(before) + 1
            step_size = lr * (1 - beta2**step) ** 0.5 / (1 - beta1**step)
            self.apply(rule, params, fresh, [beta1, beta2, float(group["eps"]), step_size])
            for param in params:
                self.state[param]["step"] = step
