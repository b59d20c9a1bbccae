"""Schedules made of schedules: one after another, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.optim.lr_scheduler.base import LRScheduler, put
from graphnet.optim.lr_scheduler.plateau import ReduceLROnPlateau
from graphnet.optim.optimizer import Optimizer


class _Composite(LRScheduler):
    """What these schedules share: their parts, which must all belong to the same optimizer."""

    def _take(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> None:
        name = type(self).__name__
        if not schedulers:
            raise ValueRangeError(f"{name} expects at least one scheduler, but got no scheduler.")
        for position, scheduler in enumerate(schedulers):
            if not hasattr(scheduler, "optimizer"):
                raise ArgumentError(
                    f"{name} at index {position} should have `optimizer` as its attribute."
                )
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueRangeError(
                    f"{name} does not support `ReduceLROnPlateau` scheduler as it requires "
                    "additional kwargs to be specified when calling `step`, but got one at index "
                    f"{position} in the given schedulers sequence."
                )
            optimizer = optimizer or scheduler.optimizer
            if optimizer is not scheduler.optimizer:
                raise ValueRangeError(
                    f"{name} expects all schedulers to belong to the same optimizer, but "
                    f"{type(scheduler).__name__} at index {position} belongs to another"
                )
        self._schedulers = schedulers
        self.optimizer = schedulers[0].optimizer

    def state_dict(self) -> dict[str, Any]:
        parts = [scheduler.state_dict() for scheduler in self._schedulers]
        return {**super().state_dict(), "_schedulers": parts}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)
        super().load_state_dict({**state_dict, "_schedulers": self._schedulers})


class ChainedScheduler(_Composite):
    """Several schedules at once: each changes the rates that the one before has set.

    Raises ValueError for parts of different optimizers, for none, and for a
    :class:`ReduceLROnPlateau`, whose step needs a metric.
    """

    def __init__(
        self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None
    ) -> None:
        self._take(schedulers, optimizer)
        self._last_lr = self._of_groups("lr")

    def step(self, epoch: int | None = None) -> None:
        """Do the next step of all schedules; there is no going to another ``epoch``."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = self._of_groups("lr")


class SequentialLR(_Composite):
    """Several schedules one after another, the next from each of the steps ``milestones`` on.

    Raises ValueError unless there is one milestone less than schedules, for parts of different
    optimizers, for none, and for a :class:`ReduceLROnPlateau`, whose step needs a metric.

    >>> import graphnet as torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    >>> warmup = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=0.1, total_iters=2)
    >>> decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> both = torch.optim.lr_scheduler.SequentialLR(optimizer, [warmup, decay], milestones=[2])
    >>> for epoch in range(4):
    ...     print(both.get_last_lr())
    ...     optimizer.step()
    ...     both.step()
    [0.1]
    [0.1]
    [1.0]
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ) -> None:
        self._take(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueRangeError(
                "Sequential Schedulers expects number of schedulers provided to be one more than "
                f"the number of milestone points, but got number of schedulers {len(schedulers)} "
                f"and the number of milestones to be equal to {len(milestones)}"
            )
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        # Each part has made its first step when it was made; only one of them is to count.
        for group in optimizer.param_groups:
            put(group, "lr", group["initial_lr"])
        self._undo_first_steps()
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def _undo_first_steps(self) -> None:
        pending: list[LRScheduler] = list(self._schedulers)
        while pending:
            scheduler = pending.pop()
            if isinstance(scheduler, _Composite):
                pending.extend(scheduler._schedulers)
            else:
                scheduler.last_epoch -= 1

    def step(self, epoch: int | None = None) -> None:
        """Do the next step of the schedule whose turn it is; there is no going to an ``epoch``."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()
