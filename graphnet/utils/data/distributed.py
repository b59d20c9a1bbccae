"""Each process its part of a dataset: ``torch.utils.data.distributed``."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from math import ceil

from graphnet import distributed
from graphnet import functions as fn
from graphnet.errors import ValueRangeError
from graphnet.random import Generator
from graphnet.utils.data.sampler import Sampler

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler[int]):
    """Every ``num_replicas``-th index, from ``rank`` on, of all in an order that processes share.

    Args:
        dataset: what the indices are of.
        num_replicas, rank: the number of processes, and which this one is; where they are None,
            the group of processes is asked.
        shuffle: whether the order is random.
        seed: of the random order; the epoch, which :meth:`set_epoch` gives, is added.
        drop_last: leave out the last indices, instead of repeating the first, where they do not go
            round.

    Raises:
        ValueRangeError: (a ValueError) there is no process ``rank``, or no group to ask.

    Source: PyTorch's page ``torch.utils.data.distributed.DistributedSampler``.

    >>> from graphnet.utils.data.distributed import DistributedSampler
    >>> list(DistributedSampler("abcde", num_replicas=2, rank=1, shuffle=False))
    [1, 3, 0]
    """

    def __init__(
        self,
        dataset: Sized,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        self.dataset = dataset
        self.num_replicas: int = (
            distributed.get_world_size() if num_replicas is None else num_replicas
        )
        self.rank: int = distributed.get_rank() if rank is None else rank
        if not 0 <= self.rank < self.num_replicas:
            raise ValueRangeError(
                f"Invalid rank {self.rank}, rank should be in the interval "
                f"[0, {self.num_replicas - 1}]"
            )
        self.shuffle, self.seed, self.drop_last = shuffle, seed, drop_last
        self.epoch = 0
        rounds = len(dataset) / self.num_replicas
        self.num_samples = int(rounds) if drop_last else ceil(rounds)
        self.total_size = self.num_samples * self.num_replicas

    def __iter__(self) -> Iterator[int]:
        indices = list(range(len(self.dataset)))
        if self.shuffle:
            generator = Generator().manual_seed(self.seed + self.epoch)
            indices = fn.randperm(len(self.dataset), generator=generator).tolist()
        if indices:
            times = ceil(self.total_size / len(indices))
            indices = (indices * times)[: self.total_size]
        return iter(indices[self.rank :: self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch it is, for another random order in each."""
        self.epoch = epoch
