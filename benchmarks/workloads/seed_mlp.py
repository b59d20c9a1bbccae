"""Linear(1024, 20) → Linear(20, 10), squared error, SGD with momentum, batch 32."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program


def build(torch: Any) -> Program:
    """A network without nonlinearities."""
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(1024, 20), nn.Linear(20, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    loss_fn = nn.MSELoss()
    batches = [(torch.randn(32, 1024), torch.randn(32, 10)) for _ in range(8)]
    stream = cycle(batches)

    def step() -> Any:
        x, y = next(stream)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(batches[0][0]))
