"""Gradient scaling: losses times a large number, so that short gradients do not vanish.

Source: PyTorch's page ``Automatic Mixed Precision package``; Micikevicius et al., "Mixed Precision
Training" (2018).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from graphnet._tensor import Tensor
from graphnet.errors import AutogradError, ValueRangeError
from graphnet.grad_mode import no_grad

if TYPE_CHECKING:
    from graphnet.optim.optimizer import Optimizer


class OptState(Enum):
    """How far an optimizer has come since the last update of the scale."""

    READY = auto()
    UNSCALED = auto()
    STEPPED = auto()


class GradScaler:
    """Scales losses, divides gradients by the scale, and leaves out steps with infinite ones.

    For CUDA, PyTorch's default, it warns and is switched off: then losses pass through and steps
    are plain steps.

    >>> import graphnet as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.SGD([w], lr=0.5)
    >>> scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    >>> scaler.scale((w * w).sum()).backward()
    >>> scaler.step(optimizer)
    >>> scaler.update()
    >>> w
    tensor([0., 0.], requires_grad=True)
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if enabled and device == "cuda":
            warnings.warn(
                "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.",
                stacklevel=2,
            )
            enabled = False
        if growth_factor <= 1 or backoff_factor >= 1:
            raise ValueRangeError(
                f"the growth factor must be above 1 and the backoff factor below, not "
                f"{growth_factor} and {backoff_factor}"
            )
        self._enabled = enabled
        self._scale = float(init_scale)
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._growth_tracker = 0
        self._infinite = False
        self._stages: WeakKeyDictionary[Optimizer, tuple[OptState, bool]] = WeakKeyDictionary()

    def is_enabled(self) -> bool:
        """Whether it scales."""
        return self._enabled

    def get_scale(self) -> float:
        """What losses are multiplied by; 1 where it is switched off."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """What the scale is multiplied by after many finite steps."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Set what the scale is multiplied by after many finite steps."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """What the scale is multiplied by after an infinite gradient."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set what the scale is multiplied by after an infinite gradient."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """How many finite steps make the scale grow."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Set how many finite steps make the scale grow."""
        self._growth_interval = new_interval

    def scale(self, outputs: Any) -> Any:
        """A tensor, or those in a list, tuple or other iterable, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            return outputs * self._scale
        if isinstance(outputs, Iterable):
            scaled = [self.scale(each) for each in outputs]
            return tuple(scaled) if isinstance(outputs, tuple) else scaled
        raise ValueRangeError("outputs must be a Tensor or an iterable of Tensors")

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of an optimizer's parameters by the scale, as before clipping them.

        Raises:
            AutogradError: (a RuntimeError) it was done already, or the step was taken.
        """
        if not self._enabled:
            return
        stage, _ = self._stages.get(optimizer, (OptState.READY, False))
        if stage is not OptState.READY:
            raise AutogradError(
                "unscale_() has already been called on this optimizer since the last update()."
                if stage is OptState.UNSCALED
                else "unscale_() is being called after step()."
            )
        found = False
        with no_grad():
            for group in optimizer.param_groups:
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        parameter.grad.mul_(1 / self._scale)
                        found = found or not bool(parameter.grad.isfinite().all())
        self._infinite = self._infinite or found
        self._stages[optimizer] = OptState.UNSCALED, found

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """Take the optimizer's step, unless one of the gradients is infinite or no number.

        Raises:
            AutogradError: (a RuntimeError) the step was taken since the last update.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise AutogradError("Closure use is not currently supported if GradScaler is enabled.")
        stage, found = self._stages.get(optimizer, (OptState.READY, False))
        if stage is OptState.STEPPED:
            raise AutogradError("step() has already been called since the last update().")
        if stage is OptState.READY:
            self.unscale_(optimizer)
            _, found = self._stages[optimizer]
        result = None if found else optimizer.step(*args, **kwargs)
        self._stages[optimizer] = OptState.STEPPED, found
        return result

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Make the scale smaller after an infinite gradient, larger after many finite steps."""
        if not self._enabled:
            return
        if new_scale is not None:
            self._scale = float(new_scale)
        elif self._infinite:
            self._scale *= self._backoff_factor
            self._growth_tracker = 0
        else:
            self._growth_tracker += 1
            if self._growth_tracker == self._growth_interval:
                self._scale *= self._growth_factor
                self._growth_tracker = 0
        self._infinite = False
        self._stages.clear()

    def state_dict(self) -> dict[str, Any]:
        """What :meth:`load_state_dict` needs to go on; empty where it is switched off."""
        if not self._enabled:
            return {}
        return {
            "scale": self._scale,
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved state.

        Raises:
            AutogradError: (a RuntimeError) it is the empty one of a scaler that was switched off.
        """
        if not self._enabled:
            return
        if not state_dict:
            raise AutogradError(
                "The source state dict is empty, possibly because it was saved from a disabled "
                "instance of GradScaler."
            )
        self._scale = state_dict["scale"]
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]
