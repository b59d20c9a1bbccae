"""What programs ask of ``torch._C`` that concerns no C++.

That is one setting of TorchScript's, and the functions that generated code of :mod:`graphnet.fx`
calls by the names they have in PyTorch.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

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


class Value:
    """A value of TorchScript's graphs, for annotations: there are none."""


def _log_api_usage_once(name: str) -> None:
    """Nothing: nobody counts what programs call."""


class _Family:
    """The functions of ``torch._C._nn``, say."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        from graphnet.fx.names import native_function

        return native_function(self._name, name)


_nn: Final = _Family("_nn")
_special: Final = _Family("_special")
_linalg: Final = _Family("_linalg")
_fft: Final = _Family("_fft")
