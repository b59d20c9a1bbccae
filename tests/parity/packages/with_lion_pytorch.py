"""Lion, an optimizer that is written against torch.optim.Optimizer, with each of its options."""

import torch
import torch.nn.functional as F
from lion_pytorch import Lion
from torch import nn

torch.manual_seed(0)
inputs = torch.randn(64, 8)
targets = inputs.pow(2).sum(1, keepdim=True) / 8

for options in (
    {},
    {"weight_decay": 1e-2, "betas": (0.9, 0.95)},
    {"weight_decay": 0.1, "decoupled_weight_decay": True},
):
    model = nn.Sequential(nn.Linear(8, 32), nn.GELU(), nn.Linear(32, 1))
    optimizer = Lion(model.parameters(), lr=1e-3, **options)
    print(optimizer)
    for step in range(30):
        loss = F.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {step} loss {loss.item():.4f}")

restored = Lion(model.parameters(), lr=1.0)
restored.load_state_dict(optimizer.state_dict())
print(restored.param_groups[0]["lr"], len(restored.state))
