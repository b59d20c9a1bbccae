"""A bidirectional GRU with two layers and dropout says which signals contain a step."""

import torch
from torch import nn


class StepDetector(nn.Module):
    def __init__(self, hidden=12, layers=2):
        super().__init__()
        self.gru = nn.GRU(
            1, hidden, num_layers=layers, batch_first=True, bidirectional=True, dropout=0.1
        )
        self.norm = nn.LayerNorm(2 * hidden)
        self.out = nn.Linear(2 * hidden, 1)

    def forward(self, x):
        states, last = self.gru(x)
        both = torch.cat([last[-2], last[-1]], dim=-1)
        return self.out(self.norm(both + states.mean(1))).squeeze(-1)


def signals(count, length=20, *, generator):
    x = 0.3 * torch.randn(count, length, 1, generator=generator)
    y = torch.bernoulli(torch.full((count,), 0.5), generator=generator)
    where = torch.randint(5, 15, (count,), generator=generator)
    steps = torch.arange(length)[None, :] >= where[:, None]
    return x + (steps & (y[:, None] > 0)).unsqueeze(-1).float(), y


torch.manual_seed(0)
generator = torch.Generator().manual_seed(17)
model = StepDetector()
loss_fn = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(1.5))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=1e-2)

losses = []
for step in range(25):
    x, y = signals(32, generator=generator)
    loss = loss_fn(model(x), y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    losses.append(loss.detach())
# Nothing has been looked at so far.
for step, loss in enumerate(losses):
    print(f"step {step:2d}: {loss:.4f}")
print("mean of the last five: %.4f" % torch.stack(losses[-5:]).mean())

with torch.inference_mode():
    model.eval()
    x, y = signals(100, generator=generator)
    predicted = torch.sigmoid(model(x)) > 0.5
    print(
        "confusion:", [[int(((y == a) & (predicted == b)).sum()) for b in (0, 1)] for a in (0, 1)]
    )

cell = nn.GRUCell(3, 4)
h = torch.zeros(2, 4)
for x in torch.randn(5, 2, 3):
    h = cell(x, h)
print(h)
