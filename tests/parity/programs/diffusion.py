"""Denoising diffusion of points on two moons: schedules, time embeddings, sampling, an EMA."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn


def cosine_beta_schedule(timesteps, s=0.008):
    x = torch.linspace(0, timesteps, timesteps + 1, dtype=torch.float64)
    alphas_cumprod = torch.cos(((x / timesteps) + s) / (1 + s) * math.pi * 0.5) ** 2
    alphas_cumprod = alphas_cumprod / alphas_cumprod[0]
    return torch.clip(1 - (alphas_cumprod[1:] / alphas_cumprod[:-1]), 0, 0.999).float()


def extract(a, t, x_shape):
    return a.gather(-1, t).reshape(t.shape[0], *((1,) * (len(x_shape) - 1)))


class SinusoidalPosEmb(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        half_dim = self.dim // 2
        emb = torch.exp(torch.arange(half_dim) * -(math.log(10000) / (half_dim - 1)))
        emb = x[:, None] * emb[None, :]
        return torch.cat((emb.sin(), emb.cos()), dim=-1)


class Denoiser(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.time_mlp = nn.Sequential(SinusoidalPosEmb(dim), nn.Linear(dim, 32), nn.SiLU())
        self.first = nn.Linear(2, 32)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 32), nn.Mish()) for _ in range(2)
        )
        self.last = nn.Linear(32, 2)
        nn.init.zeros_(self.last.weight)

    def forward(self, x, t):
        h = self.first(x) + self.time_mlp(t)
        for block in self.blocks:
            h = h + block(h)
        return self.last(h)


def moons(n):
    angle = math.pi * torch.rand(n)
    upper = torch.randint(0, 2, (n,)).bool()
    x = torch.where(upper, angle.cos(), 1 - angle.cos())
    y = torch.where(upper, angle.sin(), 0.5 - angle.sin())
    return torch.stack([x, y], dim=1) + 0.05 * torch.randn(n, 2)


torch.manual_seed(2020)
T = 20
betas = cosine_beta_schedule(T)
alphas = 1.0 - betas
alphas_cumprod = torch.cumprod(alphas, dim=0)
alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
posterior_variance = betas * (1.0 - alphas_cumprod_prev) / (1.0 - alphas_cumprod)
print(betas[:4], alphas_cumprod[-1].item() < 1e-3, posterior_variance[0])

model = Denoiser()
ema = copy.deepcopy(model)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(50):
    x = moons(64)
    t = torch.randint(0, T, (64,)).long()
    noise = torch.randn_like(x)
    x_t = extract(alphas_cumprod.sqrt(), t, x.shape) * x
    x_t = x_t + extract((1 - alphas_cumprod).sqrt(), t, x.shape) * noise
    loss = F.smooth_l1_loss(model(x_t, t), noise)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for mine, theirs in zip(ema.parameters(), model.parameters()):
            mine.lerp_(theirs, 0.1)
    if step < 10 or step % 5 == 4:
        print(f"step {step}: {loss.item():.4f}")


@torch.no_grad()
def p_sample(x, i):
    t = torch.full((x.shape[0],), i, dtype=torch.long)
    mean = (1 / alphas[i].sqrt()) * (x - betas[i] / (1 - alphas_cumprod[i]).sqrt() * ema(x, t))
    if i == 0:
        return mean
    return mean + posterior_variance[i].sqrt() * torch.randn_like(x)


x = torch.randn(200, 2)
for i in reversed(range(T)):
    x = p_sample(x, i)
print("mean", [f"{v:.2f}" for v in x.mean(0)], "std", [f"{v:.2f}" for v in x.std(dim=0)])
