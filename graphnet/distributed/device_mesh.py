"""Arrangements of processes, ``torch.distributed.device_mesh``, of which there is none."""

from __future__ import annotations

from graphnet.distributed.absent import CURE, PROBLEM, OfManyProcesses
from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = ["DeviceMesh", "init_device_mesh"]


class DeviceMesh(OfManyProcesses):
    """Processes in rows and columns."""


init_device_mesh = refusal(
    "init_device_mesh", "Arrange processes", NotSupportedError, PROBLEM, CURE
)
