"""Clipped and accumulated gradients, noise on them, and what happens when they are not finite."""

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

torch.manual_seed(21)
model = nn.Sequential(nn.Linear(6, 32), nn.SELU(), nn.AlphaDropout(0.1), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = 4 * torch.randn(64, 6)
y = (x**2).sum(1, keepdim=True).sqrt()


def norm_of_gradients():
    return torch.norm(torch.stack([p.grad.norm(2) for p in model.parameters()]), 2)


for step in range(12):
    optimizer.zero_grad()
    loss = nn.MSELoss()(model(x), y)
    loss.backward()
    before = norm_of_gradients()
    returned = clip_grad_norm_(model.parameters(), max_norm=1.0)
    print(f"step {step} loss {loss:.4f} norm {before:.3f} {returned:.3f} {norm_of_gradients():.4f}")
    optimizer.step()

model.zero_grad()
nn.L1Loss()(model(x), y).backward()
clip_grad_value_(model.parameters(), 0.02)
print([f"{p.grad.min():.4f} {p.grad.max():.4f}" for p in model.parameters()])
print(f"{clip_grad_norm_(model.parameters(), 0.01, norm_type=float('inf')):.4f}")
print(f"{clip_grad_norm_([model[0].weight], 0.1, norm_type=1):.4f}", f"{norm_of_gradients():.5f}")

# Four small batches make the step of one large one.
model.eval()
model.zero_grad()
nn.MSELoss()(model(x), y).backward()
whole = [p.grad.clone() for p in model.parameters()]
model.zero_grad()
for part_x, part_y in zip(x.chunk(4), y.chunk(4)):
    (nn.MSELoss()(model(part_x), part_y) / 4).backward()
print(
    all(torch.allclose(p.grad, g, rtol=1e-4, atol=1e-6) for p, g in zip(model.parameters(), whole))
)

# Noise on the gradients, by hand.
for p in model.parameters():
    p.grad.add_(torch.randn_like(p.grad), alpha=1e-3)
optimizer.step()
print(f"{nn.functional.mse_loss(model(x), y).item():.4f}")

bad = nn.Parameter(torch.tensor([0.0, 1.0]))
bad.sqrt().log().sum().backward()
print(bad.grad)
try:
    clip_grad_norm_([bad], 1.0, error_if_nonfinite=True)
except RuntimeError as error:
    print(str(error).splitlines()[0])
print(clip_grad_norm_([bad], 1.0), bad.grad)
print(torch.nan_to_num(bad.grad, nan=0.0, posinf=1.0), clip_grad_norm_([], 1.0))
