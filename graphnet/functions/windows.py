"""Windows: weights of neighbouring samples, the greatest in the middle.

Each is a function of the places ``k`` and of how far the last one is from the first, ``span``; what
they have in common (lengths, dtypes, symmetry) is added once. ``torch.hann_window`` and its like
are periodic unless told otherwise, the functions of ``torch.signal.windows`` symmetric.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.arguments import RefusedError, integer
from graphnet.functions.factories import ones
from graphnet.functions.layouts import strided
from graphnet.functions.ranges import arange
from graphnet.functions.special_functions import i0
from graphnet.ops.bounds import ClampMin
from graphnet.ops.math import Abs, Cos, Exp, Sin, Sqrt

__all__ = [
    "bartlett_window",
    "blackman_window",
    "hamming_window",
    "hann_window",
    "kaiser_window",
]

Window = Callable[..., Tensor]


def _common(
    M: int,  # PyTorch's name
    *,
    sym: bool = True,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> None:
    """The arguments that all windows take."""


def window(shape: Window) -> Window:
    """The window of ``M`` samples whose weight at ``k`` is ``shape(k, span, ...)``.

    Raises ValueError for negative lengths and for dtypes other than float32 and float64.
    """
    name = shape.__name__

    @functools.wraps(shape)
    def made(
        M: int,
        *,
        sym: bool = True,
        dtype: dtypes.dtype | None = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        **parameters: Any,
    ) -> Tensor:
        length, kind = integer(name, "M", M), dtype or dtypes.get_default_dtype()
        if length < 0:
            raise ValueRangeError(f"{name} requires non-negative window length, got M={length}")
        if kind not in (dtypes.float32, dtypes.float64):
            raise ValueRangeError(f"{name} expects float32 or float64 dtypes, got: {kind}")
        if layout not in (None, strided):
            raise ValueRangeError(f"{name} is implemented for strided tensors only, got: {layout}")
        span = length - 1 if sym else length
        if name == "exponential" and sym and parameters.get("center") is not None:
            raise ValueRangeError("Center must be None for symmetric windows")
        weights = shape(arange(length, dtype=kind, device=device), max(span, 1), **parameters)
        if length == 1:
            weights = ones(1, dtype=kind)
        return weights.requires_grad_() if requires_grad else weights

    own = list(inspect.signature(shape).parameters.values())[2:]
    first, *rest = inspect.signature(_common).parameters.values()
    signature = inspect.Signature([first, *own, *rest])
    made.__signature__ = signature  # type: ignore[attr-defined]  # inspect reads it
    return made


@window
def general_cosine(k: Tensor, span: int, *, a: Iterable[float]) -> Tensor:
    """A sum of cosines: ``a[0] - a[1] cos(t) + a[2] cos(2 t) - ...`` over one period of ``t``.

    >>> import graphnet as torch
    >>> torch.signal.windows.general_cosine(3, a=[0.5, 0.5])
    tensor([0., 1., 0.])
    """
    coefficients = list(a) if isinstance(a, Iterable) else None
    if coefficients is None:
        raise TypeError("Coefficients must be a list/tuple")
    if not coefficients:
        raise ValueRangeError("Coefficients cannot be empty")
    terms = (
        Cos()(k * (2 * math.pi * i / span)) * ((-1) ** i * factor)
        for i, factor in enumerate(coefficients)
    )
    total = next(terms)
    for term in terms:
        total = total + term
    weights: Tensor = total
    return weights


_cosines = general_cosine.__wrapped__  # type: ignore[attr-defined]  # the shape alone


@window
def general_hamming(k: Tensor, span: int, *, alpha: float = 0.54) -> Tensor:
    """``alpha - (1 - alpha) cos(t)`` over one period of ``t``."""
    weights: Tensor = _cosines(k, span, a=[alpha, 1 - alpha])
    return weights


@window
def hamming(k: Tensor, span: int) -> Tensor:
    """The Hamming window: ``0.54 - 0.46 cos(t)``."""
    weights: Tensor = _cosines(k, span, a=[0.54, 0.46])
    return weights


@window
def hann(k: Tensor, span: int) -> Tensor:
    """The Hann window: ``(1 - cos(t)) / 2``.

    >>> import graphnet as torch
    >>> torch.signal.windows.hann(3)
    tensor([0., 1., 0.])
    """
    weights: Tensor = _cosines(k, span, a=[0.5, 0.5])
    return weights


@window
def blackman(k: Tensor, span: int) -> Tensor:
    """The Blackman window: ``0.42 - 0.5 cos(t) + 0.08 cos(2 t)``."""
    weights: Tensor = _cosines(k, span, a=[0.42, 0.5, 0.08])
    return weights


@window
def nuttall(k: Tensor, span: int) -> Tensor:
    """Nuttall's minimum window of four terms."""
    weights: Tensor = _cosines(k, span, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411])
    return weights


