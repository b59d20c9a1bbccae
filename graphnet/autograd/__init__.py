"""Automatic differentiation: ``backward``, ``grad``, and the grad modes."""

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

__all__ = [
    "Function",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_anomaly_enabled",
    "no_grad",
    "run_backward",
    "set_detect_anomaly",
    "set_grad_enabled",
]
