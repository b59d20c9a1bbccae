"""What programs ask of ``torch._C`` that concerns no C++.

That is one setting of TorchScript's, and the functions that generated code of :mod:`graphnet.fx`
calls by the names they have in PyTorch.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from graphnet._C import _functorch as _functorch
from graphnet.devices import CPU, device, get_default_device
from graphnet.function_modes import DisableTorchFunction as DisableTorchFunction
from graphnet.functions.conversion import parse_to
from graphnet.subclasses import DisableTorchFunctionSubclass as DisableTorchFunctionSubclass
from graphnet.subclasses import _disabled_torch_function_impl as _disabled_torch_function_impl
from graphnet.trace.recorder import Recorder, current_recorder

__all__: list[str] = []


class _Jit:
    autocast: ClassVar[bool] = False


def _jit_set_autocast_mode(mode: bool) -> bool:
    """Say whether scripts cast by themselves: there are none. Returns what was said before."""
    before, _Jit.autocast = _Jit.autocast, mode
    return before


def _get_tracing_state() -> None:
    """None: nothing is being traced for TorchScript."""
    return


class TensorType:
    """The type of tensors in TorchScript's graphs, for annotations: there are none."""


class DeviceObjType:
    """The type of devices in TorchScript's graphs, for annotations: there are none."""


class Value:
    """A value of TorchScript's graphs, for annotations: there are none."""


def _log_api_usage_once(name: str) -> None:
    """Nothing: nobody counts what programs call."""


class _Family:
    """The functions of ``torch._C._nn``, say."""

    def __init__(self, name: str, **functions: Any) -> None:
        self._name = name
        vars(self).update(functions)

    def __getattr__(self, name: str) -> Any:
        from graphnet.fx.names import native_function

        return native_function(self._name, name)


_nn: Final = _Family("_nn", _parse_to=parse_to)
_special: Final = _Family("_special")
_linalg: Final = _Family("_linalg")
_fft: Final = _Family("_fft")


class _TensorMeta(type):
    """A class of tensor classes: theirs is ``type``."""


def _are_functorch_transforms_active() -> bool:
    """Whether a function is being transformed, as by ``vmap``."""
    return type(current_recorder()) is not Recorder


def _is_torch_function_mode_enabled() -> bool:
    """Whether a mode watches the calls of functions: there is none."""
    return False


def _get_accelerator() -> device:
    """The device that would compute fastest: the CPU."""
    return CPU


def _get_default_device() -> str:
    """Where tensors are made that are not told."""
    return str(get_default_device())


def _get_privateuse1_backend_name() -> str:
    """The name of a device that a program adds: none was added."""
    return "privateuseone"
