"""Exchanges between processes that let gradients through: ``torch.distributed.nn``, refused."""

from graphnet.distributed import (
    ReduceOp,
    all_gather,
    all_reduce,
    broadcast,
    gather,
    group,
    reduce,
    reduce_scatter,
    scatter,
)

__all__ = [
    "ReduceOp",
    "all_gather",
    "all_reduce",
    "broadcast",
    "gather",
    "group",
    "reduce",
    "reduce_scatter",
    "scatter",
]
