"""The forward pass of gpt alone, without gradients, looked at each time."""

from typing import Any

from benchmarks.program import Program
from benchmarks.workloads.gpt import network


def build(torch: Any) -> Program:
    """Predict a batch."""
    torch.manual_seed(0)
    model = network(torch)
    model.eval()
    x = torch.randint(0, 65, (16, 64))

    def step() -> Any:
        with torch.no_grad():
            return model(x).numpy()

    return Program(step)
