"""The dtype objects, the default floating-point type, and where dtypes come from.

The names include builtins (``float``, ``int``, ``bool``) because they are PyTorch's vocabulary;
inside this file the builtins are therefore written ``builtins.float``.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, Final, Never, final

import numpy as np

from graphnet.errors import NotSupportedError

_TOKEN: Final = object()

#: Programs have tables of these and compare with them; there are no tensors of such elements.
_NAMED_ONLY: Final = frozenset(("complex32", "float8_e8m0fnu", "float4_e2m1fn_x2"))


@final
class dtype:  # noqa: N801 (a name of PyTorch)
    """The type of a tensor's elements. The objects of this module are the only instances.

    Attributes:
        name: the bare name, ``"float32"``.
        short: the spelling in printed graphs, ``"f32"``.
        itemsize: bytes an element.
        is_floating_point, is_complex, is_signed: as in PyTorch (``torch.bool`` is not signed).
        is_stored_only: no operation computes with it: numbers of eight bits.
        numpy: the matching :class:`numpy.dtype`.

    >>> import graphnet as torch
    >>> torch.float32
    torch.float32
    >>> torch.float32.itemsize, torch.float32.is_floating_point
    (4, True)
    """

    __slots__ = (
        "abbr",
        "is_complex",
        "is_floating_point",
        "is_signed",
        "is_stored_only",
        "itemsize",
        "name",
        "numpy",
        "short",
    )

    name: str
    short: str
    abbr: str
    itemsize: builtins.int
    is_floating_point: builtins.bool
    is_complex: builtins.bool
    is_signed: builtins.bool
    is_stored_only: builtins.bool
    numpy: np.dtype[Any]

    def __new__(cls, *args: object) -> dtype:
        """Only this module makes dtypes: TypeError for everybody else."""
        if not args or args[0] is not _TOKEN:
            raise TypeError("cannot create 'torch.dtype' instances")
        return super().__new__(cls)

    def __init_subclass__(cls) -> Never:
        raise TypeError("type 'torch.dtype' is not an acceptable base type")

    def __init__(self, token: object, name: str, short: str, itemsize: builtins.int) -> None:
        put = object.__setattr__
        put(self, "name", name)
        put(self, "short", short)
        put(self, "abbr", "b8" if short == "bool" else short)
        put(self, "itemsize", itemsize)
        put(self, "is_complex", name.startswith("complex"))
        put(self, "is_floating_point", name.startswith(("float", "bfloat")))
        put(self, "is_signed", not name.startswith(("uint", "bool", "float8_e8m0")))
        put(self, "is_stored_only", name.startswith(("float8", "float4")))
        if not (name == "bfloat16" or self.is_stored_only or name in _NAMED_ONLY):
            put(self, "numpy", np.dtype(name))

    def require_tensors(self) -> None:
        """Raise NotSupportedError if it can only be named: there are no tensors of it."""
        if self.name in _NAMED_ONLY:
            raise NotSupportedError(
                f"graphnet has no tensors of {self!r}",
                cure="use torch.complex64, torch.bfloat16 or another of torch's larger dtypes",
            )

    if not TYPE_CHECKING:  # type checkers would take every attribute for a numpy dtype

        def __getattr__(self, attribute: str) -> np.dtype[Any]:
            # Only an empty slot comes here: a numpy type that costs the import of another package
            # and so is looked up by those who need it.
            if attribute == "numpy":
                self.require_tensors()
                found = _from_ml_dtypes(self.name)
                object.__setattr__(self, "numpy", found)
                return found
            raise AttributeError(f"'torch.dtype' object has no attribute {attribute!r}")

    def __setattr__(self, attribute: str, value: object) -> Never:
        raise AttributeError(f"{self!r} is immutable: its attribute {attribute!r} is read-only")

    def __delattr__(self, attribute: str) -> Never:
        raise AttributeError(
            f"{self!r} is immutable: its attribute {attribute!r} cannot be deleted"
        )

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        # A bare name: pickle and copy look the object up in this module and find the singleton.
        return self.name

    def to_complex(self) -> dtype:
        """The complex type whose parts have this type, e.g. ``complex64`` for ``float32``.

        numpy has no half-precision complex numbers, so ``float16`` gives ``complex64``
        (PyTorch: ``complex32``). Raises RuntimeError for integers and ``bool``.
        """
        if self.is_complex:
            return self
        if not self.is_floating_point:
            raise RuntimeError(f"to_complex(): {self!r} has no complex counterpart")
        return complex128 if self is float64 else complex64

    def to_real(self) -> dtype:
        """The type of the real and imaginary parts; a real type is its own.

        >>> import graphnet as torch
        >>> torch.complex64.to_real()
        torch.float32
        """
        if not self.is_complex:
            return self
        return {complex128: float64, complex32: float16}.get(self, float32)


def _from_ml_dtypes(name: str) -> np.dtype[Any]:
    try:
        import ml_dtypes
    except ImportError as error:
        raise ImportError(
            f"torch.{name} tensors need the package ml_dtypes, which teaches numpy that type: "
            "pip install ml_dtypes"
        ) from error
    found: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
    return found


float16: Final = dtype(_TOKEN, "float16", "f16", 2)
bfloat16: Final = dtype(_TOKEN, "bfloat16", "bf16", 2)
float32: Final = dtype(_TOKEN, "float32", "f32", 4)
float64: Final = dtype(_TOKEN, "float64", "f64", 8)
complex64: Final = dtype(_TOKEN, "complex64", "c64", 8)
complex128: Final = dtype(_TOKEN, "complex128", "c128", 16)
int8: Final = dtype(_TOKEN, "int8", "i8", 1)
int16: Final = dtype(_TOKEN, "int16", "i16", 2)
int32: Final = dtype(_TOKEN, "int32", "i32", 4)
int64: Final = dtype(_TOKEN, "int64", "i64", 8)
uint8: Final = dtype(_TOKEN, "uint8", "u8", 1)
uint16: Final = dtype(_TOKEN, "uint16", "u16", 2)
uint32: Final = dtype(_TOKEN, "uint32", "u32", 4)
uint64: Final = dtype(_TOKEN, "uint64", "u64", 8)
bool: Final = dtype(_TOKEN, "bool", "bool", 1)
float8_e4m3fn: Final = dtype(_TOKEN, "float8_e4m3fn", "f8e4m3fn", 1)
float8_e5m2: Final = dtype(_TOKEN, "float8_e5m2", "f8e5m2", 1)
float8_e4m3fnuz: Final = dtype(_TOKEN, "float8_e4m3fnuz", "f8e4m3fnuz", 1)
float8_e5m2fnuz: Final = dtype(_TOKEN, "float8_e5m2fnuz", "f8e5m2fnuz", 1)

complex32: Final = dtype(_TOKEN, "complex32", "c32", 4)
float8_e8m0fnu: Final = dtype(_TOKEN, "float8_e8m0fnu", "f8e8m0fnu", 1)
float4_e2m1fn_x2: Final = dtype(_TOKEN, "float4_e2m1fn_x2", "f4e2m1fnx2", 1)

chalf: Final = complex32
half: Final = float16
float: Final = float32
double: Final = float64
cfloat: Final = complex64
cdouble: Final = complex128
short: Final = int16
int: Final = int32
long: Final = int64

ALL: Final[tuple[dtype, ...]] = (
    *(float64, float32, float16, bfloat16, complex64, complex128),
    *(int64, int32, int16, int8, uint64, uint32, uint16, uint8, bool),
)
"""Every dtype that is computed with."""

STORED: Final = (float8_e4m3fn, float8_e5m2, float8_e4m3fnuz, float8_e5m2fnuz)
"""Those that are only stored."""

_BY_SHORT: Final = {each.short: each for each in (*ALL, *STORED)}
_NAMED: Final = {each.name: each for each in (bfloat16, *STORED)}
_BY_NUMPY: Final = {each.numpy: each for each in ALL if each is not bfloat16}


def from_numpy(numpy_dtype: np.dtype[Any] | type[np.generic]) -> dtype:
    """The dtype of arrays whose numpy dtype is ``numpy_dtype``.

    Raises TypeError for element types without a counterpart (strings, objects, dates, longdouble)
    and ValueError for a byte order which is not the machine's.

    >>> import numpy as np
    >>> from graphnet import dtypes
    >>> dtypes.from_numpy(np.dtype("int32"))
    torch.int32
    """
    wanted = np.dtype(numpy_dtype)
    found = _BY_NUMPY.get(wanted)
    if found is not None:
        return found
    if wanted.name in _NAMED:
        return _BY_NUMPY.setdefault(wanted, _NAMED[wanted.name])
    if not wanted.isnative:
        raise ValueError(
            f"given numpy array has byte order different from the native byte order (dtype "
            f"{wanted.str!r}); convert it first: array.astype({wanted.newbyteorder('=').name!r})"
        )
    supported = ", ".join(each.name for each in ALL if each not in (bool, bfloat16))
    raise TypeError(
        f"can't convert np.ndarray of type numpy.{wanted.type.__name__}. "
        f"The only supported types are: {supported}, and bool."
    )


def from_short(spelling: str) -> dtype:
    """The dtype which printed graphs spell ``spelling``; ValueError when there is none.

    >>> from graphnet import dtypes
    >>> dtypes.from_short("f32")
    torch.float32
    """
    found = _BY_SHORT.get(spelling)
    if found is None:
        raise ValueError(f"unknown dtype {spelling!r}; known are {', '.join(_BY_SHORT)}")
    return found


def check_dtype(value: object, function: str, argument: str, position: builtins.int) -> None:
    """Raise PyTorch's TypeError when an argument of ``function`` is not a dtype."""
    if not isinstance(value, dtype):
        raise TypeError(
            f"{function}(): argument '{argument}' (position {position}) must be torch.dtype, "
            f"not {type(value).__name__}"
        )


