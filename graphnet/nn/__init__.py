"""Networks and their parts: PyTorch's ``torch.nn``.

Modules hold parameters and other modules; :mod:`graphnet.nn.functional` has the functions that they
call, :mod:`graphnet.nn.init` the initial values of parameters.

>>> import graphnet as torch
>>> from graphnet.nn import MSE, Linear
>>> loss = MSE()(Linear(3, 2)(torch.ones(5, 3)), torch.zeros(5, 2))
>>> loss.shape
torch.Size([])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from graphnet.nn import functional as functional
from graphnet.nn.parameter import Buffer as Buffer
from graphnet.nn.parameter import Parameter as Parameter
from graphnet.nn.parameter import UninitializedBuffer as UninitializedBuffer
from graphnet.nn.parameter import UninitializedParameter as UninitializedParameter

if TYPE_CHECKING:
    from graphnet.nn import attention as attention
    from graphnet.nn import init as init
    from graphnet.nn import modules as modules
    from graphnet.nn import parallel as parallel
    from graphnet.nn import parameter as parameter
    from graphnet.nn import utils as utils
    from graphnet.nn.modules import *  # noqa: F403  # everything that modules.__all__ lists
    from graphnet.nn.parallel import DataParallel as DataParallel


def __getattr__(name: str) -> Any:
    """Import the modules when the first of them is used: they take a fifth of the whole import."""
    if name in ("attention", "init", "modules", "parallel", "utils"):
        return import_module(f"{__name__}.{name}")
    if name == "DataParallel":
        return import_module(f"{__name__}.parallel").DataParallel
    modules = import_module(f"{__name__}.modules")
    if name == "__all__":
        return ["Buffer", "DataParallel", "Parameter", *modules.__all__]
    if name not in modules.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals().update({each: getattr(modules, each) for each in modules.__all__})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__")})
