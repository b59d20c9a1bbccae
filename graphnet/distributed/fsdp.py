"""Modules over several processes, ``torch.distributed.fsdp``, of which there is none."""

from __future__ import annotations

from graphnet.distributed.absent import OfManyProcesses

__all__ = ["FSDPModule", "FullyShardedDataParallel"]


class FullyShardedDataParallel(OfManyProcesses):
    """A module of which each process has a part."""


class FSDPModule(OfManyProcesses):
    """The same, by its newer interface."""
