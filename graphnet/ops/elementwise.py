"""Families of elementwise operations: what broadcasting and promotion have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from graphnet import dtypes
from graphnet.dtypes import Kind
from graphnet.errors import ShapeError
from graphnet.ir.op import Direct, Kernel, Op, Trait
from graphnet.ir.types import Shape, TensorType
from graphnet.ops.unsupported import require_real


def kind_of(type_: TensorType) -> Kind:
    """How strongly an operand takes part in type promotion."""
    if type_.weak:
        return Kind.SCALAR
    return Kind.DIMENSIONED if type_.shape else Kind.ZERO_DIM


def promoted(operands: Sequence[TensorType]) -> dtypes.dtype:
    """The dtype in which these operands meet.

    >>> from graphnet import dtypes
    >>> promoted([TensorType(dtypes.int64, (3,)), TensorType(dtypes.float32)])
    torch.float32
    """
    first = operands[0]
    if not first.weak and all(o.dtype is first.dtype for o in operands):
        return first.dtype
    return dtypes.result_type_of(*((o.dtype, kind_of(o)) for o in operands))


def is_half(dtype: dtypes.dtype) -> bool:
    """Whether numbers are stored in 16 bits and computed in 32."""
    return dtype is dtypes.float16 or dtype is dtypes.bfloat16


def casts(
    operands: Sequence[TensorType], to: dtypes.dtype, *, wide_numbers: bool = False
) -> list[dtypes.dtype | None]:
    """Which operands must be cast to meet in ``to``; most Python numbers adapt by themselves.

    Integers that may not fit are cast, too: PyTorch's wrap around where numpy's raise. So are
    numbers that meet half precision, unless they are to be ``wide_numbers``.
    """
    fits_all = to.is_floating_point or to.is_complex or to is dtypes.int64 or to is dtypes.bool
    if is_half(to) and not wide_numbers:
        fits_all = False
    return [None if o.weak and fits_all else to for o in operands]


def broadcast_shapes(name: str, operands: Sequence[TensorType]) -> Shape:
    """The shape operands of these shapes broadcast to.

    Raises:
        ShapeError: two sizes in the same place differ and neither is 1.
    """
    shape: list[int] = []
    for operand in operands:
        sizes = operand.shape
        if len(sizes) > len(shape):
            shape = [1] * (len(sizes) - len(shape)) + shape
        for back, size in enumerate(reversed(sizes), 1):  # the last dimension is compared first
            position = len(shape) - back
            if shape[position] == 1:
                shape[position] = size
            elif size not in (1, shape[position]):
                raise ShapeError(
                    f"The size of tensor a ({shape[position]}) must match the size of tensor b "
                    f"({size}) at non-singleton dimension {position}",
                    cure=f"{name} of shapes "
                    + " and ".join(str(list(o.shape)) for o in operands)
                    + ": sizes must be equal or 1, counted from the last dimension",
                )
    return tuple(shape)


def float_dtype(dtype: dtypes.dtype) -> dtypes.dtype:
    """The dtype itself if it is floating point or complex, else the default one."""
    if dtype.is_floating_point or dtype.is_complex:
        return dtype
    return dtypes.get_default_dtype()


def _in_single(ufunc: Kernel, arrays: Sequence[Any], half: np.dtype[Any]) -> Any:
    """The result for operands in half precision: computed in single, and rounded once."""
    wide = [
        array.astype(np.float32) if getattr(array, "dtype", None) == half else array
        for array in arrays
    ]
    result = ufunc(*wide)
    return result.astype(half) if result.dtype == np.float32 else result


# A positional `out` is faster, but numpy deprecates it for these.
_KEYWORD_OUT = (np.maximum, np.minimum)


class Elementwise(Op):
    """An operation of a numpy ufunc. Operands broadcast and are promoted to one dtype.

    Attributes:
        symbol: Python's operator that does the same to single numbers, if there is one.
        wide_numbers: whether a Python number that meets half precision keeps single precision.
        real_only: whether it is one of real numbers, and complex ones are refused.
    """

    family_traits: ClassVar[frozenset[Trait]] = frozenset({Trait.ELEMENTWISE})
    ufunc: ClassVar[Kernel]
    symbol: ClassVar[str | None] = None
    wide_numbers: ClassVar[bool] = False
    real_only: ClassVar[bool] = False

    def compute_dtype(self, promoted_dtype: dtypes.dtype) -> dtypes.dtype:
        """The dtype operands are cast to, given the one they promote to."""
        return promoted_dtype

    def result_dtype(self, compute_dtype: dtypes.dtype) -> dtypes.dtype:
        """The dtype of the result, given the one it is computed in."""
        return compute_dtype

    def operand_dtypes(self, *operands: TensorType) -> Sequence[dtypes.dtype | None] | None:
        """All operands meet in one dtype."""
        dtype = self.compute_dtype(promoted(operands))
        return casts(operands, dtype, wide_numbers=self.wide_numbers)

    def infer(self, *operands: TensorType) -> TensorType:
        """Operands broadcast; the result is weak if all of them are.

        Raises:
            UnsupportedDtypeError: an operand is complex, and the operation is one of real numbers.
        """
        if self.real_only:
            require_real(self.name, operands)
        dtype = self.result_dtype(self.compute_dtype(promoted(operands)))
        weak = all(operand.weak for operand in operands)
        return TensorType(dtype, broadcast_shapes(self.name, operands), weak)

    def kernel(self, *arrays: Any) -> Any:
        """The ufunc, in single precision if not more; of Python numbers alone a Python number."""
        ufunc = type(self).ufunc
        numbers = True
        for array in arrays:
            if isinstance(array, (np.ndarray, np.generic)):
                dtype = array.dtype
                if dtype.itemsize == 2 and dtype.kind not in "iu":
                    return _in_single(ufunc, arrays, dtype)
                numbers = False
        result = ufunc(*arrays)
        return result.item() if numbers else result

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """The ufunc with ``out=``."""
        ufunc = type(self).ufunc
        if not isinstance(ufunc, np.ufunc) or any(is_half(o.dtype) for o in operands):
            return None
        return Direct(ufunc, keyword=ufunc in _KEYWORD_OUT)


class FloatElementwise(Elementwise):
    """An elementwise operation whose result is floating point: integers become floats."""

    def compute_dtype(self, promoted_dtype: dtypes.dtype) -> dtypes.dtype:
        """Floating point."""
        return float_dtype(promoted_dtype)


class Predicate(Elementwise):
    """An elementwise operation with a boolean result and no gradient."""

    family_traits: ClassVar[frozenset[Trait]] = frozenset(
        {Trait.ELEMENTWISE, Trait.NOT_DIFFERENTIABLE}
    )

    def result_dtype(self, compute_dtype: dtypes.dtype) -> dtypes.dtype:
        """Boolean, whatever is compared."""
        return dtypes.bool
