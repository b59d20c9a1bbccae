"""The text of a tensor, character for character as PyTorch prints it.

A tensor's text is made in three steps. The *style* looks at all numbers that will be shown and
decides how each of them is written: with or without decimals, in scientific notation, how wide.
The *layout* puts the written numbers into nested brackets, breaks lines, and leaves out the middle
of long dimensions. Last come the *notes*, what the numbers do not tell: ``dtype=``, ``size=``,
``grad_fn=``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from graphnet.dtypes import bfloat16, dtype, from_numpy, get_default_dtype
from graphnet.dtypes import bool as boolean
from graphnet.dtypes import int64 as integer
from graphnet.errors import ArgumentError, ValueRangeError

# --- print options ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """How tensors are printed; the arguments of :func:`set_printoptions`."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=math.inf),
}
_current = _PROFILES["default"]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors are printed from now on; what is not given stays as it is.

    Args:
        precision: digits after the point (4).
        threshold: tensors of more elements are shown in summary (1000).
        edgeitems: elements shown at both ends of each dimension of a summary (3).
        linewidth: characters after which a line breaks (80).
        profile: ``"default"``, ``"short"`` (2 digits, 2 edge items) or ``"full"`` (no summary);
            the other arguments override it.
        sci_mode: always (True) or never (False) scientific notation. Unlike the others, leaving it
            out means None: each tensor's magnitudes decide.

    Raises:
        ValueError: an unknown profile, or a negative precision or number of edge items.
        TypeError: one of these two is not an integer.

    >>> import graphnet as torch
    >>> torch.set_printoptions(precision=2)
    >>> torch.tensor([1.2345])
    tensor([1.23])
    >>> torch.set_printoptions(profile="default")
    """
    global _current  # noqa: PLW0603 (one setting for the process, as in PyTorch)
    chosen = _current
    if profile is not None:
        if profile not in _PROFILES:
            raise ValueRangeError(
                f"set_printoptions: unknown profile {profile!r}",
                cure=f"one of {', '.join(map(repr, _PROFILES))}",
            )
        chosen = _PROFILES[profile]
    _check_count("precision", precision)
    _check_count("edgeitems", edgeitems)
    _current = PrintOptions(
        precision=chosen.precision if precision is None else precision,
        threshold=chosen.threshold if threshold is None else threshold,
        edgeitems=chosen.edgeitems if edgeitems is None else edgeitems,
        linewidth=chosen.linewidth if linewidth is None else linewidth,
        sci_mode=sci_mode,
    )


def _check_count(name: str, value: object) -> None:
    if value is None:
        return
    if not isinstance(value, SupportsIndex):
        raise ArgumentError(f"set_printoptions: {name} must be an integer, not {value!r}")
    if int(value) < 0:
        raise ValueRangeError(f"set_printoptions: {name} must not be negative, but is {value}")


def get_printoptions() -> dict[str, Any]:
    """The present options, as keyword arguments of :func:`set_printoptions`.

    >>> import graphnet as torch
    >>> torch.get_printoptions()["precision"]
    4
    """
    return asdict(_current)


def current_options() -> PrintOptions:
    """What is set at present."""
    return _current


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Set print options (those of :func:`set_printoptions`) for the length of a ``with`` block.

    >>> from graphnet.printing import get_printoptions, printoptions
    >>> with printoptions(precision=7):
    ...     get_printoptions()["precision"]
    7
    >>> get_printoptions()["precision"]
    4
    """
    global _current  # noqa: PLW0603
    before = _current
    set_printoptions(**options)
    try:
        yield
    finally:
        _current = before


# --- style: how each number is written --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Style:
    """How the numbers of one tensor are written.

    Attributes:
        width: the room lines keep for a number.
        write: gives the text of one number.
    """

    width: int
    write: Callable[[Any], str]


def _style(shown: NDArray[Any], options: PrintOptions) -> _Style:
    """The style for these numbers, which are all that will be shown."""
    if shown.dtype.kind == "c":
        return _complex_style(_style(shown.real, options), _style(shown.imag, options))
    if shown.dtype.kind == "f":
        return _floating_style(shown, options)
    return _padded(str, shown.ravel().tolist())


def _padded(convert: Callable[[Any], str], numbers: Sequence[Any]) -> _Style:
    """Numbers as ``convert`` gives them, right-justified to the longest of ``numbers``."""
    width = max(map(len, map(convert, numbers)), default=1)
    return _Style(width, lambda number: convert(number).rjust(width))


