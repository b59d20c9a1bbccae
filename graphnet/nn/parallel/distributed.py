"""Data parallelism over processes, which is not there."""

from __future__ import annotations

from typing import Any

from graphnet.errors import ValueRangeError
from graphnet.nn.modules.module import Module


class DistributedDataParallel(Module):
    """Raises ValueRangeError, a ValueError, as PyTorch does without a group of processes."""

    def __init__(self, module: Module, *args: Any, **kwargs: Any) -> None:
        raise ValueRangeError(
            "Default process group has not been initialized, please make sure to call "
            "init_process_group.",
            cure="graphnet trains in one process: use the module itself",
        )
