"""A real NVP: coupling layers with masks, log-determinants, exact likelihood, inversion."""

import torch
from torch import distributions, nn


class Coupling(nn.Module):
    def __init__(self, mask, hidden=24):
        super().__init__()
        self.register_buffer("mask", mask)
        self.s = nn.Sequential(nn.Linear(2, hidden), nn.Softplus(), nn.Linear(hidden, 2), nn.Tanh())
        self.t = nn.Sequential(nn.Linear(2, hidden), nn.Softplus(), nn.Linear(hidden, 2))

    def forward(self, x):
        kept = x * self.mask
        s = self.s(kept) * (1 - self.mask)
        t = self.t(kept) * (1 - self.mask)
        return kept + (1 - self.mask) * (x * s.exp() + t), s.sum(-1)

    def inverse(self, y):
        kept = y * self.mask
        s = self.s(kept) * (1 - self.mask)
        t = self.t(kept) * (1 - self.mask)
        return kept + (1 - self.mask) * (y - t) * (-s).exp()


class Flow(nn.Module):
    def __init__(self, n_layers=4):
        super().__init__()
        masks = [torch.tensor([float(i % 2), float(1 - i % 2)]) for i in range(n_layers)]
        self.layers = nn.ModuleList([Coupling(mask) for mask in masks])
        self.prior = distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))

    def log_prob(self, x):
        total = x.new_zeros(x.shape[0])
        for layer in self.layers:
            x, log_det = layer(x)
            total += log_det
        return self.prior.log_prob(x) + total

    @torch.no_grad()
    def sample(self, n):
        z = self.prior.sample((n,))
        for layer in reversed(self.layers):
            z = layer.inverse(z)
        return z


torch.manual_seed(5)
mixture = distributions.MixtureSameFamily(
    distributions.Categorical(torch.tensor([0.4, 0.6])),
    distributions.Independent(
        distributions.Normal(torch.tensor([[-2.0, 0.0], [1.5, 1.0]]), torch.full((2, 2), 0.5)), 1
    ),
)
flow = Flow()
optimizer = torch.optim.Adam(flow.parameters(), lr=0.01, betas=(0.9, 0.99))
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=60)
for step in range(60):
    x = mixture.sample((128,))
    loss = -flow.log_prob(x).mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step < 10 or step % 10 == 9:
        print(f"step {step:2d} nll {loss.item():.4f} lr {scheduler.get_last_lr()[0]:.5f}")

x = mixture.sample((5,))
y = x
for layer in flow.layers:
    y, _ = layer(y)
for layer in list(flow.layers)[::-1]:
    y = layer.inverse(y)
print("inverts:", torch.allclose(x, y, atol=1e-4))
samples = flow.sample(300)
print(f"true {-mixture.log_prob(samples).mean():.1f}, own {-flow.log_prob(samples).mean():.1f}")
print("left:", f"{(samples[:, 0] < -0.5).float().mean():.1f}", mixture)
