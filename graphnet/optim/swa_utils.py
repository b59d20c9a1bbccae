"""Averages of a model over its training: ``torch.optim.swa_utils``."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from itertools import chain
from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError, ValueRangeError
from graphnet.grad_mode import no_grad
from graphnet.nn.modules.batchnorm import _BatchNorm
from graphnet.nn.modules.module import Module
from graphnet.optim.lr_scheduler.base import Group, LRScheduler, Rates, for_each_group
from graphnet.optim.optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Average = Callable[[Tensor, Tensor, Any], Tensor]
"""The new average, of the average so far, the present value and the number of values so far."""

MultiAverage = Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]
"""The same for several tensors, whose averages it changes in place."""


class ExclusiveError(GraphnetError, AssertionError):
    """Two functions for one purpose."""


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """An average that forgets: ``decay`` of it stays at each update.

    >>> import graphnet as torch
    >>> average = torch.optim.swa_utils.get_ema_avg_fn(0.75)
    >>> average(torch.tensor(1.0), torch.tensor(3.0), 5)
    tensor(1.5000)
    """
    _check_decay(decay)

    @no_grad()
    def update(averaged: Tensor, current: Tensor, num_averaged: Any) -> Tensor:
        new: Tensor = averaged * decay + current * (1 - decay)
        return new

    return update


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAverage:
    """:func:`get_ema_avg_fn` for several tensors at once, in place."""
    _check_decay(decay)
    return _in_place(get_ema_avg_fn(decay), lambda num_averaged: 1 - decay)


def get_swa_avg_fn() -> Average:
    """The mean of all values so far.

    >>> import graphnet as torch
    >>> average = torch.optim.swa_utils.get_swa_avg_fn()
    >>> average(torch.tensor(1.0), torch.tensor(3.0), 3)
    tensor(1.5000)
    """

    @no_grad()
    def update(averaged: Tensor, current: Tensor, num_averaged: Any) -> Tensor:
        new: Tensor = averaged + (current - averaged) / (num_averaged + 1)
        return new

    return update


def get_swa_multi_avg_fn() -> MultiAverage:
    """:func:`get_swa_avg_fn` for several tensors at once, in place."""
    return _in_place(get_swa_avg_fn(), lambda num_averaged: 1 / (float(num_averaged) + 1))


def _in_place(whole: Average, weight: Callable[[Any], float]) -> MultiAverage:
    """An average in place: by interpolation, or, of whole numbers, by its formula."""

    @no_grad()
    def update(averaged: Sequence[Tensor], current: Sequence[Tensor], num_averaged: Any) -> None:
        for mine, theirs in zip(averaged, current, strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, weight(num_averaged))
            else:
                mine.copy_(whole(mine, theirs, num_averaged))

    return update


def _check_decay(decay: float) -> None:
    if not 0 <= decay <= 1:
        raise ValueRangeError(
            f"Invalid decay value {decay} provided. Please provide a value in [0,1] range."
        )


class AveragedModel(Module):
    """A copy of a model whose parameters are averages over the model's training.

    The first :meth:`update_parameters` copies the parameters, later ones average. Buffers are
    copied, unless ``use_buffers`` says that they are averaged, too; statistics of batch
    normalization can be made anew by :func:`update_bn`.

    Source: PyTorch's page ``torch.optim.swa_utils.AveragedModel``; Izmailov et al., "Averaging
    Weights Leads to Wider Optima and Better Generalization" (2018).

    Args:
        model: the model.
        device: where the copy is kept.
        avg_fn: the average of a single tensor; by default the mean.
        multi_avg_fn: or that of several of one dtype, in place.
        use_buffers: whether buffers are averaged.

    Raises:
        AssertionError: both functions are given.

    >>> import graphnet as torch
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> averaged = torch.optim.swa_utils.AveragedModel(model)
    >>> for weight in (1.0, 2.0, 6.0):
    ...     _ = torch.nn.init.constant_(model.weight, weight)
    ...     averaged.update_parameters(model)
    >>> averaged(torch.ones(1, 1)).item()
    3.0
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: MultiAverage | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise ExclusiveError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        count = fn.tensor(0, dtype=dtypes.int64, device=device)
        self.register_buffer("n_averaged", count)
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model says."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Take the present parameters of ``model`` into the averages."""
        mine, theirs = self._averaged(self.module), self._averaged(model)
        count = self.n_averaged.item()
        if count == 0:
            _copy(mine, theirs)
        elif self.avg_fn is not None:
            for averaged, current in zip(mine, theirs, strict=True):
                averaged.copy_(self.avg_fn(averaged, current, self.n_averaged))
        else:
            average = self.multi_avg_fn or get_swa_multi_avg_fn()
            for together in _by_dtype(mine, theirs):
                average(*together, self.n_averaged)
        if not self.use_buffers:
            _copy(_detached(self.module.buffers()), _detached(model.buffers()))
        self.n_averaged += 1

    def _averaged(self, model: Module) -> list[Tensor]:
        buffers = model.buffers() if self.use_buffers else ()
        return _detached(chain(model.parameters(), buffers))


