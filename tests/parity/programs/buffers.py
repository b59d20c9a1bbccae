"""Buffers: statistics that a module keeps, saves, moves and copies, but does not train."""

import copy

import torch
from torch import nn


class RunningNorm(nn.Module):
    """Normalises by running statistics, with a mask that is not saved."""

    def __init__(self, features, momentum=0.1):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("var", torch.ones(features))
        self.register_buffer("count", torch.tensor(0))
        self.register_buffer("mask", (torch.rand(features) > 0.3).float(), persistent=False)
        self.register_buffer("unused", None)
        self.gain = nn.Parameter(torch.ones(features))

    def forward(self, x):
        if self.training:
            with torch.no_grad():
                self.mean.lerp_(x.mean(0), self.momentum)
                self.var.mul_(1 - self.momentum).add_(x.var(0, unbiased=False), alpha=self.momentum)
                self.count += 1
        return (x - self.mean) / (self.var + 1e-5).sqrt() * self.gain * self.mask


class EMA:
    """An exponential moving average of a model's weights."""

    def __init__(self, model, decay):
        self.model, self.decay = copy.deepcopy(model), decay
        for p in self.model.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update(self, model):
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.mul_(self.decay).add_(theirs, alpha=1 - self.decay)
            else:
                mine.copy_(theirs)


torch.manual_seed(8)
model = nn.Sequential(
    RunningNorm(5), nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1)
)
ema = EMA(model, 0.9)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for step in range(15):
    x = torch.randn(32, 5) * torch.arange(1.0, 6.0) + 3
    y = x[:, :1] - x[:, 1:2]
    loss = nn.functional.huber_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    ema.update(model)
    print(f"step {step} loss {loss.item():.4f}")

print([name for name, _ in model.named_buffers()])
print(list(model.state_dict()))
print(model[0].mean, model[0].var, model[0].count)
print(ema.model[0].mean, ema.model[0].count, ema.model[2].num_batches_tracked)

x = torch.randn(64, 5)
model.eval()
ema.model.eval()
print(f"{(model(x) - ema.model(x)).abs().mean().item():.4f}")

other = nn.Sequential(RunningNorm(5), *list(model)[1:])
print(other.load_state_dict(model.state_dict()))
print(torch.equal(other[0].mean, model[0].mean), other[0].mask.tolist() == model[0].mask.tolist())
state = model.state_dict()
del state["0.mean"]
state["0.extra"] = torch.ones(1)
print(other.load_state_dict(state, strict=False))
try:
    other.load_state_dict(state)
except RuntimeError as error:
    print(str(error).splitlines()[0])
model.double()
print(model[0].mean.dtype, model[0].count.dtype, model(x.double()).dtype)
model[0].mean = torch.full((5,), 2.0)
print(dict(model.named_buffers())["0.mean"], "mean" in model[0]._buffers)
try:
    model[0].mean = 3
except TypeError as error:
    print(str(error).splitlines()[0])
model.float()
del model[0].mean
print(hasattr(model[0], "mean"), len(list(model.buffers())))
