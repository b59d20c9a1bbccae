"""Comparing tensors in tests: ``torch.testing``.

Source: PyTorch's page ``torch.testing``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from numbers import Number
from typing import Any, Final

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.creation import as_tensor

__all__ = ["assert_allclose", "assert_close"]

_TOLERANCES: Final = {
    dtypes.float16: (1e-3, 1e-5),
    dtypes.bfloat16: (1.6e-2, 1e-5),
    dtypes.float32: (1.3e-6, 1e-5),
    dtypes.complex64: (1.3e-6, 1e-5),
    dtypes.float64: (1e-7, 1e-7),
    dtypes.complex128: (1e-7, 1e-7),
}
_EARLIER_TOLERANCES: Final = {
    dtypes.float16: (1e-3, 1e-3),
    dtypes.float32: (1e-4, 1e-5),
    dtypes.float64: (1e-5, 1e-8),
}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise AssertionError unless two things are equal within ``atol + rtol * |expected|``.

    They are tensors, numbers, arrays, or sequences and mappings of these. Tolerances unless given
    are those of the dtype.

    Raises:
        AssertionError: they are not, or are of other shapes or dtypes.
        ValueRangeError: (a ValueError) only one of the tolerances is given.

    >>> import graphnet as torch
    >>> torch.testing.assert_close(torch.tensor([1.0]), torch.tensor([1.0 + 1e-7]))
    """
    if (rtol is None) != (atol is None):
        raise ValueRangeError("rtol and atol must both be specified or both be unspecified")

    def compare(actual: Any, expected: Any, place: str) -> None:
        if isinstance(expected, Mapping) and isinstance(actual, Mapping):
            if actual.keys() != expected.keys():
                fail(f"The keys of the mappings do not match: {list(actual)}, {list(expected)}")
            for key in expected:
                compare(actual[key], expected[key], f"{place}[{key!r}]")
        elif isinstance(expected, Sequence) and isinstance(actual, Sequence):
            if len(actual) != len(expected):
                fail(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}")
            for number, (one, other) in enumerate(zip(actual, expected, strict=True)):
                compare(one, other, f"{place}[{number}]")
        else:
            problem = _difference(actual, expected, rtol, atol, equal_nan, check_dtype)
            if problem:
                fail(problem + (f"\n\nThe failure occurred for item {place}" if place else ""))

    def fail(problem: str) -> None:
        raise AssertionError(problem if msg is None else msg(problem) if callable(msg) else msg)

    compare(actual, expected, "")


def assert_allclose(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: str = "",
) -> None:
    """The early form of :func:`assert_close`: it asks for less, and warns that it is going away."""
    warnings.warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a "
        "future release. Please use `torch.testing.assert_close()` instead. You can find detailed "
        "upgrade instructions in https://github.com/pytorch/pytorch/issues/61844.",
        FutureWarning,
        stacklevel=2,
    )
    x = actual if isinstance(actual, Tensor) else as_tensor(actual)
    y = expected if isinstance(expected, Tensor) else as_tensor(expected, dtype=x.dtype)
    if rtol is None and atol is None:
        rtol, atol = max(_EARLIER_TOLERANCES.get(kind, (0.0, 0.0)) for kind in (x.dtype, y.dtype))
    assert_close(
        x, y, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None
    )


def _difference(
    actual: Any,
    expected: Any,
    rtol: float | None,
    atol: float | None,
    equal_nan: bool,
    check_dtype: bool,
) -> str:
    """What is different; nothing if they are close."""
    numbers = isinstance(actual, Number) and isinstance(expected, Number)
    x, y = _as_tensor(actual), _as_tensor(expected)
    if x.shape != y.shape:
        return f"The values for attribute 'shape' do not match: {x.shape} != {y.shape}."
    if check_dtype and not numbers and x.dtype is not y.dtype:
        return f"The values for attribute 'dtype' do not match: {x.dtype} != {y.dtype}."
    # Of two dtypes the looser tolerance holds.
    loosest = max(_TOLERANCES.get(dtype, (0.0, 0.0)) for dtype in (x.dtype, y.dtype))
    relative, absolute = loosest if rtol is None or atol is None else (rtol, atol)
    kind = dtypes.promote_types(x.dtype, y.dtype)
    x, y = x.to(kind), y.to(kind)
    close = x.isclose(y, rtol=relative, atol=absolute, equal_nan=equal_nan)
    wrong = int((~close).sum())
    if not wrong:
        return ""
    if not (kind.is_floating_point or kind.is_complex):
        x, y = x.double(), y.double()
    apart = (x - y).abs()
    far, furthest = float(apart.max()), float((apart / y.abs()).max())
    how = "close" if relative or absolute else "equal"
    if numbers or not x.dim():
        return (
            f"Scalars are not {how}!\n\nExpected {y.item()} but got {x.item()}.\n"
            f"Absolute difference: {far} (up to {absolute} allowed)\n"
            f"Relative difference: {furthest} (up to {relative} allowed)"
        )
    return (
        f"Tensor-likes are not {how}!\n\n"
        f"Mismatched elements: {wrong} / {x.numel()} ({100 * wrong / x.numel():.1f}%)\n"
        f"Greatest absolute difference: {far} (up to {absolute} allowed)\n"
        f"Greatest relative difference: {furthest} (up to {relative} allowed)"
    )


def _as_tensor(value: Any) -> Tensor:
    """A tensor without history; of a Python number in its own precision."""
    if isinstance(value, Tensor):
        return value.detach()
    precise = {float: dtypes.float64, complex: dtypes.complex128}
    return as_tensor(value, dtype=precise.get(type(value)))
