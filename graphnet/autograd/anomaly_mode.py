"""Looking for gradients that are no numbers: ``torch.autograd.detect_anomaly``.

Source: PyTorch's page ``Automatic differentiation package``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any, ClassVar

from graphnet.errors import AutogradError


class set_detect_anomaly:  # noqa: N801  # PyTorch's name
    """Switch the search on or off: at once, and for the block when used with ``with``.

    While it is on, each backward pass is computed at once, and raises AutogradError if a gradient
    it finds is not a number. PyTorch names the operation that made it; here the leaf is named.

    >>> import graphnet as torch
    >>> x = torch.tensor([0.0], requires_grad=True)
    >>> with torch.autograd.set_detect_anomaly(True):
    ...     try:
    ...         (x.sqrt() * 0).sum().backward()
    ...     except RuntimeError as error:
    ...         print(str(error).splitlines()[0])
    a backward pass returned nan values in the gradient of a tensor of shape [1]
    """

    enabled: ClassVar[bool] = False

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = set_detect_anomaly.enabled
        set_detect_anomaly.enabled = mode and check_nan

    def __enter__(self) -> None:
        """Nothing: it is switched already."""

    def __exit__(self, *_: object) -> None:
        set_detect_anomaly.enabled = self._before


class detect_anomaly(set_detect_anomaly):  # noqa: N801  # PyTorch's name
    """Search in a block."""

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should "
            "only be enabled for debugging.",
            stacklevel=2,
        )
        super().__init__(True, check_nan)


def is_anomaly_enabled() -> bool:
    """Whether backward passes are searched."""
    return set_detect_anomaly.enabled


def check_gradients(found: Iterable[tuple[Any, Any]]) -> None:
    """Look at the gradients of a pass.

    Raises:
        AutogradError: (a RuntimeError) one has a value that is not a number.
    """
    for tensor, gradient in found:
        if gradient is not None and bool(gradient.isnan().any()):
            raise AutogradError(
                "a backward pass returned nan values in the gradient of a tensor of shape "
                f"{list(tensor.shape)}",
                cure="look for a division by zero, or a root or logarithm of zero",
            )
