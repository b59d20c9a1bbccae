"""The GPT samples 200 tokens, one after the other: the context grows with each."""

from typing import Any

from benchmarks.program import Program
from benchmarks.workloads.gpt import network

TOKENS = 200


def build(torch: Any) -> Program:
    """Sample from a model with random weights."""
    torch.manual_seed(0)
    model = network(torch, context=TOKENS + 1)
    model.eval()

    def step() -> Any:
        tokens = torch.zeros(1, 1, dtype=torch.long)
        with torch.no_grad():
            for _ in range(TOKENS):
                logits = model(tokens)[:, -1]
                chosen = torch.multinomial(torch.softmax(logits, dim=-1), 1)
                tokens = torch.cat([tokens, chosen], dim=1)
        return tokens[0].tolist()

    return Program(step)
