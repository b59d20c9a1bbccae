"""Complex numbers: made of real ones, taken apart, conjugated.

Parts and conjugates of complex tensors are copies; PyTorch's are views.
"""

from __future__ import annotations

import math

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import DtypeError, ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.functions.methods import inplace, method
from graphnet.functions.options import require_tensor
from graphnet.ops.arithmetic import Atan2
from graphnet.ops.compare import IsNan, Where
from graphnet.ops.complex import Complex, Conj, Imag, Real
from graphnet.ops.convert import Cast
from graphnet.ops.dtype_rules import is_integral
from graphnet.ops.elementwise import float_dtype
from graphnet.ops.index import MaskedFill
from graphnet.ops.join import Stack
from graphnet.ops.math import Cos, Sin
from graphnet.ops.parts import Select
from graphnet.ops.unsupported import SCALAR_TYPE_NAMES

__all__ = [
    "angle",
    "complex",
    "conj",
    "conj_physical",
    "imag",
    "is_conj",
    "is_neg",
    "polar",
    "real",
    "resolve_conj",
    "resolve_neg",
    "view_as_complex",
    "view_as_real",
]


def _two_parts(function: str, names: tuple[str, str], first: Tensor, second: Tensor) -> None:
    """Refuse parts that are not of the same real floating dtype."""
    x, y = (
        require_tensor(function, name, part, place)
        for place, (name, part) in enumerate(zip(names, (first, second), strict=True), 1)
    )
    if not (x.dtype.is_floating_point and y.dtype.is_floating_point):
        raise DtypeError(
            f"{function}: Expected both inputs to be Half, Float or Double tensors but got "
            f"{SCALAR_TYPE_NAMES[x.dtype]} and {SCALAR_TYPE_NAMES[y.dtype]}",
            cure="cast first, as in `x.float()`",
        )
    if x.dtype is not y.dtype:
        raise DtypeError(
            f"{function}: Expected object of scalar type {SCALAR_TYPE_NAMES[x.dtype]} but got "
            f"scalar type {SCALAR_TYPE_NAMES[y.dtype]} for second argument"
        )


def complex(real: Tensor, imag: Tensor) -> Tensor:
    """The complex numbers of two tensors of parts, which broadcast.

    Raises:
        DtypeError: (a RuntimeError) the parts are no floating-point numbers of one dtype.

    >>> import graphnet as torch
    >>> torch.complex(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    tensor([1.+3.j, 2.+4.j])
    """
    _two_parts("complex", ("real", "imag"), real, imag)
    made: Tensor = Complex()(real, imag)
    return made


def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """The complex numbers at a distance from 0 and an angle, in radians.

    Raises:
        DtypeError: (a RuntimeError) they are no floating-point numbers of one dtype.

    >>> import graphnet as torch
    >>> torch.polar(torch.tensor([2.0]), torch.tensor([0.0]))
    tensor([2.+0.j])
    """
    _two_parts("polar", ("abs", "angle"), abs, angle)
    made: Tensor = Complex()(abs * Cos()(angle), abs * Sin()(angle))
    return made


def real(input: Tensor) -> Tensor:
    """The real part; a real tensor is its own.

    >>> import graphnet as torch
    >>> torch.real(torch.tensor([1 + 2j]))
    tensor([1.])
    """
    x = require_tensor("real", "input", input)
    return Real()(x) if x.dtype.is_complex else x


def imag(input: Tensor) -> Tensor:
    """The imaginary part.

    Raises:
        RefusedError: (a RuntimeError) the tensor is real.
    """
    x = require_tensor("imag", "input", input)
    if not x.dtype.is_complex:
        raise RefusedError("imag is not implemented for tensors with non-complex dtypes.")
    part: Tensor = Imag()(x)
    return part


@method
def conj(input: Tensor) -> Tensor:
    """The complex conjugate; a real tensor is its own.

    >>> import graphnet as torch
    >>> torch.conj(torch.tensor([1 + 2j]))
    tensor([1.-2.j])
    """
    x = require_tensor("conj", "input", input)
    return Conj()(x) if x.dtype.is_complex else x


@inplace
@method
def conj_physical(input: Tensor) -> Tensor:
    """The complex conjugate, in memory of its own; a real tensor is its own."""
    return conj(input)


@method
def is_conj(input: Tensor) -> bool:
    """False: a conjugate is computed when it is asked for."""
    return False


@method
def is_neg(input: Tensor) -> bool:
    """False: a negative is computed when it is asked for."""
    return False


@method
def resolve_conj(input: Tensor) -> Tensor:
    """The tensor itself, whose conjugate is computed already."""
    return require_tensor("resolve_conj", "input", input)


@method
def resolve_neg(input: Tensor) -> Tensor:
    """The tensor itself, whose negative is computed already."""
    return require_tensor("resolve_neg", "input", input)


@method
def angle(input: Tensor) -> Tensor:
    """The angle of complex numbers, in radians; of real ones 0, or pi below 0.

    >>> import graphnet as torch
    >>> torch.angle(torch.tensor([1j, -1.0]))
    tensor([1.5708, 3.1416])
    """
    x = require_tensor("angle", "input", input)
    found: Tensor
    if x.dtype.is_complex:
        found = Atan2()(Imag()(x), Real()(x))
    else:
        if is_integral(x.dtype):
            x = Cast(float_dtype(x.dtype))(x)
        found = Where()(IsNan()(x), x, Where()(x < 0, math.pi, MaskedFill()(x, True, 0)))
    return found


def view_as_real(input: Tensor) -> Tensor:
    """Complex numbers as pairs of real ones, in a new last dimension of size 2.

    Raises:
        RefusedError: (a RuntimeError) the tensor is real.

    >>> import graphnet as torch
    >>> torch.view_as_real(torch.tensor([1 + 2j]))
    tensor([[1., 2.]])
    """
    x = require_tensor("view_as_real", "input", input)
    if not x.dtype.is_complex:
        raise RefusedError("view_as_real is only supported for complex tensors")
    pairs: Tensor = Stack(x.dim())(Real()(x), Imag()(x))
    return pairs


def view_as_complex(input: Tensor) -> Tensor:
    """Pairs of real numbers, in a last dimension of size 2, as complex ones.

    Raises:
        DtypeError: (a RuntimeError) the numbers are no floating-point ones.
        ShapeError: (a RuntimeError) the last dimension is missing or of another size.

    >>> import graphnet as torch
    >>> torch.view_as_complex(torch.tensor([[1.0, 2.0]]))
    tensor([1.+2.j])
    """
    x = require_tensor("view_as_complex", "input", input)
    if x.dtype not in (dtypes.float16, dtypes.float32, dtypes.float64):
        raise DtypeError(
            "view_as_complex is only supported for half, float and double tensors, but got a "
            f"tensor of scalar type: {SCALAR_TYPE_NAMES[x.dtype]}"
        )
    if not x.shape or x.shape[-1] != 2:
        raise ShapeError(
            f"view_as_complex: Tensor must have a last dimension of size 2: {list(x.shape)}"
        )
    part = Select(x.dim() - 1)
    made: Tensor = Complex()(part(x, 0), part(x, 1))
    return made


Tensor.real = property(real)  # type: ignore[attr-defined]  # attached, as methods are
Tensor.imag = property(imag)  # type: ignore[attr-defined]  # likewise
