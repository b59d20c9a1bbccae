"""Optimizers: ``torch.optim``. Each is imported when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphnet.optim import lr_scheduler, swa_utils
    from graphnet.optim.adadelta import Adadelta
    from graphnet.optim.adafactor import Adafactor
    from graphnet.optim.adagrad import Adagrad
    from graphnet.optim.adam import Adam
    from graphnet.optim.adamax import Adamax
    from graphnet.optim.adamw import AdamW
    from graphnet.optim.asgd import ASGD
    from graphnet.optim.lbfgs import LBFGS
    from graphnet.optim.muon import Muon
    from graphnet.optim.nadam import NAdam
    from graphnet.optim.optimizer import Optimizer
    from graphnet.optim.radam import RAdam
    from graphnet.optim.rmsprop import RMSprop
    from graphnet.optim.rprop import Rprop
    from graphnet.optim.sgd import SGD
    from graphnet.optim.sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "lr_scheduler",
    "swa_utils",
]


def __getattr__(name: str) -> Any:
    """Import a module, or an optimizer from the module of its name."""
    module = "sparse_adam" if name == "SparseAdam" else name.lower()
    try:
        found = import_module(f"{__name__}.{module}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{module}":
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    made = found if name == module else getattr(found, name)
    globals()[name] = made
    return made


def __dir__() -> list[str]:
    return sorted(__all__)
