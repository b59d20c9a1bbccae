"""Schedules that set the learning rates of an optimizer: PyTorch's ``torch.optim.lr_scheduler``."""

from graphnet.optim.lr_scheduler.base import LRScheduler, _LRScheduler
from graphnet.optim.lr_scheduler.compose import ChainedScheduler, SequentialLR
from graphnet.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from graphnet.optim.lr_scheduler.cyclic import CyclicLR
from graphnet.optim.lr_scheduler.decay import (
    ConstantLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from graphnet.optim.lr_scheduler.lambdas import LambdaLR, MultiplicativeLR
from graphnet.optim.lr_scheduler.one_cycle import OneCycleLR
from graphnet.optim.lr_scheduler.plateau import ReduceLROnPlateau

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
    "_LRScheduler",
]
