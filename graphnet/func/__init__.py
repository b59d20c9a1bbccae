"""Functions of functions: ``torch.func``.

Each is given a function of tensors and makes another one: of its derivatives (``grad``, ``vjp``,
``jvp``, ``jacrev``, ``jacfwd``, ``hessian``), or of batches (``vmap``). They may be nested. The
function is recorded as a graph of its own, which is differentiated or vectorised, and becomes one
step of the trace around. Source: PyTorch's page ``torch.func``.
"""

from graphnet.func.forward import jacfwd, jvp, linearize
from graphnet.func.modules import (
    functional_call,
    replace_all_batch_norm_modules_,
    stack_module_state,
)
from graphnet.func.reverse import grad, grad_and_value, hessian, jacrev, vjp
from graphnet.func.vectorized import vmap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "replace_all_batch_norm_modules_",
    "stack_module_state",
    "vjp",
    "vmap",
]
