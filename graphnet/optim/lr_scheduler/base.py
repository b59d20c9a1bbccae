"""What learning rate schedules share: when they change the rates, and what they remember."""

from __future__ import annotations

import functools
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from graphnet._tensor import Tensor
from graphnet.autograd import no_grad
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.optim.optimizer import Optimizer

Rates = list[Any]
"""A rate for each parameter group: a float, or a tensor of one element."""

Group = dict[str, Any]

EPOCH_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where "
    "possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if "
    "epoch is different from None, the closed form is used instead of the new chainable form, "
    "where available."
)


class LRScheduler:
    """Sets the learning rates of an optimizer, step by step.

    A subclass defines :meth:`get_lr`. It may start from the rates as they are, so that several
    schedules can work on the same optimizer. Source: PyTorch's page "torch.optim".

    Args:
        optimizer: whose learning rates are set.
        last_epoch: the number of the last step, to go on from there; -1 begins.

    Raises TypeError when ``optimizer`` is none, KeyError when it is to go on but the optimizer's
    groups have no ``initial_lr``.
    """

    _get_lr_called_within_step = False
    _is_initial = False

    optimizer: Optimizer
    base_lrs: Rates
    last_epoch: int
    _last_lr: Rates
    _step_count: int

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        require_optimizer(optimizer)
        self.optimizer = optimizer
        for position, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{position}] when "
                    "resuming scheduler with last_epoch >= 0: load the optimizer's state first, "
                    "or leave last_epoch out to begin"
                )
        self.base_lrs = self._of_groups("initial_lr")
        self.last_epoch = last_epoch
        _watch_steps(optimizer)
        self._initial_step()

    def get_lr(self) -> Rates:
        """The rates of the step ``last_epoch``, for subclasses to define.

        Called from outside it warns: what the rates are, :meth:`get_last_lr` says.
        """
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use "
                "`get_last_lr()`.",
                stacklevel=2,
            )
        return self._rates()

    def _rates(self) -> Rates:
        """What :meth:`get_lr` returns: for subclasses that do not define that."""
        raise NotImplementedError(f"{type(self).__name__} defines neither get_lr() nor _rates()")

    def _get_closed_form_lr(self) -> Rates:
        """The rates of the step ``last_epoch``, whatever they were before.

        For subclasses that have a formula for them.
        """
        return self.get_lr()

    def get_last_lr(self) -> Rates:
        """The rates as this schedule set them last, one for each parameter group."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Set the rates of the next step; to be called after ``optimizer.step()``.

        ``epoch``, the step to go to, is an old argument, which warns.
        """
        if self._step_count == 1:
            self._warn_of_order()
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_WARNING, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        with self._flag("_get_lr_called_within_step"):
            rates = self.get_lr() if epoch is None else self._get_closed_form_lr()
        self._set_rates(rates)

    def _set_rates(self, rates: Rates) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            put(group, "lr", rate)
        self._last_lr = self._of_groups("lr")

    def _initial_step(self) -> None:
        self._step_count = 0
        with self._flag("_is_initial"):
            self.step()

    @contextmanager
    def _flag(self, name: str) -> Iterator[None]:
        setattr(self, name, True)
        try:
            yield
        finally:
            setattr(self, name, False)

    def _of_groups(self, key: str) -> Rates:
        """A setting of all parameter groups."""
        return [copied(group[key]) for group in self.optimizer.param_groups]

    def _scaled(self, factor: float) -> Rates:
        """The rates as they are, times ``factor``."""
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _warn_of_order(self) -> None:
        if not hasattr(self.optimizer.step, "_wrapped_by_lr_sched"):
            warnings.warn(
                "Seems like `optimizer.step()` has been overridden after learning rate scheduler "
                "initialization. Please, make sure to call `optimizer.step()` before "
                "`lr_scheduler.step()`.",
                stacklevel=3,
            )
        elif not getattr(self.optimizer, "_opt_called", False):
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. You should call "
                "them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`. "
                "Failure to do this will result in skipping the first value of the learning rate "
                "schedule.",
                stacklevel=3,
            )

    def state_dict(self) -> dict[str, Any]:
        """What the schedule has to remember: all its attributes but the optimizer."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from where another schedule's :meth:`state_dict` was taken."""
        vars(self).update(state_dict)


_LRScheduler = LRScheduler
"""The name it had before PyTorch 2.0."""


def require_optimizer(optimizer: object) -> None:
    """Raise TypeError unless ``optimizer`` is one."""
    if not isinstance(optimizer, Optimizer):
        raise ArgumentError(f"{type(optimizer).__name__} is not an Optimizer")


def copied(value: Any) -> Any:
    """A number itself, a tensor's copy: tensors in parameter groups are changed in place."""
    return value.clone() if isinstance(value, Tensor) else value


def put(group: Group, key: str, value: Any) -> None:
    """Change a setting of a parameter group; a tensor stays the same object."""
    if isinstance(group[key], Tensor):
        with no_grad():
            group[key].fill_(value)
    else:
        group[key] = value


def for_each_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """An argument given for all parameter groups or each; ValueError for another number."""
    count = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [copied(value) for _ in range(count)]
    if len(value) != count:
        raise ValueRangeError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} "
            f"values, param_groups has {count}."
        )
    return [copied(each) for each in value]


def saved_functions(functions: Sequence[Callable[..., Any] | None]) -> list[dict[str, Any] | None]:
    """What to save of functions: nothing but what callable objects have as attributes."""
    return [
        None if each is None or isinstance(each, FunctionType) else dict(vars(each))
        for each in functions
    ]


def load_functions(
    functions: Sequence[Callable[..., Any] | None], saved: Sequence[dict[str, Any] | None]
) -> None:
    """Give callable objects the attributes that were saved."""
    for each, attributes in zip(functions, saved, strict=True):
        if attributes is not None:
            vars(each).update(attributes)


def _watch_steps(optimizer: Optimizer) -> None:
    """Have the optimizer note calls of its ``step``, which should come before a schedule's."""
    if hasattr(optimizer.step, "_wrapped_by_lr_sched"):
        return
    step: Any = optimizer.step
    function = step.__func__
    # The optimizer holds the wrapper: were that to hold the optimizer, both would live on.
    reference = weakref.ref(optimizer)

    @functools.wraps(function)
    def watched(*args: Any, **kwargs: Any) -> Any:
        owner: Any = reference()
        owner._opt_called = True
        return function(owner, *args, **kwargs)

    vars(watched)["_wrapped_by_lr_sched"] = True
    vars(optimizer)["step"] = watched
