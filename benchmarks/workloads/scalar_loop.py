"""100,000 small operations in a Python loop, on scalars and 10 elements, with moving indices."""

from typing import Any

from benchmarks.program import Program

ROUNDS = 12_500  # of eight operations


def build(torch: Any) -> Program:
    """A filter whose taps move over the state."""
    torch.manual_seed(0)
    start = torch.randn(10)

    def step() -> Any:
        x, total = start, torch.tensor(0.0)
        for i in range(ROUNDS):
            tap = x[i % 10]
            total = 0.9 * total + tap * x[(3 * i + 1) % 10]
            x = 0.99 * x + total * 0.01
        return total.item(), x.tolist()

    return Program(step)
