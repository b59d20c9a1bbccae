"""Optimizers: ``torch.optim``."""

from graphnet.optim import lr_scheduler
from graphnet.optim.adagrad import Adagrad
from graphnet.optim.adam import Adam
from graphnet.optim.adamw import AdamW
from graphnet.optim.optimizer import Optimizer
from graphnet.optim.rmsprop import RMSprop
from graphnet.optim.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]
