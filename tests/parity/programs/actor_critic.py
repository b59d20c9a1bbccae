"""Advantage actor-critic with two heads and an entropy bonus, balancing a point on a line."""

from collections import namedtuple

import torch
from torch import nn, optim
from torch.distributions import Normal
from torch.nn import functional as F

SavedAction = namedtuple("SavedAction", ["log_prob", "value", "entropy"])


class Balance:
    """A point is pushed; the wind pushes it, too. Reward for being near the middle."""

    def reset(self):
        self.x, self.v = torch.tensor(0.5), torch.tensor(0.0)
        return torch.stack([self.x, self.v])

    def step(self, force):
        self.v = 0.9 * self.v + 0.1 * force.clamp(-2, 2) + 0.05 * torch.randn(())
        self.x = self.x + 0.3 * self.v
        reward = torch.exp(-(self.x**2)).item()
        return torch.stack([self.x, self.v]), reward, bool(self.x.abs() > 2)


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 32), nn.Tanh())
        self.mean = nn.Linear(32, 1)
        self.log_std = nn.Parameter(torch.zeros(1))
        self.value_head = nn.Linear(32, 1)

    def forward(self, state):
        h = self.body(state)
        return Normal(self.mean(h), self.log_std.exp().expand(1)), self.value_head(h)


torch.manual_seed(7)
model = ActorCritic()
optimizer = optim.Adam(model.parameters(), lr=0.02)
env = Balance()

for episode in range(15):
    state = env.reset()
    saved, rewards = [], []
    for _ in range(20):
        dist, value = model(state)
        force = dist.sample()
        saved.append(SavedAction(dist.log_prob(force).sum(), value, dist.entropy().sum()))
        state, reward, done = env.step(force.squeeze())
        rewards.append(reward)
        if done:
            break

    R, returns = 0.0, []
    for r in reversed(rewards):
        R = r + 0.95 * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    policy_losses, value_losses = [], []
    for (log_prob, value, entropy), R in zip(saved, returns):
        advantage = R - value.item()
        policy_losses.append(-log_prob * advantage - 0.01 * entropy)
        value_losses.append(F.smooth_l1_loss(value, R.view(1)))
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    mean = loss.item() / len(rewards)
    print(f"episode {episode:2d} length {len(rewards)} reward {sum(rewards):.4f} loss {mean:.3f}")

print("std %.4f, value of the middle %.3f" % (model.log_std.exp(), model(torch.zeros(2))[1]))
