"""What optimizers ask of their options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError

_NAMES = {"lr": "learning rate", "eps": "epsilon value"}

Number = float | Tensor
"""An option that may be given as a tensor of one element."""


def check_rates(**rates: Number) -> None:
    """Refuse negative rates, and tensors that are no single number.

    Raises:
        ValueError: one is; the message names it.
    """
    for name, value in rates.items():
        what = _NAMES.get(name, f"{name} value")
        check(scalar(name, value) >= 0, f"Invalid {what}: {value}", "use 0 or more")


def check_betas(betas: Sequence[Number]) -> None:
    """Refuse averaging coefficients outside [0, 1)."""
    for place, beta in enumerate(betas):
        number = scalar(f"betas[{place}]", beta)
        check(0 <= number < 1, f"Invalid beta parameter at index {place}: {beta}")


def check(condition: bool, problem: str, cure: str | None = None) -> None:
    """Refuse an option unless ``condition`` holds; one that is NaN meets none.

    Raises:
        ValueError: it does not.
    """
    if not condition:
        raise ValueRangeError(problem, cure=cure)


def scalar(name: str, value: Number) -> float:
    """The number of an option that may be a tensor.

    Raises:
        ValueError: it has not exactly one element.
    """
    if not isinstance(value, Tensor):
        return value
    if value.numel() != 1:
        raise ValueRangeError(
            f"Tensor {name} must be 1-element", cure=f"it has shape {tuple(value.shape)}"
        )
    return float(value.item())


def squeezed(value: Any) -> Any:
    """A tensor of one element without dimensions; anything else as it is."""
    return value.squeeze() if isinstance(value, Tensor) and value.ndim else value
