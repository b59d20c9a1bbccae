"""784-2048-2048-10 with ReLU and cross entropy, SGD, batch 512: matrix products above all."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program


def build(torch: Any) -> Program:
    """Two wide hidden layers."""
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(784, 2048), nn.ReLU(), nn.Linear(2048, 2048), nn.ReLU(), nn.Linear(2048, 10)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss_fn = nn.CrossEntropyLoss()
    batches = [(torch.randn(512, 784), torch.randint(0, 10, (512,))) for _ in range(4)]
    stream = cycle(batches)

    def step() -> Any:
        x, y = next(stream)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(batches[0][0]))