_default: dtype = float32


def get_default_dtype() -> dtype:
    """The type of tensors made from Python floats; ``torch.float32`` unless changed."""
    return _default


def set_default_dtype(d: dtype, /) -> None:
    """Make ``d`` the type of tensors made from Python floats, in the whole process.

    Raises TypeError when ``d`` is not a floating-point dtype.
    """
    global _default  # noqa: PLW0603 (PyTorch's default is global, too)
    if not isinstance(d, dtype):
        raise TypeError(
            "invalid dtype object: only floating-point types are supported as the default type, "
            f"got {d!r}"
        )
    if d.is_stored_only:
        raise TypeError(f"couldn't find storage object {d.name.capitalize()}Storage")
    if not d.is_floating_point:
        raise TypeError(
            f"only floating-point types are supported as the default type, got {d!r}; "
            "use torch.float32, torch.float64, torch.float16 or torch.bfloat16"
        )
    _default = d


def number_dtype(number_type: type) -> dtype:
    """The dtype a Python number of this type has before it meets a tensor.

    ``bool`` and ``int`` are ``torch.bool`` and ``torch.int64``; ``float`` and ``complex`` follow
    :func:`get_default_dtype`. Raises TypeError for any other type.

    >>> from graphnet import dtypes
    >>> dtypes.number_dtype(type(2.5))
    torch.float32
    """
    if issubclass(number_type, builtins.bool):
        return bool
    if issubclass(number_type, builtins.int):
        return int64
    if issubclass(number_type, builtins.float):
        return _default
    if issubclass(number_type, complex):
        return _default.to_complex()
    raise TypeError(f"expected bool, int, float or complex, not {number_type.__name__}")
