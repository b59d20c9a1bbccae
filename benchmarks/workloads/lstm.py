"""A character LSTM: hidden 128, 64 steps, vocabulary 65, Adam, batch 32."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program


def build(torch: Any) -> Program:
    """Train it to predict the next character."""
    nn = torch.nn
    torch.manual_seed(0)

    class CharacterModel(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(65, 128)
            self.lstm = nn.LSTM(128, 128, batch_first=True)
            self.head = nn.Linear(128, 65)

        def forward(self, tokens: Any) -> Any:
            hidden, _ = self.lstm(self.embedding(tokens))
            return self.head(hidden)

    model = CharacterModel()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    loss_fn = nn.CrossEntropyLoss()
    batches = [torch.randint(0, 65, (32, 65)) for _ in range(8)]
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
