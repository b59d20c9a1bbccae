"""Lowering the rates when nothing improves any more."""

from __future__ import annotations

import math
import warnings
from typing import Any, SupportsFloat

from graphnet.errors import ValueRangeError
from graphnet.optim.lr_scheduler.base import (
    EPOCH_WARNING,
    LRScheduler,
    put,
    require_optimizer,
)
from graphnet.optim.optimizer import Optimizer


class ReduceLROnPlateau(LRScheduler):
    """Multiplies the rates by ``factor`` when a metric has stopped improving.

    Args:
        optimizer: whose learning rates are set.
        mode: ``"min"`` for a metric that should fall, ``"max"`` for one that should rise.
        factor: less than 1.
        patience: how many steps without improvement are let pass.
        threshold: how much better counts as an improvement.
        threshold_mode: ``"rel"``: relative to the best so far; ``"abs"``: the difference.
        cooldown: how many steps to wait after the rates were lowered.
        min_lr: the least rate, for all parameter groups or each.
        eps: a change smaller than this is not made.

    Raises ValueError for a factor of 1 or more, an unknown mode, or another number of rates.

    >>> import graphnet as torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    >>> scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     scheduler.step(loss)
    >>> scheduler.get_last_lr()
    [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueRangeError(f"Factor should be < 1.0., but got {factor}")
        require_optimizer(optimizer)
        if mode not in ("min", "max"):
            raise ValueRangeError(f"mode {mode} is unknown!", cure="use 'min' or 'max'")
        if threshold_mode not in ("rel", "abs"):
            raise ValueRangeError(
                f"threshold mode {threshold_mode} is unknown!", cure="use 'rel' or 'abs'"
            )
        self.optimizer = optimizer
        self.factor = factor
        count = len(optimizer.param_groups)
        self.default_min_lr: float | None = None
        if isinstance(min_lr, list | tuple):
            if len(min_lr) != count:
                raise ValueRangeError(f"expected {count} min_lrs, got {len(min_lr)}")
            self.min_lrs = list(min_lr)
        else:
            self.default_min_lr = min_lr
            self.min_lrs = [min_lr] * count
        self.mode = mode
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = self._of_groups("lr")
        self._reset()

    def _reset(self) -> None:
        """Forget what was best."""
        self.best = math.inf if self.mode == "min" else -math.inf
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    @property
    def in_cooldown(self) -> bool:
        """Whether it waits after having lowered the rates."""
        return self.cooldown_counter > 0

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Take note of the metric, which is looked at, and lower the rates if it is time."""
        current = float(metrics)
        if epoch is not None:
            warnings.warn(EPOCH_WARNING, stacklevel=2)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = self._of_groups("lr")

    def _is_better(self, current: float, best: float) -> bool:
        margin = -self.threshold if self.mode == "min" else self.threshold
        bar = best * (1.0 + margin) if self.threshold_mode == "rel" else best + margin
        return current < bar if self.mode == "min" else current > bar

    def _reduce_lr(self) -> None:
        groups: list[dict[str, Any]] = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"The number of param groups in the `optimizer` ({len(groups)}) differs from "
                    f"when `ReduceLROnPlateau` was initialized ({len(self.min_lrs)}), usually due "
                    "to a new param group being added to the optimizer. Please modify the "
                    "`min_lrs` field to match the length of the `optimizer` param groups."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, least in zip(groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, least)
            if old - new > self.eps:
                put(group, "lr", new)
