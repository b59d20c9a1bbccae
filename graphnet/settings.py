"""Settings of PyTorch's that concern the whole process, where there is one way to do things.

Results are always the same for the same program, products of float32 always in float32; so what
programs ask for here is kept, and given back to whoever asks what was asked for.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.tensor_types import AbsentTensorType, TensorType

__all__ = [
    "are_deterministic_algorithms_enabled",
    "get_deterministic_debug_mode",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "is_deterministic_algorithms_warn_only_enabled",
    "is_warn_always_enabled",
    "set_default_tensor_type",
    "set_deterministic_debug_mode",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_num_interop_threads",
    "set_warn_always",
    "use_deterministic_algorithms",
]

_PRECISIONS = ("highest", "high", "medium")
_DEBUG_MODES = ("default", "warn", "error")


class _Settings:
    deterministic: ClassVar[int] = 0
    """0: not asked for, 1: to warn of what is not, 2: to refuse it."""
    precision: ClassVar[str] = "highest"
    interop_threads: ClassVar[int] = 1
    warn_always: ClassVar[bool] = False


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for the same results each time, which is what there is."""
    _Settings.deterministic = (1 if warn_only else 2) if mode else 0


def are_deterministic_algorithms_enabled() -> bool:
    """Whether a program has asked for it. Results are the same each time anyway."""
    return _Settings.deterministic > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether a program has asked for a warning at most."""
    return _Settings.deterministic == 1


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """The same as a number or word: 0 ``"default"``, 1 ``"warn"``, 2 ``"error"``.

    Raises:
        ValueRangeError: it is none of them.
    """
    mode = _DEBUG_MODES.index(debug_mode) if debug_mode in _DEBUG_MODES else debug_mode
    if mode not in (0, 1, 2):
        raise ValueRangeError(f"invalid value of debug_mode, expected 0, 1 or 2, got {debug_mode}")
    _Settings.deterministic = int(mode)


def get_deterministic_debug_mode() -> int:
    """The number that :func:`set_deterministic_debug_mode` was given."""
    return _Settings.deterministic


def set_float32_matmul_precision(precision: str) -> None:
    """Allow products of float32 to be less exact, which they never are.

    Raises:
        ValueRangeError: it is none of ``"highest"``, ``"high"`` and ``"medium"``.
    """
    if precision not in _PRECISIONS:
        raise ValueRangeError(f"the precision is one of {', '.join(_PRECISIONS)}, not {precision}")
    _Settings.precision = precision


def get_float32_matmul_precision() -> str:
    """What :func:`set_float32_matmul_precision` was given."""
    return _Settings.precision


def set_num_interop_threads(count: int) -> None:
    """Allow operations to run side by side, which they never do.

    Raises:
        ValueRangeError: ``count`` is not positive.
    """
    if count < 1:
        raise ValueRangeError(f"expects a positive number of threads, but got {count}")
    _Settings.interop_threads = count


def get_num_interop_threads() -> int:
    """What :func:`set_num_interop_threads` was given."""
    return _Settings.interop_threads


def set_flush_denormal(mode: bool) -> bool:
    """False: numbers below the smallest normal one cannot be taken for zero."""
    return False


def set_warn_always(mode: bool) -> None:
    """Ask for warnings each time; Python's ``warnings.simplefilter`` says how often they come."""
    _Settings.warn_always = mode


def is_warn_always_enabled() -> bool:
    """What :func:`set_warn_always` was given."""
    return _Settings.warn_always


def set_default_tensor_type(t: Any) -> None:
    """Set the default dtype by a type of tensors, or its name: ``torch.DoubleTensor``.

    Raises:
        ArgumentError: (a TypeError) it is none, or one of tensors on a GPU.
    """
    warnings.warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use "
        "torch.set_default_dtype() and torch.set_default_device() as alternatives.",
        stacklevel=2,
    )
    found = _type_named(t) if isinstance(t, str) else t
    if isinstance(found, AbsentTensorType):
        found()
    if not isinstance(found, TensorType):
        raise ArgumentError(f"invalid type object: {t!r}", cure="use torch.set_default_dtype")
    dtypes.set_default_dtype(found.dtype)


def _type_named(name: str) -> Any:
    """The type of tensors of a name such as ``torch.FloatTensor``."""
    from graphnet import cuda, tensor_types

    module, _, last = name.rpartition(".")
    return getattr({"torch": tensor_types, "torch.cuda": cuda}.get(module), last, None)
