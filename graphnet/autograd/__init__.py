"""Automatic differentiation: ``backward``, ``grad``, and the grad modes."""

from graphnet.autograd.engine import backward, grad, run_backward
from graphnet.autograd.function import Function
from graphnet.autograd.variable import Variable
from graphnet.grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = [
    "Function",
    "Variable",
    "backward",
    "enable_grad",
    "grad",
    "inference_mode",
    "no_grad",
    "run_backward",
    "set_grad_enabled",
]