@window
def bartlett(k: Tensor, span: int) -> Tensor:
    """The Bartlett window: a triangle.

    >>> import graphnet as torch
    >>> torch.signal.windows.bartlett(5)
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    weights: Tensor = 1 - Abs()(k * (2 / span) - 1)
    return weights


@window
def cosine(k: Tensor, span: int) -> Tensor:
    """Half a period of a sine."""
    weights: Tensor = Sin()((k + 0.5) * (math.pi / (span + 1)))
    return weights


@window
def gaussian(k: Tensor, span: int, *, std: float = 1.0) -> Tensor:
    """The density of a normal distribution, 1 in the middle."""
    if std <= 0:
        raise ValueRangeError(f"Standard deviation must be positive, got: {std} instead.")
    distance = (k - span / 2) * (1 / (std * math.sqrt(2)))
    weights: Tensor = Exp()(-(distance * distance))
    return weights


@window
def exponential(k: Tensor, span: int, *, center: float | None = None, tau: float = 1.0) -> Tensor:
    """``exp(-|k - center| / tau)``; the center may be chosen where ``sym`` is False."""
    if tau <= 0:
        raise ValueRangeError(f"Tau must be positive, got: {tau} instead.")
    middle = span / 2 if center is None else center
    weights: Tensor = Exp()(-Abs()(k - middle) * (1 / tau))
    return weights


@window
def kaiser(k: Tensor, span: int, *, beta: float = 12.0) -> Tensor:
    """The Kaiser window: a Bessel function of a half circle."""
    if beta < 0:
        raise ValueRangeError(f"beta must be non-negative, got: {beta} instead.")
    place = k * (2 / span) - 1
    root = Sqrt()(ClampMin()(1 - place * place, 0.0))
    weights: Tensor = i0(root * float(beta)) / i0(arange(1, dtype=k.dtype) + float(beta))
    return weights


# ---------------------------------------------------------------------- torch.hann_window, ...


def _periodic(
    function: str, made_by: Window, length: int, periodic: bool, dtype: Any, **options: Any
) -> Tensor:
    """A window as the functions of ``torch`` give it, with their errors."""
    if dtype is not None and not dtype.is_floating_point:
        raise RefusedError(f"{function} expects floating point dtypes, got: {dtype}")
    if length < 0:
        raise RefusedError(f"{function} requires non-negative window_length, got {length}")
    return made_by(length, sym=not periodic, dtype=dtype, **options)


def hann_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The Hann window: ``(1 - cos(t)) / 2`` over one period of ``t``.

    >>> import graphnet as torch
    >>> torch.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    options = {"device": device, "layout": layout, "requires_grad": requires_grad}
    return _periodic("hann_window", hann, window_length, periodic, dtype, **options)


def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The Hamming window: ``alpha - beta cos(t)`` over one period of ``t``."""
    options = {
        "device": device,
        "layout": layout,
        "requires_grad": requires_grad,
        "a": [alpha, beta],
    }
    return _periodic("hamming_window", general_cosine, window_length, periodic, dtype, **options)


def blackman_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The Blackman window: ``0.42 - 0.5 cos(t) + 0.08 cos(2 t)`` over one period of ``t``."""
    options = {"device": device, "layout": layout, "requires_grad": requires_grad}
    return _periodic("blackman_window", blackman, window_length, periodic, dtype, **options)


def bartlett_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The Bartlett window: a triangle."""
    options = {"device": device, "layout": layout, "requires_grad": requires_grad}
    return _periodic("bartlett_window", bartlett, window_length, periodic, dtype, **options)


def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
) -> Tensor:
    """The Kaiser window: a Bessel function of a half circle."""
    options = {"device": device, "layout": layout, "requires_grad": requires_grad, "beta": beta}
    return _periodic("kaiser_window", kaiser, window_length, periodic, dtype, **options)
