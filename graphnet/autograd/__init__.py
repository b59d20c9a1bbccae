"""Automatic differentiation: ``backward``, ``grad``, and the grad modes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from graphnet.autograd import functional as functional
from graphnet.autograd.anomaly_mode import (
    detect_anomaly,
    is_anomaly_enabled,
    set_detect_anomaly,
)
from graphnet.autograd.engine import backward, grad, run_backward
from graphnet.autograd.function import Function
from graphnet.autograd.gradcheck import gradcheck, gradgradcheck
from graphnet.autograd.variable import Variable
from graphnet.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from graphnet.trace.introspect import GradFunction

if TYPE_CHECKING:
    from graphnet.autograd import forward_ad, graph

__all__ = [
    "Function",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "forward_ad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "is_anomaly_enabled",
    "no_grad",
    "run_backward",
    "set_detect_anomaly",
    "set_grad_enabled",
]


def _read_saved(function: GradFunction, name: str) -> Any:
    return import_module(f"{__name__}.saved_tensors").saved(function, name)


GradFunction.read_saved = _read_saved


def __getattr__(name: str) -> Any:
    """Import what few programs need when it is first used."""
    if name in ("forward_ad", "graph"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
