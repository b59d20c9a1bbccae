"""Tensors over several processes, ``torch.distributed.tensor``, of which there is none."""

from __future__ import annotations

from graphnet.distributed.absent import CURE, PROBLEM, OfManyProcesses
from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = ["DTensor", "Partial", "Placement", "Replicate", "Shard", "distribute_tensor"]


class DTensor(OfManyProcesses):
    """A tensor of which each process has a part."""


class Placement(OfManyProcesses):
    """Which part."""


class Replicate(Placement):
    """All of it."""


class Shard(Placement):
    """A slice along a dimension."""


class Partial(Placement):
    """Something to be added to what the others have."""


distribute_tensor = refusal(
    "distribute_tensor", "Give each process a part of a tensor", NotSupportedError, PROBLEM, CURE
)
