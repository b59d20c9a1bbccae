"""``torch.fft``: discrete Fourier transforms, differentiable, by numpy's pocketfft.

``n`` or ``s`` cut or pad the transformed dimensions with zeros first. ``norm`` says where the
factor ``1/n`` goes: ``"backward"`` (the default) to the inverse transforms, ``"forward"`` to the
others, ``"ortho"`` its root to both. Real numbers become complex where a transform wants these.

>>> import graphnet as torch
>>> torch.fft.fft(torch.tensor([1.0, 0.0, 0.0, 0.0]))
tensor([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j])
>>> torch.fft.irfft(torch.fft.rfft(torch.tensor([1.0, 2.0, 3.0])), n=3)
tensor([1., 2., 3.])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import OutOfRangeError
from graphnet.functions.arguments import RefusedError, distinct_dims, integer, integers
from graphnet.functions.complex_numbers import conj
from graphnet.functions.conversion import clone
from graphnet.functions.joining import cat
from graphnet.functions.options import one_dim, require_tensor
from graphnet.functions.outputs import take_out
from graphnet.functions.ranges import arange
from graphnet.functions.rearranging import roll
from graphnet.ops.fourier import OPPOSITE, Fft, Irfft, Norm, Rfft
from graphnet.ops.parts import Slice, SliceScatter

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "hfft2",
    "hfftn",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]

Sizes = Sequence[int] | None
LAST_TWO = (-2, -1)


# ---------------------------------------------------------------------- arguments


def _norm(function: str, norm: str | None) -> Norm:
    name = norm or "backward"
    if name not in OPPOSITE:
        raise RefusedError(f'{function}: Invalid normalization mode: "{norm}"')
    return name


def _require_dims(function: str, x: Tensor, named: tuple[int, ...]) -> None:
    if named and not x.dim():
        raise OutOfRangeError(
            f"{function}: Dimension specified as {named[0]} but tensor has no dimensions"
        )


def _one(function: str, x: Tensor, n: int | None, dim: int) -> tuple[Sizes, tuple[int, ...]]:
    """Size and dimension of a transform over one dimension."""
    _require_dims(function, x, (dim,))
    return None if n is None else [integer(function, "n", n)], (one_dim(function, dim, x),)


def _several(function: str, x: Tensor, s: Any, dim: Any) -> tuple[Sizes, tuple[int, ...]]:
    """Sizes and dimensions of a transform over several: by default the last ones, or all."""
    sizes = None if s is None else integers(function, "s", s)
    if dim is not None:
        named = integers(function, "dim", dim)
        _require_dims(function, x, named)
        dims = distinct_dims(function, named, x.dim())
        if sizes is not None and len(sizes) != len(dims):
            raise RefusedError(
                f"{function}: When given, dim and shape arguments must have the same length: "
                f"{len(dims)} and {len(sizes)}"
            )
    elif sizes is None:
        dims = tuple(range(x.dim()))
    else:
        if len(sizes) > x.dim():
            raise RefusedError(
                f"{function}: Got shape with {len(sizes)} values but input tensor only has "
                f"{x.dim()} dimensions."
            )
        dims = tuple(range(x.dim() - len(sizes), x.dim()))
    return sizes, dims


def _resized(function: str, x: Tensor, sizes: Sizes, dims: tuple[int, ...]) -> Tensor:
    """The dimensions cut, or padded with zeros; -1 leaves one as it is."""
    wanted = dict(zip(dims, sizes or [-1] * len(dims), strict=True))
    for dim, size in wanted.items():
        length = x.shape[dim] if size == -1 else size
        if length < 1:
            raise RefusedError(f"{function}: Invalid number of data points ({length}) specified")
        if length < x.shape[dim]:
            x = Slice(dim, length)(x, 0)
        elif length > x.shape[dim]:
            x = SliceScatter(dim, length)(x, 0)
    return x


# ---------------------------------------------------------------------- the transforms


def _complex(
    function: str,
    input: Tensor,
    shape: tuple[Sizes, tuple[int, ...]],
    norm: str | None,
    *,
    inverse: bool,
) -> Tensor:
    """Complex numbers to complex numbers."""
    sizes, dims = shape
    x = _resized(function, input, sizes, dims)
    transformed: Tensor = Fft(dims, inverse, _norm(function, norm))(x)
    return transformed


def _to_half(
    function: str,
    input: Tensor,
    shape: tuple[Sizes, tuple[int, ...]],
    norm: str | None,
    *,
    inverse: bool = False,
) -> Tensor:
    """Real numbers to half of a transform; the inverse one is the conjugate, scaled differently."""
    sizes, dims = shape
    if not dims:
        raise RefusedError(f"{function} must transform at least one axis")
    mode = _norm(function, norm)
    if inverse:
        mode = OPPOSITE[mode]
    half: Tensor = Rfft(dims[-1], mode)(_resized(function, input, sizes, dims))
    if len(dims) > 1:
        half = Fft(dims[:-1], False, mode)(half)
    return conj(half) if inverse else half


def _from_half(
    function: str,
    input: Tensor,
    shape: tuple[Sizes, tuple[int, ...]],
    norm: str | None,
    *,
    inverse: bool = True,
) -> Tensor:
    """Half of a transform to real numbers."""
    sizes, dims = shape
    if not dims:
        raise RefusedError(f"{function} must transform at least one axis")
    last = 2 * (input.shape[dims[-1]] - 1) if sizes is None or sizes[-1] == -1 else sizes[-1]
    if last < 1:
        raise RefusedError(f"{function}: Invalid number of data points ({last}) specified")
    lengths = [*(sizes or [-1] * len(dims))[:-1], last // 2 + 1]
    x = _resized(function, input, lengths, dims)
    mode = _norm(function, norm)
    if not inverse:
        x, mode = conj(x), OPPOSITE[mode]
    if len(dims) > 1:
        x = Fft(dims[:-1], True, mode)(x)
    real: Tensor = Irfft(dims[-1], last, mode)(x)
    return real


def fft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The transform over one dimension.

    Args:
        input: numbers.
        n: to how many elements the dimension is cut or padded.
        dim: the dimension.
        norm: see the top of this page.

    Returns:
        Complex numbers: ``sum(input[k] * exp(-2j * pi * k * m / n))`` for each ``m``.

    >>> import graphnet as torch
    >>> torch.fft.fft(torch.tensor([1.0, 2.0]))
    tensor([ 3.+0.j, -1.+0.j])
    """
    x = require_tensor("fft_fft", "self", input)
    return _complex("fft_fft", x, _one("fft_fft", x, n, dim), norm, inverse=False)


