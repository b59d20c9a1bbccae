"""A deep network with one weight for all layers: `scaling` lets it grow in each direction."""

from typing import Any

from benchmarks.program import Program


def build(torch: Any, depth: int = 30, width: int = 8, batch: int = 1) -> Program:
    """Three operations a layer, and their gradients."""
    torch.manual_seed(0)
    weight = torch.nn.Linear(width, width, bias=False)
    x = torch.randn(batch, width)

    def step() -> Any:
        weight.zero_grad()
        h = x
        for _ in range(depth):
            h = torch.tanh(weight(h) + x)
        loss = h.sum()
        loss.backward()
        return loss, weight.weight.grad

    return Program(step, weight)
