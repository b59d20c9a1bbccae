"""784-512-512-10 with ReLU and cross entropy, Adam, batch 128."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program


def build(torch: Any) -> Program:
    """A network with two hidden layers."""
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_fn = nn.CrossEntropyLoss()
    batches = [(torch.randn(128, 784), torch.randint(0, 10, (128,))) for _ in range(8)]
    stream = cycle(batches)

    def step() -> Any:
        x, y = next(stream)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(batches[0][0]))
