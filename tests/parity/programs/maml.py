"""Model-agnostic meta-learning of sines: the inner loop is differentiated, too."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Learner(nn.Module):
    """A network that can be run with other weights than its own."""

    def __init__(self, hidden=20):
        super().__init__()
        self.vars = nn.ParameterList()
        for n_in, n_out in ((1, hidden), (hidden, hidden), (hidden, 1)):
            w = nn.Parameter(torch.ones(n_out, n_in))
            nn.init.kaiming_normal_(w)
            self.vars.append(w)
            self.vars.append(nn.Parameter(torch.zeros(n_out)))

    def forward(self, x, vars=None):
        vars = self.vars if vars is None else vars
        for i in range(0, len(vars), 2):
            x = F.linear(x, vars[i], vars[i + 1])
            if i + 2 < len(vars):
                x = torch.relu(x)
        return x


def sine_task(generator):
    amplitude = 0.1 + 4.9 * torch.rand(1, generator=generator)
    phase = math.pi * torch.rand(1, generator=generator)
    while True:
        x = 10 * torch.rand(10, 1, generator=generator) - 5
        yield x, amplitude * torch.sin(x + phase)


def adapt(net, x, y, steps=2, lr=0.01):
    weights = list(net.vars)
    for _ in range(steps):
        loss = F.mse_loss(net(x, weights), y)
        grads = torch.autograd.grad(loss, weights, create_graph=True)
        weights = [w - lr * g for w, g in zip(weights, grads)]
    return weights


torch.manual_seed(222)
tasks = torch.Generator().manual_seed(1)
net = Learner()
print(net)
meta_optim = torch.optim.Adam(net.parameters(), lr=1e-2)
for step in range(20):
    meta_loss = 0.0
    for _ in range(4):
        task = sine_task(tasks)
        weights = adapt(net, *next(task))
        x, y = next(task)
        meta_loss = meta_loss + F.mse_loss(net(x, weights), y)
    meta_loss /= 4
    meta_optim.zero_grad()
    meta_loss.backward()
    meta_optim.step()
    print(f"step {step} meta loss {meta_loss.item():.4f}")

task = sine_task(tasks)
support, query = next(task), next(task)
for steps in (0, 1, 5):
    weights = adapt(net, *support, steps=steps)
    with torch.no_grad():
        print(f"{steps} inner steps: {F.mse_loss(net(query[0], weights), query[1]).item():.3f}")