def ifft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse transform over one dimension; arguments as for :func:`fft`."""
    x = require_tensor("fft_ifft", "self", input)
    return _complex("fft_ifft", x, _one("fft_ifft", x, n, dim), norm, inverse=True)


def rfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The first ``n // 2 + 1`` elements of the transform of real numbers.

    The others are their conjugates. Arguments as for :func:`fft`.

    Raises:
        DtypeError: (a RuntimeError) the numbers are complex.

    >>> import graphnet as torch
    >>> torch.fft.rfft(torch.tensor([1.0, 0.0, 0.0, 0.0]))
    tensor([1.+0.j, 1.+0.j, 1.+0.j])
    """
    x = require_tensor("fft_rfft", "self", input)
    return _to_half("fft_rfft", x, _one("fft_rfft", x, n, dim), norm)


def irfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The real numbers of which :func:`rfft` gives ``input``.

    ``n`` is their number, by default twice the elements after the first one: an odd number must be
    told.
    """
    x = require_tensor("fft_irfft", "self", input)
    return _from_half("fft_irfft", x, _one("fft_irfft", x, n, dim), norm)


def hfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The transform, which is real, of numbers whose second half mirrors the first, conjugated.

    ``input`` is the first half; ``n`` the number of all, by default twice those after the first.
    """
    x = require_tensor("fft_hfft", "self", input)
    return _from_half("fft_hfft", x, _one("fft_hfft", x, n, dim), norm, inverse=False)


def ihfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of :func:`hfft`: the first half of the inverse transform of real numbers."""
    x = require_tensor("fft_ihfft", "self", input)
    return _to_half("fft_ihfft", x, _one("fft_ihfft", x, n, dim), norm, inverse=True)


def fftn(input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The transform over several dimensions.

    Args:
        input: numbers.
        s: to how many elements the dimensions are cut or padded, -1 to leave one as it is.
        dim: the dimensions; by default the last ones, as many as ``s`` has, or all.
        norm: see the top of this page.

    >>> import graphnet as torch
    >>> torch.fft.fftn(torch.ones(2, 2)).real
    tensor([[4., 0.],
            [0., 0.]])
    """
    x = require_tensor("fft_fftn", "self", input)
    return _complex("fft_fftn", x, _several("fft_fftn", x, s, dim), norm, inverse=False)