def _complex_style(real: _Style, imaginary: _Style) -> _Style:
    def write(number: complex) -> str:
        below = imaginary.write(number.imag).lstrip() + "j"
        sign = "" if below[0] in "+-" else "+"
        return real.write(number.real) + sign + below

    return _Style(real.width + imaginary.width + 1, write)


def _floating_style(shown: NDArray[np.floating[Any]], options: PrintOptions) -> _Style:
    """Whole numbers without decimals, others with, extreme ranges in scientific notation.

    Zeros and non-finite numbers have no say, neither in the notation nor in the width.
    """
    numbers = shown[np.isfinite(shown) & (shown != 0)].astype(np.float64)
    if not numbers.size:
        return _padded(_whole, [])
    scientific = options.sci_mode
    if scientific is None:
        magnitudes = np.abs(numbers)
        low, high = float(magnitudes.min()), float(magnitudes.max())
        scientific = high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4
    convert: Callable[[float], str]
    if scientific:
        convert = f"{{:.{options.precision}e}}".format
    elif (numbers == np.ceil(numbers)).all():
        convert = _whole
    else:
        convert = f"{{:.{options.precision}f}}".format
    return _padded(convert, numbers.tolist())


def _whole(number: float) -> str:
    """A whole number with the point that tells it from an integer; inf and nan need none."""
    return f"{number:.0f}." if math.isfinite(number) else f"{number:.0f}"


# --- layout: brackets, line breaks, summary ---------------------------------------------------


def _summary(values: NDArray[Any], edge: int) -> NDArray[Any]:
    """The elements that are left when only ``edge`` at both ends of each dimension are shown."""
    kept = [
        np.r_[:edge, size - edge : size] if size > 2 * edge else np.arange(size)
        for size in values.shape
    ]
    corners: NDArray[Any] = values[np.ix_(*kept)]
    return corners


