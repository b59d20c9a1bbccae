"""The forward pass of mlp alone, without gradients, looked at each time."""

from typing import Any

from benchmarks.program import Program
from benchmarks.workloads.mlp import network


def build(torch: Any) -> Program:
    """Classify a batch."""
    torch.manual_seed(0)
    model = network(torch)
    model.eval()
    x = torch.randn(64, 784)

    def step() -> Any:
        with torch.no_grad():
            return model(x).numpy()

    return Program(step)
