"""``(a + b) * (b + 1)`` with its gradients, all looked at."""

from typing import Any

from benchmarks.program import Program


def build(torch: Any) -> Program:
    """Two scalars."""
    a = torch.tensor(2.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)

    def step() -> Any:
        a.grad = b.grad = None
        e = (a + b) * (b + 1)
        e.backward()
        return e.item(), a.grad.item(), b.grad.item()

    return Program(step)
