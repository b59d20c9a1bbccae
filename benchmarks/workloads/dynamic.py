"""A random number of layers at each step: up to six of width 64, SGD, batch 32."""

import random
from typing import Any

from benchmarks.program import Program


def build(torch: Any) -> Program:
    """A network whose middle layer is applied zero to four times."""
    nn = torch.nn
    torch.manual_seed(0)
    draw = random.Random(0)

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(64, 64)
            self.middle = nn.Linear(64, 64)
            self.last = nn.Linear(64, 10)

        def forward(self, x: Any, layers: int) -> Any:
            h = self.first(x).relu()
            for _ in range(layers):
                h = self.middle(h).relu()
            return self.last(h)

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    loss_fn = nn.MSELoss()
    x, y = torch.randn(32, 64), torch.randn(32, 10)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_fn(model(x, draw.randint(0, 4)), y)
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(x, 2))
