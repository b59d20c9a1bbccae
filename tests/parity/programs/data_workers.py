"""Loading with workers: datasets that draw, samplers, streams, collation and worker seeds."""

import random

import numpy as np
import torch
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    WeightedRandomSampler,
    get_worker_info,
    random_split,
)


class Augmented(Dataset):
    """Points with noise that is drawn in the worker."""

    def __init__(self, n):
        self.x = torch.arange(float(n))

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return {
            "x": self.x[i],
            "noisy": self.x[i] + torch.randn(()),
            "python": random.random(),
            "numpy": np.random.rand(),
            "name": f"sample {i}",
        }


class Stream(IterableDataset):
    def __init__(self, end):
        self.end = end

    def __iter__(self):
        info = get_worker_info()
        start, step = (0, 1) if info is None else (info.id, info.num_workers)
        yield from range(start, self.end, step)


def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    np.random.seed(worker_seed)
    random.seed(worker_seed)


def pairs(batch):
    return torch.stack([torch.tensor([item["x"], item["noisy"]]) for item in batch])


def main():
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    dataset = Augmented(14)

    loader = DataLoader(dataset, batch_size=4, shuffle=True, num_workers=2)
    for epoch in range(2):
        for batch in loader:
            print(epoch, batch["x"].tolist(), batch["name"][0], f"{batch['noisy'].sum():.4f}")

    g = torch.Generator()
    g.manual_seed(0)
    loader = DataLoader(
        dataset,
        batch_size=5,
        shuffle=True,
        num_workers=2,
        worker_init_fn=seed_worker,
        generator=g,
        persistent_workers=True,
        drop_last=True,
    )
    for _ in range(2):
        for batch in loader:
            print(batch["x"], batch["python"], batch["numpy"], batch["noisy"], sep="\n")

    train, valid = random_split(dataset, [0.7, 0.3], generator=torch.Generator().manual_seed(42))
    print(train.indices, valid.indices)
    both = ConcatDataset([train, Subset(dataset, [0, 0, 13])])
    loader = DataLoader(both, batch_size=8, collate_fn=pairs, num_workers=1)
    print(
        [tuple(batch.shape) for batch in loader], sum(batch[:, 0].sum().item() for batch in loader)
    )

    weights = [1.0 + (i % 3) ** 2 for i in range(14)]
    sampler = WeightedRandomSampler(weights, num_samples=10, replacement=True)
    print(list(sampler), list(BatchSampler(sampler, 4, drop_last=False)))
    loader = DataLoader(dataset, batch_sampler=BatchSampler(sampler, 3, drop_last=True))
    print([batch["x"].long().tolist() for batch in loader])

    print([batch.tolist() for batch in DataLoader(Stream(10), batch_size=3, num_workers=2)])
    print([batch.tolist() for batch in DataLoader(Stream(5), batch_size=2)])

    # The training loop: with the same seeds it ends at the same weights.
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    for epoch in range(3):
        for batch in DataLoader(train, batch_size=4, shuffle=True, num_workers=2):
            loss = torch.nn.functional.mse_loss(model(batch["x"][:, None]), batch["noisy"][:, None])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            print(f"{loss.item():.4f}")
    print(torch.rand(2), random.random(), np.random.rand())


if __name__ == "__main__":
    main()
