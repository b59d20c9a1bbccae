"""Optimizers: ``torch.optim``."""

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
