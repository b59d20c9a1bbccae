"""L-BFGS: steps by an approximation of second derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, GraphnetError
from graphnet.grad_mode import enable_grad, no_grad
from graphnet.optim.line_search import Trial, strong_wolfe
from graphnet.optim.optimizer import Optimizer, ParamsT
from graphnet.optim.options import Number, check, check_rates


class LineSearchError(GraphnetError, RuntimeError):
    """A line search that there is not."""


class LBFGS(Optimizer):
    """Quasi-Newton steps with a limited memory, for losses that are the same at each evaluation.

    A step makes up to ``max_iter`` iterations, for each of which ``closure`` is evaluated at least
    once. The parameters are treated as one vector, hence in one group; complex ones are refused.

    Source: PyTorch's page ``torch.optim.LBFGS``; Nocedal and Wright, "Numerical Optimization"
    (2006), algorithm 7.4.

    Args:
        params: the parameters.
        lr: the length of a step, in directions.
        max_iter: the most iterations of a step.
        max_eval: the most evaluations of a step; by default five for four iterations.
        tolerance_grad: a gradient without an element larger than this ends a step.
        tolerance_change: changes of loss or parameters smaller than this end a step.
        history_size: how many changes of gradients are remembered.
        line_search_fn: ``"strong_wolfe"``, or None for steps of length ``lr``.

    Raises:
        ValueError: ``lr`` is negative, or there are several groups.
        RuntimeError: a parameter is complex, or (in a step) the line search is another.

    >>> import graphnet as torch
    >>> w = torch.tensor([1.0, 5.0], requires_grad=True)
    >>> optimizer = torch.optim.LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((w - torch.tensor([3.0, 4.0])) ** 2).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure)
    tensor(5., grad_fn=<SumBackward0>)
    >>> w
    tensor([3.0000, 4.0000], requires_grad=True)
    """

    _numbers_in_state = ()

    def __init__(
        self,
        params: ParamsT,
        lr: Number = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_rates(lr=lr)
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )
        check(
            len(self.param_groups) == 1,
            "LBFGS doesn't support per-parameter options (parameter groups)",
        )
        if any(param.is_complex() for param in self._params):
            raise DtypeError("LBFGS does not support complex parameters")

    @property
    def _params(self) -> list[Tensor]:
        params: list[Tensor] = self.param_groups[0]["params"]
        return params

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:
        """Iterate until the loss stands still, or often enough.

        Args:
            closure: evaluates the model, computes gradients and returns the loss.

        Returns:
            The loss before the step.
        """
        evaluate = enable_grad()(closure)
        group = self.param_groups[0]
        tolerance, most = group["tolerance_change"], group["max_iter"]
        state = self.state[self._params[0]]  # where PyTorch keeps it, though it is of them all
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        before = evaluate()
        loss, gradient, evaluations = float(before), self._gradient(), 1
        state["func_evals"] += 1
        if self._is_stationary(gradient):
            return before
        for iteration in range(1, most + 1):
            state["n_iter"] += 1
            direction = self._direction(state, gradient)
            state["d"], state["prev_flat_grad"], state["prev_loss"] = direction, gradient, loss
            size = float(group["lr"])
            if state["n_iter"] == 1:
                size *= min(1.0, (1.0 / gradient.abs().sum()).item())
            state["t"] = size
            start = Trial(0.0, loss, gradient, gradient.dot(direction).item())
            if start.slope > -tolerance:
                break
            used = 0
            if group["line_search_fn"] is not None:
                left = group["max_eval"] - evaluations
                found, used = self._search(evaluate, start, direction, size, left)
                self._move(direction, found.size)
                size, loss, gradient = found.size, found.loss, found.gradient
                state["t"] = size
            else:
                self._move(direction, size)
                if iteration < most:
                    loss, gradient, used = float(evaluate()), self._gradient(), 1
            evaluations += used
            state["func_evals"] += used
            if (
                iteration == most
                or evaluations >= group["max_eval"]
                or self._is_stationary(gradient)
                or (direction * size).abs().max().item() <= tolerance
                or abs(loss - state["prev_loss"]) < tolerance
            ):
                break
        return before

    def _is_stationary(self, gradient: Tensor) -> bool:
        tolerance: float = self.param_groups[0]["tolerance_grad"]
        largest: float = gradient.abs().max().item()
        return largest <= tolerance

    def _direction(self, state: dict[str, Any], gradient: Tensor) -> Tensor:
        """Where to go: down, turned by what earlier steps told of the second derivatives."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            downward: Tensor = -gradient
            return downward
        self._remember(state, gradient)
        history = list(zip(state["old_dirs"], state["old_stps"], state["ro"], strict=True))
        direction: Tensor = -gradient
        weights: list[Tensor] = []
        for change, move, inverse in reversed(history):
            weights.insert(0, _settled(move.dot(direction) * inverse))
            direction = direction - change * weights[0]
        direction = direction * state["H_diag"]
        for (change, move, inverse), weight in zip(history, weights, strict=True):
            direction = direction + move * _settled(weight - change.dot(direction) * inverse)
        state["al"] = [*weights] + [None] * (self.param_groups[0]["history_size"] - len(weights))
        return direction

    def _remember(self, state: dict[str, Any], gradient: Tensor) -> None:
        """Add the last step to the history, if the loss is convex along it."""
        change = gradient - state["prev_flat_grad"]
        move = state["d"] * state["t"]
        convexity = change.dot(move)
        if not convexity > 1e-10:
            return
        new = {"old_dirs": change, "old_stps": move, "ro": 1.0 / convexity}
        for key, value in new.items():
            if len(state[key]) == self.param_groups[0]["history_size"]:
                state[key].pop(0)
            state[key].append(value)
        state["H_diag"] = _settled(convexity / change.dot(change))

    def _search(
        self,
        evaluate: Callable[[], Any],
        start: Trial,
        direction: Tensor,
        size: float,
        left: int,
    ) -> tuple[Trial, int]:
        group = self.param_groups[0]
        if group["line_search_fn"] != "strong_wolfe":
            raise LineSearchError("only 'strong_wolfe' is supported")
        here = [param.clone() for param in self._params]

        def trial(size: float) -> Trial:
            self._move(direction, size)
            loss, gradient = float(evaluate()), self._gradient()
            for param, kept in zip(self._params, here, strict=True):
                param.copy_(kept)
            return Trial(size, loss, gradient, gradient.dot(direction).item())

        reach = direction.abs().max().item()
        return strong_wolfe(trial, start, size, reach, group["tolerance_change"], left)

    def _gradient(self) -> Tensor:
        """The gradients of all parameters, one after the other."""
        parts = [
            fn.zeros(param.numel(), dtype=param.dtype) if param.grad is None else param.grad
            for param in self._params
        ]
        made: Tensor = fn.cat([part.reshape(-1) for part in parts])
        return made

    def _move(self, direction: Tensor, size: float) -> None:
        """Take all parameters along a direction."""
        first = 0
        for param in self._params:
            last = first + param.numel()
            param.add_(direction[first:last].reshape(param.shape), alpha=size)
            first = last


def _settled(number: Tensor) -> Tensor:
    """A number that was looked at: however long the history is, each turn is the same trace."""
    number.item()
    return number