def _layout(
    values: NDArray[Any], indent: int, style: _Style, options: PrintOptions, summarise: bool
) -> str:
    """The numbers in nested brackets; ``indent`` is the column of the first bracket."""
    if values.ndim == 0:
        return style.write(values.item())
    edge = options.edgeitems
    head, tail = values, values[:0]
    gap: list[str] = []
    if summarise and len(values) > 2 * edge:
        head, tail = values[:edge], values[len(values) - edge :]
        gap = [" ..."] if edge and values.ndim == 1 else ["..."]
    margin = "\n" * max(1, values.ndim - 1) + " " * (indent + 1)
    if values.ndim > 1:
        rows = [
            *(_layout(row, indent + 1, style, options, summarise) for row in head),
            *gap,
            *(_layout(row, indent + 1, style, options, summarise) for row in tail),
        ]
        return f"[{f',{margin}'.join(rows)}]"
    cells = [*map(style.write, head.tolist()), *gap, *map(style.write, tail.tolist())]
    per_line = max(1, (options.linewidth - indent) // (style.width + 2))
    lines = (", ".join(cells[i : i + per_line]) for i in range(0, len(cells), per_line))
    return f"[{f',{margin}'.join(lines)}]"


# --- notes: what the numbers do not tell ------------------------------------------------------


def _notes(
    values: NDArray[Any], of: dtype, requires_grad: bool, grad_fn: str | None, edge: int
) -> Iterator[str]:
    """The keyword arguments after the numbers, in PyTorch's order."""
    default = get_default_dtype()
    if values.size:
        # The way numbers are written tells these apart.
        evident = {default, default.to_complex(), integer, boolean}
        show_size = edge == 0
    else:
        evident = {default}
        show_size = values.ndim != 1
    if show_size:
        yield f"size={values.shape}"
    if of not in evident:
        yield f"dtype={of}"
    if grad_fn is not None:
        yield f"grad_fn=<{grad_fn}>"
    elif requires_grad:
        yield "requires_grad=True"


def append_notes(text: str, notes: Iterator[str], indent: int, linewidth: int) -> str:
    """The text with its notes and the closing parenthesis, on new lines where the room ends."""
    parts = [text]
    # PyTorch takes the last line for two characters longer than it is.
    used = len(text) - text.rfind("\n") + 1
    for note in notes:
        if used + len(note) + 2 > linewidth:
            parts.append(",\n" + " " * indent + note)
            used = indent + len(note)
        else:
            parts.append(", " + note)
            used += len(note) + 2
    return "".join(parts) + ")"


def format_tensor(
    values: NDArray[Any],
    *,
    dtype: dtype | None = None,
    requires_grad: bool = False,
    grad_fn: str | None = None,
    class_name: str = "tensor",
    parameter: bool = False,
) -> str:
    """The repr of a tensor with these values.

    Args:
        values: the elements, of any shape and of a numpy type that has a dtype.
        dtype: the tensor's dtype; by default the one that ``values`` has.
        requires_grad: whether the tensor is a leaf that requires a gradient.
        grad_fn: the name of the operation that made it, for example ``"MulBackward0"``.
        class_name: what stands before the parenthesis; a subclass of Tensor shows its own name.
        parameter: whether it is an ``nn.Parameter``.

    Raises:
        TypeError: the numpy type has no dtype (strings, objects, ...).

    >>> import numpy as np
    >>> from graphnet.printing import format_tensor
    >>> format_tensor(np.array([1, 2.5], "float64"), requires_grad=True)
    'tensor([1.0000, 2.5000], dtype=torch.float64, requires_grad=True)'
    >>> print(format_tensor(np.float32([[1, 2], [3, 4]]), grad_fn="MulBackward0"))
    tensor([[1., 2.],
            [3., 4.]], grad_fn=<MulBackward0>)
    """
    of = from_numpy(values.dtype) if dtype is None else dtype
    options = _current
    if of is bfloat16 or of.is_stored_only:
        # numpy does not count it among the floating types; float32 holds the same numbers.
        values = values.astype(np.float32)
    prefix = f"{class_name}("
    text = prefix + numbers(values, len(prefix), options)
    notes = _notes(values, of, requires_grad, grad_fn, options.edgeitems)
    text = append_notes(text, notes, len(prefix), options.linewidth)
    if not parameter:
        return text
    if class_name != "tensor":
        text = f"Parameter({text})"
    return f"Parameter containing:\n{text}"


def format_meta(
    dtype: dtype, size: tuple[int, ...], *, requires_grad: bool = False, grad_fn: str | None = None
) -> str:
    """The repr of a tensor on the device ``meta``, which has no values.

    Args:
        dtype, requires_grad, grad_fn: as of :func:`format_tensor`.
        size: the shape.

    >>> import graphnet as torch
    >>> from graphnet.printing import format_meta
    >>> format_meta(torch.int32, (2, 3))
    "tensor(..., device='meta', size=(2, 3), dtype=torch.int32)"
    """
    notes = ["device='meta'", f"size={size}"]
    if dtype is not get_default_dtype():
        notes.append(f"dtype={dtype}")
    if grad_fn is not None:
        notes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        notes.append("requires_grad=True")
    return append_notes("tensor(...", iter(notes), len("tensor("), _current.linewidth)


def format_sparse(
    indices: NDArray[Any],
    values: NDArray[Any],
    *,
    size: tuple[int, ...],
    dtype: dtype,
    requires_grad: bool = False,
    grad_fn: str | None = None,
) -> str:
    """The repr of a sparse tensor.

    Args:
        indices: the coordinates, a row for each dimension.
        values: the value at each of them.
        size: the shape.
        dtype: the tensor's dtype.
        requires_grad, grad_fn: as of :func:`format_tensor`.

    >>> import numpy as np, graphnet as torch
    >>> from graphnet.printing import format_sparse
    >>> print(format_sparse(np.array([[1]]), np.float32([2]), size=(3,), dtype=torch.float32))
    tensor(indices=tensor([[1]]),
           values=tensor([2.]),
           size=(3,), nnz=1, layout=torch.sparse_coo)
    """
    indent = " " * len("tensor(")
    parts = [
        _part("indices", indices, None if indices.size else indices.shape),
        _part("values", values, None if values.size else values.shape),
        f"size={size}, nnz={len(values)}",
    ]
    text = "tensor(" + f",\n{indent}".join(parts)
    notes = []
    if dtype not in {get_default_dtype(), get_default_dtype().to_complex(), integer, boolean}:
        notes.append(f"dtype={dtype}")
    notes.append("layout=torch.sparse_coo")
    if grad_fn is not None:
        notes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        notes.append("requires_grad=True")
    return append_notes(text, iter(notes), len(indent), _current.linewidth)


def _part(name: str, values: NDArray[Any], size: tuple[int, ...] | None) -> str:
    """The coordinates or values of a sparse tensor."""
    prefix = f"{name}=tensor("
    note = "" if size is None else f", size={size}"
    return prefix + numbers(values, len("tensor(" + prefix), _current) + note + ")"


def numbers(values: NDArray[Any], indent: int, options: PrintOptions) -> str:
    """The numbers of an array, further lines indented."""
    if not values.size:
        return "[]"
    summarise = values.size > options.threshold
    shown = _summary(values, options.edgeitems) if summarise and values.ndim else values
    return _layout(values, indent, _style(shown, options), options, summarise)
