"""Datasets, samplers and the loader that makes batches, in the shape of ``torch.utils.data``.

>>> import graphnet as torch
>>> from graphnet.utils.data import DataLoader, TensorDataset
>>> rows = TensorDataset(torch.arange(6.0).reshape(6, 1), torch.arange(6))
>>> [y.tolist() for x, y in DataLoader(rows, batch_size=4)]
[[0, 1, 2, 3], [4, 5]]
"""

from graphnet.utils.data.collate import default_collate, default_convert
from graphnet.utils.data.dataloader import DataLoader
from graphnet.utils.data.dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from graphnet.utils.data.distributed import DistributedSampler
from graphnet.utils.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from graphnet.utils.data.worker_info import get_worker_info

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "DistributedSampler",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]
