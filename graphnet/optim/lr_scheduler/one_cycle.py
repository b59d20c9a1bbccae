"""A schedule for a whole training: up once, then down to the end.

Source: Smith and Topin 2017, "Super-convergence: very fast training of neural networks using large
learning rates".
"""

from __future__ import annotations

import math
from typing import NamedTuple

from graphnet.errors import ValueRangeError
from graphnet.optim.lr_scheduler.base import Group, Rates, for_each_group, require_optimizer
from graphnet.optim.lr_scheduler.cyclic import Cycling
from graphnet.optim.optimizer import Optimizer


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)


def _line(start: float, end: float, part: float) -> float:
    return (end - start) * part + start


_STRATEGIES = {"cos": _cosine, "linear": _line}


class Phase(NamedTuple):
    """A part of the schedule: its last step, and the settings of a group that it goes between."""

    end_step: float
    start_lr: str
    end_lr: str
    start_momentum: str
    end_momentum: str


def _phases(pct_start: float, total_steps: int, three_phase: bool) -> list[Phase]:
    low, high = "base_momentum", "max_momentum"
    up = Phase(float(pct_start * total_steps) - 1, "initial_lr", "max_lr", high, low)
    if not three_phase:
        return [up, Phase(total_steps - 1, "max_lr", "min_lr", low, high)]
    return [
        up,
        Phase(float(2 * pct_start * total_steps) - 2, "max_lr", "initial_lr", low, high),
        Phase(total_steps - 1, "initial_lr", "min_lr", high, high),
    ]


def _total_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    """The number of steps, given as such or by epochs."""
    if total_steps is not None:
        _require_positive("total_steps", total_steps)
        return total_steps
    if epochs is None or steps_per_epoch is None:
        raise ValueRangeError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    _require_positive("epochs", epochs)
    _require_positive("steps_per_epoch", steps_per_epoch)
    return epochs * steps_per_epoch


def _require_positive(name: str, count: object) -> None:
    if not isinstance(count, int) or count <= 0:
        raise ValueRangeError(f"Expected positive integer {name}, but got {count}")


class OneCycleLR(Cycling):
    """Takes the rates up to ``max_lr`` once, and then down to far below where they began.

    Args:
        optimizer: whose learning rates are set.
        max_lr: the greatest rate, for all parameter groups or each.
        total_steps: how many steps there will be.
        epochs: how many epochs, instead of ``total_steps``, with
        steps_per_epoch: how many steps each.
        pct_start: the part of the steps in which the rates go up.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        cycle_momentum: whether the momentum goes down while the rates go up.
        base_momentum: the least momentum, for all parameter groups or each.
        max_momentum: the greatest momentum, for all parameter groups or each.
        div_factor: the rates begin with ``max_lr / div_factor``.
        final_div_factor: and end with that divided by this.
        three_phase: whether they go down in two phases, the first as long as the way up.
        last_epoch: the number of the last step, to go on from there.

    Raises ValueError for numbers of steps that are missing or no positive ints, for other settings
    out of range, for an optimizer without momentum unless ``cycle_momentum`` is false, and for
    steps past the last.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueRangeError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in _STRATEGIES:
            raise ValueRangeError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        self._anneal_func_type = anneal_strategy
        self._schedule_phases = _phases(pct_start, self.total_steps, three_phase)
        if last_epoch == -1:
            rates = for_each_group("max_lr", optimizer, max_lr)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["initial_lr"] = rate / div_factor
                group["max_lr"] = rate
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._begin_momenta(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def _rates(self) -> Rates:
        if self.last_epoch > self.total_steps:
            raise ValueRangeError(
                f"Tried to step {self.last_epoch} times. The specified number of total steps is "
                f"{self.total_steps}"
            )
        phase, part = self._place()
        for group in self.optimizer.param_groups:
            if self.cycle_momentum:
                momentum = self._between(group, phase.start_momentum, phase.end_momentum, part)
                self._set_momentum(group, momentum)
        return [
            self._between(group, phase.start_lr, phase.end_lr, part)
            for group in self.optimizer.param_groups
        ]

    def _place(self) -> tuple[Phase, float]:
        """The phase of the step ``last_epoch``, and how much of it is done."""
        start = 0.0
        for phase in self._schedule_phases[:-1]:
            if self.last_epoch <= phase.end_step:
                break
            start = phase.end_step
        else:
            phase = self._schedule_phases[-1]
        return phase, (self.last_epoch - start) / (phase.end_step - start)

    def _between(self, group: Group, start: str, end: str, part: float) -> float:
        return _STRATEGIES[self._anneal_func_type](group[start], group[end], part)
