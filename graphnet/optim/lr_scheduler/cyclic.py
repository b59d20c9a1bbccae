"""Schedules that take the rates up and down, and the momenta the other way.

Source: Smith 2015, "Cyclical learning rates for training neural networks".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from graphnet.errors import ValueRangeError
from graphnet.optim.lr_scheduler.base import (
    Group,
    LRScheduler,
    Rates,
    for_each_group,
    load_functions,
    put,
    require_optimizer,
    saved_functions,
)
from graphnet.optim.optimizer import Optimizer


class Cycling(LRScheduler):
    """What these schedules share: the momenta, or what Adam has in their place."""

    cycle_momentum: bool
    use_beta1: bool
    base_momentums: list[float]
    max_momentums: list[float]

    def _begin_momenta(self, base: Any, greatest: Any, last_epoch: int) -> None:
        """Check the momenta, and set them to begin with."""
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueRangeError(
                "optimizer must support momentum or beta1 with `cycle_momentum` option enabled",
                cure="pass cycle_momentum=False",
            )
        self.use_beta1 = "betas" in defaults
        self.base_momentums = for_each_group("base_momentum", self.optimizer, base)
        self.max_momentums = for_each_group("max_momentum", self.optimizer, greatest)
        if last_epoch == -1:
            momenta = zip(self.base_momentums, self.max_momentums, strict=True)
            for group, (low, high) in zip(self.optimizer.param_groups, momenta, strict=True):
                self._set_momentum(group, high)
                group["max_momentum"] = high
                group["base_momentum"] = low

    def _set_momentum(self, group: Group, momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class _Shape(NamedTuple):
    """How the cycles of one mode of :class:`CyclicLR` grow smaller, and by the number of what."""

    scale: Callable[[float, float], float]
    counted: str


_SHAPES = {
    "triangular": _Shape(lambda gamma, cycle: 1.0, "cycle"),
    "triangular2": _Shape(lambda gamma, cycle: 1 / 2.0 ** (cycle - 1), "cycle"),
    "exp_range": _Shape(lambda gamma, iteration: gamma**iteration, "iterations"),
}


class CyclicLR(Cycling):
    """Takes the rates from ``base_lr`` to ``max_lr`` and back, over and over.

    Args:
        optimizer: whose learning rates are set.
        base_lr: the least rate, for all parameter groups or each.
        max_lr: the greatest rate, for all parameter groups or each.
        step_size_up: how many steps up.
        step_size_down: how many steps down; as many as up when left out.
        mode: ``"triangular"``: all cycles alike; ``"triangular2"``: each half as high as the one
            before; ``"exp_range"``: as high as ``gamma ** step``.
        gamma: see ``mode``.
        scale_fn: a function for the height instead of ``mode``.
        scale_mode: whether it is called with the number of the ``"cycle"``, which begins with 1, or
            of the steps, ``"iterations"``.
        cycle_momentum: whether the momentum goes down while the rates go up.
        base_momentum: the least momentum, for all parameter groups or each.
        max_momentum: the greatest momentum, for all parameter groups or each.
        last_epoch: the number of the last step, to go on from there.

    Raises ValueError for an unknown mode, and for an optimizer without momentum unless
    ``cycle_momentum`` is false.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        if mode not in _SHAPES and scale_fn is None:
            raise ValueRangeError(
                f"mode is invalid and scale_fn is None: {mode!r}",
                cure=f"use one of {', '.join(_SHAPES)}, or pass scale_fn",
            )
        self.optimizer = optimizer
        base_lrs = for_each_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, rate in zip(optimizer.param_groups, base_lrs, strict=True):
                put(group, "lr", rate)
        self.max_lrs = for_each_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        down = up if step_size_down is None else float(step_size_down)
        self.total_size = up + down
        self.step_ratio = up / self.total_size
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else _SHAPES[mode].counted
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._begin_momenta(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """How high the cycle is, of 1, by its number or by that of the step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return _SHAPES[self.mode].scale(self.gamma, x)

    def _rates(self) -> Rates:
        done = self.last_epoch / self.total_size
        cycle = math.floor(1 + done)
        place = 1.0 + done - cycle
        rising = place <= self.step_ratio
        height = place / self.step_ratio if rising else (place - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            momenta = zip(self.base_momentums, self.max_momentums, strict=True)
            for group, (low, high) in zip(self.optimizer.param_groups, momenta, strict=True):
                self._set_momentum(group, high - (high - low) * height * scale)
        bounds = zip(self.base_lrs, self.max_lrs, strict=True)
        return [low + (high - low) * height * scale for low, high in bounds]

    def state_dict(self) -> dict[str, Any]:
        """All attributes but the optimizer; of ``scale_fn``, those of a callable object."""
        (custom,) = saved_functions([self._scale_fn_custom])
        return {**super().state_dict(), "_scale_fn_custom": custom}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from where another schedule's :meth:`state_dict` was taken."""
        load_functions([self._scale_fn_custom], [state_dict["_scale_fn_custom"]])
        super().load_state_dict({**state_dict, "_scale_fn_custom": self._scale_fn_custom})
