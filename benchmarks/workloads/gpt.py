"""A GPT: 4 layers, 4 heads, width 128, context 64, vocabulary 65, AdamW, batch 16."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program


def network(torch: Any, context: int = 64) -> Any:
    """The model, as GPT-2 has it: layer norm first, GELU, causal attention."""
    nn, F = torch.nn, torch.nn.functional
    vocabulary, width, heads, depth = 65, 128, 4, 4

    class Attention(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.project = nn.Linear(width, 3 * width)
            self.out = nn.Linear(width, width)

        def forward(self, x: Any) -> Any:
            batch, length, _ = x.shape
            q, k, v = (
                part.view(batch, length, heads, width // heads).transpose(1, 2)
                for part in self.project(x).split(width, dim=2)
            )
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.out(y.transpose(1, 2).reshape(batch, length, width))

    class Block(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.attention = nn.LayerNorm(width), Attention()
            self.norm2 = nn.LayerNorm(width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
            )

        def forward(self, x: Any) -> Any:
            x = x + self.attention(self.norm1(x))
            return x + self.mlp(self.norm2(x))

    class GPT(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(vocabulary, width)
            self.places = nn.Embedding(context, width)
            self.blocks = nn.Sequential(*(Block() for _ in range(depth)))
            self.norm = nn.LayerNorm(width)
            self.head = nn.Linear(width, vocabulary, bias=False)

        def forward(self, tokens: Any) -> Any:
            x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
            return self.head(self.norm(self.blocks(x)))

    return GPT()


def build(torch: Any) -> Program:
    """Train it to predict the next token."""
    torch.manual_seed(0)
    model = network(torch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    loss_fn = torch.nn.CrossEntropyLoss()
    batches = [torch.randint(0, 65, (16, 65)) for _ in range(8)]
    stream = cycle(batches)

    def step() -> Any:
        tokens = next(stream)
        x, y = tokens[:, :-1], tokens[:, 1:]
        optimizer.zero_grad()
        loss = loss_fn(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(batches[0][:, :-1]))
