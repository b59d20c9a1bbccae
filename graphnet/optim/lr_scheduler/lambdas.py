"""Schedules given by functions of the number of the step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.optim.lr_scheduler.base import LRScheduler, Rates, load_functions, saved_functions
from graphnet.optim.optimizer import Optimizer

Factor = Callable[[int], float]


class _ByFunction(LRScheduler):
    """What these schedules share: a function for each parameter group, or one for all.

    The state does not have the functions, only the attributes of those that are callable objects.
    Raises ValueError for another number of functions, TypeError for something else.
    """

    def __init__(
        self, optimizer: Optimizer, lr_lambda: Factor | list[Factor], last_epoch: int = -1
    ) -> None:
        count = len(optimizer.param_groups)
        given = lr_lambda if isinstance(lr_lambda, list | tuple) else [lr_lambda] * count
        if len(given) != count:
            raise ValueRangeError(f"Expected {count} lr_lambdas, but got {len(given)}")
        for each in given:
            if not callable(each):
                raise ArgumentError(
                    f"lr_lambda should be a function, but got {type(each).__name__}"
                )
        self.lr_lambdas = list(given)
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "lr_lambdas": saved_functions(self.lr_lambdas)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        load_functions(self.lr_lambdas, state_dict["lr_lambdas"])
        super().load_state_dict({**state_dict, "lr_lambdas": self.lr_lambdas})


class LambdaLR(_ByFunction):
    """Sets the rates to their first values times a function of the number of the step.

    >>> import graphnet as torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    >>> scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (epoch + 1))
    >>> optimizer.step()
    >>> scheduler.step()
    >>> scheduler.get_last_lr()
    [0.25]
    """

    def _rates(self) -> Rates:
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [rate * factor(self.last_epoch) for rate, factor in pairs]


class MultiplicativeLR(_ByFunction):
    """Multiplies the rates, at each step, by a function of its number."""

    def _rates(self) -> Rates:
        rates = self._of_groups("lr")
        if self._is_initial:
            return rates
        pairs = zip(rates, self.lr_lambdas, strict=True)
        return [rate * factor(self.last_epoch) for rate, factor in pairs]
