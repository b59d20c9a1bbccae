"""Conv 1→32 and 32→64, 3×3, max-pool, linear 9216→128→10, SGD with momentum, batch 64."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program


def network(torch: Any) -> Any:
    """The classifier of images of 28 × 28, as logits."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(9216, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def build(torch: Any) -> Program:
    """Train the classifier."""
    torch.manual_seed(0)
    model = network(torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    loss_fn = torch.nn.CrossEntropyLoss()
    batches = [(torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))) for _ in range(4)]
    stream = cycle(batches)

    def step() -> Any:
        x, y = next(stream)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(batches[0][0]))
