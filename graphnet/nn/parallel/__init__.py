"""Modules on several devices: ``torch.nn.parallel``. There is one device."""

from graphnet.nn.parallel.data_parallel import DataParallel, data_parallel
from graphnet.nn.parallel.distributed import DistributedDataParallel

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]
