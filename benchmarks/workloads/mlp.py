"""784-128-10 with ReLU, log_softmax and NLL, SGD with momentum, batch 64."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program


def network(torch: Any) -> Any:
    """The classifier, as logarithms of probabilities."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10), nn.LogSoftmax(dim=1))


def build(torch: Any) -> Program:
    """Train the classifier."""
    torch.manual_seed(0)
    model = network(torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    loss_fn = torch.nn.NLLLoss()
    batches = [(torch.randn(64, 784), torch.randint(0, 10, (64,))) for _ in range(8)]
    stream = cycle(batches)

    def step() -> Any:
        x, y = next(stream)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(batches[0][0]))