def _detached(tensors: Iterable[Tensor]) -> list[Tensor]:
    return [tensor.detach() for tensor in tensors]


def _copy(mine: Iterable[Tensor], theirs: Iterable[Tensor]) -> None:
    for kept, current in zip(mine, theirs, strict=True):
        kept.copy_(current)


def _by_dtype(
    mine: Iterable[Tensor], theirs: Iterable[Tensor]
) -> Iterable[tuple[list[Tensor], list[Tensor]]]:
    found: defaultdict[Any, tuple[list[Tensor], list[Tensor]]] = defaultdict(lambda: ([], []))
    for averaged, current in zip(mine, theirs, strict=True):
        lists = found[averaged.dtype]
        lists[0].append(averaged)
        lists[1].append(current)
    return found.values()


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Make the statistics of batch normalization anew, from one pass over data.

    Source: PyTorch's page ``torch.optim.swa_utils.update_bn``.

    Args:
        loader: batches: tensors, or lists and tuples that begin with one.
        model: the model that is given each batch.
        device: where batches are moved first.

    >>> import graphnet as torch
    >>> model = torch.nn.BatchNorm1d(1)
    >>> torch.optim.swa_utils.update_bn([torch.tensor([[1.0], [3.0]])], model)
    >>> model.running_mean, model.running_var
    (tensor([2.]), tensor([2.]))
    """
    layers = [layer for layer in model.modules() if isinstance(layer, _BatchNorm)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean over all batches
    for batch in loader:
        given = batch[0] if isinstance(batch, list | tuple) else batch
        model(given if device is None else given.to(device))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.train(was_training)


def _cosine(part: float) -> float:
    return (1 - math.cos(math.pi * part)) / 2


_STRATEGIES: dict[str, Callable[[float], float]] = {"cos": _cosine, "linear": lambda part: part}


class SWALR(LRScheduler):
    """Takes the rates from where they are to ``swa_lr``, and keeps them there.

    Source: PyTorch's page ``torch.optim.swa_utils.SWALR``.

    Args:
        optimizer: whose learning rates are set.
        swa_lr: the rate at the end, for all parameter groups or each.
        anneal_epochs: how many steps it takes.
        anneal_strategy: ``"cos"`` or ``"linear"``.
        last_epoch: the number of the last step, to go on from there.

    Raises ValueError for another strategy, and for epochs that are no int or negative.

    >>> import graphnet as torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    >>> schedule = torch.optim.swa_utils.SWALR(optimizer, 0.5, 2, "linear")
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     schedule.step()
    ...     print(schedule.get_last_lr())
    [0.75]
    [0.5]
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | Sequence[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        rates = for_each_group("swa_lr", optimizer, swa_lr)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in _STRATEGIES:
            raise ValueRangeError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueRangeError(
                f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}"
            )
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _rates(self) -> Rates:
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        return [self._moved(group, before, now) for group in self.optimizer.param_groups]

    def _share(self, step: int) -> float:
        """How much of a rate is ``swa_lr``'s after some steps."""
        part = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return _STRATEGIES[self._anneal_strategy](part)

    @staticmethod
    def _moved(group: Group, before: float, now: float) -> Any:
        """A group's next rate; it may have been set anew, and counts as so far on its way."""
        final = group["swa_lr"]
        first = final if before == 1 else (group["lr"] - before * final) / (1 - before)
        return final * now + first * (1 - now)
