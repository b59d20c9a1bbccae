"""Samples are kept out of the program's trace where no two batches are alike, and only there."""

import random
from collections.abc import Callable, Iterator

import pytest

import graphnet as torch
from graphnet import nn
from graphnet.utils.data import DataLoader, Dataset, IterableDataset
from graphnet.utils.data.trace_cuts import PATIENCE

LENGTH = 12
BATCHES = 40


def word(index: int) -> list[int]:
    generator = random.Random(index)
    return [generator.randrange(1, 9) for _ in range(generator.randrange(2, LENGTH))]


def encoded(index: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What programs on words do: a row of zeros, and as much of it written as the word is long."""
    letters = torch.tensor(word(index))
    x = torch.zeros(LENGTH)
    x[: len(letters)] = letters.float()
    return x, x.sum()


class Words(Dataset):
    def __len__(self) -> int:
        return 4 * BATCHES

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return encoded(index)


class Stream(IterableDataset):
    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return map(encoded, range(4 * BATCHES))


class Images(Dataset):
    def __init__(self) -> None:
        self.images = torch.arange(8.0 * BATCHES).view(-1, 2)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        image = (self.images[index] - 0.5) / 0.25
        return torch.cat([image] * (LENGTH // 2)), image.sum()


def trained(dataset: Callable[[], Dataset]) -> tuple[list[int], int, list[torch.Tensor]]:
    """The operations that each step recorded anew, how often a sample was cut off; the batches."""
    net = nn.Linear(LENGTH, 1)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
    anew, batches = [], []
    before = torch.explain()
    known = before.misses
    for x, y in DataLoader(dataset(), batch_size=4):
        optimizer.zero_grad()
        ((net(x).squeeze(1) - y) ** 2).mean().backward()
        optimizer.step()
        batches.append(x)
        anew.append(torch.explain().misses - known)
        known += anew[-1]
    runs = torch.explain().runs - before.runs
    return anew, sum(n for (why, _), n in runs.items() if "DataLoader" in why), batches


@pytest.mark.parametrize("dataset", [Words, Stream])
def test_samples_of_any_length_are_soon_known(dataset: Callable[[], Dataset]) -> None:
    anew, cuts, batches = trained(dataset)
    assert len(batches) == BATCHES
    assert all(anew[:PATIENCE])
    assert sum(anew[-10:]) == 0  # each length was met, each step is the same
    assert cuts >= 4 * (BATCHES - PATIENCE - 2)


def test_the_values_are_those_of_the_samples() -> None:
    batches = trained(Words)[2]
    assert torch.equal(torch.cat(batches), torch.stack([encoded(i)[0] for i in range(4 * BATCHES)]))


def test_samples_that_are_alike_stay_in_the_trace() -> None:
    anew, cuts, _ = trained(Images)
    assert sum(anew[PATIENCE:]) == 0
    assert cuts == 0