def ifftn(input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The inverse transform over several dimensions; arguments as for :func:`fftn`."""
    x = require_tensor("fft_ifftn", "self", input)
    return _complex("fft_ifftn", x, _several("fft_ifftn", x, s, dim), norm, inverse=True)


def rfftn(input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The transform of real numbers over several dimensions, of the last one the first half."""
    x = require_tensor("fft_rfftn", "self", input)
    return _to_half("fft_rfftn", x, _several("fft_rfftn", x, s, dim), norm)


def irfftn(input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The real numbers of which :func:`rfftn` gives ``input``."""
    x = require_tensor("fft_irfftn", "self", input)
    return _from_half("fft_irfftn", x, _several("fft_irfftn", x, s, dim), norm)


def hfftn(input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """:func:`hfft` over the last dimension, :func:`fft` over the others."""
    x = require_tensor("fft_hfftn", "self", input)
    return _from_half("fft_hfftn", x, _several("fft_hfftn", x, s, dim), norm, inverse=False)


def ihfftn(input: Tensor, s: Any = None, dim: Any = None, norm: str | None = None) -> Tensor:
    """The inverse of :func:`hfftn`."""
    x = require_tensor("fft_ihfftn", "self", input)
    return _to_half("fft_ihfftn", x, _several("fft_ihfftn", x, s, dim), norm, inverse=True)


def fft2(input: Tensor, s: Any = None, dim: Any = LAST_TWO, norm: str | None = None) -> Tensor:
    """:func:`fftn` over the last two dimensions."""
    return fftn(input, s, dim, norm)


def ifft2(input: Tensor, s: Any = None, dim: Any = LAST_TWO, norm: str | None = None) -> Tensor:
    """:func:`ifftn` over the last two dimensions."""
    return ifftn(input, s, dim, norm)


def rfft2(input: Tensor, s: Any = None, dim: Any = LAST_TWO, norm: str | None = None) -> Tensor:
    """:func:`rfftn` over the last two dimensions."""
    return rfftn(input, s, dim, norm)


def irfft2(input: Tensor, s: Any = None, dim: Any = LAST_TWO, norm: str | None = None) -> Tensor:
    """:func:`irfftn` over the last two dimensions."""
    return irfftn(input, s, dim, norm)


def hfft2(input: Tensor, s: Any = None, dim: Any = LAST_TWO, norm: str | None = None) -> Tensor:
    """:func:`hfftn` over the last two dimensions."""
    return hfftn(input, s, dim, norm)


def ihfft2(input: Tensor, s: Any = None, dim: Any = LAST_TWO, norm: str | None = None) -> Tensor:
    """:func:`ihfftn` over the last two dimensions."""
    return ihfftn(input, s, dim, norm)


# ---------------------------------------------------------------------- frequencies


def _shift(function: str, input: Tensor, dim: Any, *, back: bool) -> Tensor:
    x = require_tensor(function, "self", input)
    dims = range(x.dim()) if dim is None else integers(function, "dim", dim)
    wrapped = [one_dim(function, each, x) for each in dims]
    if not wrapped:
        return clone(x)
    lengths = [x.shape[each] for each in wrapped]
    return roll(x, [(n + 1) // 2 if back else n // 2 for n in lengths], wrapped)


def fftshift(input: Tensor, dim: Any = None) -> Tensor:
    """Frequencies in ascending order: the negative ones before the others.

    >>> import graphnet as torch
    >>> torch.fft.fftshift(torch.tensor([0, 1, 2, -2, -1]))
    tensor([-2, -1,  0,  1,  2])
    """
    return _shift("fft_fftshift", input, dim, back=False)


def ifftshift(input: Tensor, dim: Any = None) -> Tensor:
    """The inverse of :func:`fftshift`."""
    return _shift("fft_ifftshift", input, dim, back=True)


def fftfreq(
    n: int,
    d: float = 1.0,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The frequencies of the elements of :func:`fft`, for samples ``d`` apart.

    >>> import graphnet as torch
    >>> torch.fft.fftfreq(4)
    tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    """
    half = (n + 1) // 2
    ascending = arange(
        half, dtype=dtype or dtypes.get_default_dtype(), layout=layout, device=device
    )
    negative = arange(-(n // 2), 0, dtype=ascending.dtype)
    return _frequencies(cat([ascending, negative]), n, d, requires_grad)


def rfftfreq(
    n: int,
    d: float = 1.0,
    *,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The frequencies of the elements of :func:`rfft`, for samples ``d`` apart.

    >>> import graphnet as torch
    >>> torch.fft.rfftfreq(4)
    tensor([0.0000, 0.2500, 0.5000])
    """
    places = arange(
        n // 2 + 1, dtype=dtype or dtypes.get_default_dtype(), layout=layout, device=device
    )
    return _frequencies(places, n, d, requires_grad)


def _frequencies(places: Tensor, n: int, d: float, requires_grad: bool) -> Tensor:
    found: Tensor = places * (1.0 / (n * d))
    return found.requires_grad_() if requires_grad else found


take_out(globals(), {*__all__} - {"fftshift", "ifftshift"})
