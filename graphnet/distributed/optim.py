"""Optimizers that share their state among processes: ``torch.distributed.optim``, refused."""

from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = ["ZeroRedundancyOptimizer"]

ZeroRedundancyOptimizer = refusal(
    "ZeroRedundancyOptimizer",
    "Share an optimizer's state among processes",
    NotSupportedError,
    "graphnet trains in one process",
    "use the optimizer itself",
)
