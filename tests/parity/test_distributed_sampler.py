"""``DistributedSampler`` gives each process PyTorch's indices."""

from __future__ import annotations

from importlib import import_module

import pytest

pytest.importorskip("torch")


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("count", "replicas"), [(10, 3), (9, 3), (2, 5)])
def test_the_indices(count: int, replicas: int, drop_last: bool, shuffle: bool) -> None:
    for rank in range(replicas):
        found = []
        for name in ("graphnet", "torch"):
            module = import_module(f"{name}.utils.data.distributed")
            sampler = module.DistributedSampler(
                range(count), replicas, rank, shuffle=shuffle, seed=4, drop_last=drop_last
            )
            sampler.set_epoch(2)
            found.append((list(sampler), len(sampler)))
        assert found[0] == found[1]


def test_there_is_no_such_rank() -> None:
    for name in ("graphnet", "torch"):
        module = import_module(f"{name}.utils.data.distributed")
        with pytest.raises(ValueError, match="Invalid rank"):
            module.DistributedSampler(range(3), 2, 2)
