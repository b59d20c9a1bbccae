"""What programs ask of ``torch._C`` that concerns no C++: one setting of TorchScript's."""

from __future__ import annotations

from typing import ClassVar

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
