"""Autocast: products and convolutions of a block in a shorter floating point type.

Source: PyTorch's page ``Automatic Mixed Precision package``.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from typing import Any, Final, Self

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.devices import device
from graphnet.grad_mode import Function
from graphnet.ir.op import Op
from graphnet.ops.conv import Convolution
from graphnet.ops.convert import Cast
from graphnet.ops.linear import Linear
from graphnet.ops.lstm import Lstm
from graphnet.ops.matmul import Matmul
from graphnet.trace.detours import Record, Stop, detour_of, set_detour
from graphnet.trace.recorder import Recorder, current_recorder

SHORTENED: Final[tuple[type[Op], ...]] = (Convolution, Linear, Lstm, Matmul)
"""The operations whose operands are cast. What comes after them takes the type they give."""

_DEFAULTS: Final = {"cpu": dtypes.bfloat16}
_SUPPORTED: Final = (dtypes.bfloat16, dtypes.float16)


class _Casting:
    """Records operations with shorter operands for some."""

    def __init__(self, dtype: dtypes.dtype) -> None:
        self.dtype = dtype

    def __call__(self, record: Record, op: Op, operands: Sequence[Any]) -> Any:
        if isinstance(op, SHORTENED):
            operands = [self.cast(operand) for operand in operands]
        return record(op, operands)

    def cast(self, operand: Any) -> Any:
        """An operand as it goes into a product."""
        # Doubles stay doubles, and integers integers.
        if isinstance(operand, Tensor) and operand.dtype in (dtypes.float32, *_SUPPORTED):
            return Cast(self.dtype)(operand) if operand.dtype is not self.dtype else operand
        return operand


class autocast:  # noqa: N801  # PyTorch's name
    """Cast what goes into products and convolutions to a shorter type, in a block or a function.

    On the CPU it does so, to bfloat16 unless float16 is asked for. For other devices it is
    switched off, with PyTorch's warning for CUDA: their tensors are not here.

    Raises:
        DeviceError: (a RuntimeError) there is no such type of device.

    >>> import graphnet as torch
    >>> x = torch.ones(2, 2)
    >>> with torch.autocast("cpu"):
    ...     (x @ x).dtype, (x + x).dtype
    (torch.bfloat16, torch.float32)
    """

    def __init__(
        self,
        device_type: str,
        dtype: dtypes.dtype | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if not isinstance(device_type, str):
            raise ValueError(  # PyTorch's own type and words
                f"Expected `device_type` of type `str`, got: `{type(device_type)}`"
            )
        self.device = device(device_type).type
        self.fast_dtype = dtype or _DEFAULTS.get(self.device, dtypes.float16)
        self._enabled = enabled and self._is_possible()
        self._before: list[tuple[Recorder, _Casting | None]] = []

    def _is_possible(self) -> bool:
        if self.device == "cuda":
            warnings.warn(
                "CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=4
            )
        elif self.device == "cpu" and self.fast_dtype not in _SUPPORTED:
            warnings.warn(
                "In CPU autocast, but the target dtype is not supported. Disabling autocast.\n"
                "CPU Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.",
                stacklevel=4,
            )
            return False
        return self.device == "cpu"

    def __enter__(self) -> Self:
        recorder = current_recorder()
        self._before.append((recorder, detour_of(recorder, Stop.CAST)))
        if self.device == "cpu":
            casting = _Casting(self.fast_dtype) if self._enabled else None
            set_detour(recorder, Stop.CAST, casting)
        return self

    def __exit__(self, *_: object) -> None:
        recorder, before = self._before.pop()
        set_detour(recorder, Stop.CAST, before)

    def __call__(self, function: Function) -> Function:
        """Decorate a function so that it runs in such a block."""

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]  # same signature


def _casting() -> _Casting | None:
    casting: _Casting | None = detour_of(current_recorder(), Stop.CAST)
    return casting


def shortened(*operands: Tensor | None) -> tuple[Any, ...]:
    """Operands as they go into a product: cast, if operands are cast at present.

    For functions of several operations that PyTorch takes for one.
    """
    casting = _casting()
    return operands if casting is None else tuple(map(casting.cast, operands))


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether operands are cast at present, on a type of device."""
    return device_type == "cpu" and _casting() is not None


def is_autocast_cpu_enabled() -> bool:
    """Whether operands are cast at present, on the CPU."""
    return is_autocast_enabled("cpu")


def get_autocast_dtype(device_type: str) -> dtypes.dtype:
    """What operands are cast to, or would be."""
    casting = _casting()
    if device_type == "cpu" and casting is not None:
        return casting.dtype
    return _DEFAULTS.get(device_type, dtypes.float16)


def is_autocast_available(device_type: str) -> bool:
    """Whether there is autocast for a type of device: in PyTorch for CUDA as well."""
    return device_type in ("cpu", "cuda")


def custom_fwd(
    fwd: Any = None, *, device_type: str, cast_inputs: dtypes.dtype | None = None
) -> Any:
    """Decorate the ``forward`` of an ``autograd.Function``: it runs as the caller does.

    With ``cast_inputs``, floating point tensors are cast and autocast is off inside, where it is on
    outside.
    """
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if cast_inputs is None or not is_autocast_enabled(device_type):
            return fwd(*args, **kwargs)
        cast = [
            a.to(cast_inputs) if isinstance(a, Tensor) and a.is_floating_point() else a
            for a in args
        ]
        with autocast(device_type, enabled=False):
            return fwd(*cast, **kwargs)

    return wrapped


def custom_bwd(bwd: Any = None, *, device_type: str) -> Any:
    """Decorate the ``backward`` of an ``autograd.Function``: backward passes run uncast here."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)
    return bwd
