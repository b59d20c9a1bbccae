"""Functions of functions: ensembles by vmap, gradients per sample, Jacobians, functional calls."""

import copy

import torch
from torch import nn
from torch.func import functional_call, grad, grad_and_value, jacrev, stack_module_state, vmap

torch.manual_seed(6)


def make():
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))


models = [make() for _ in range(4)]
params, buffers = stack_module_state(models)
print({name: tuple(p.shape) for name, p in params.items()})
base = copy.deepcopy(models[0])
x, y = torch.randn(16, 3), torch.randn(16, 1)


def forward(params, buffers, x):
    return functional_call(base, (params, buffers), (x,))


outputs = vmap(forward, in_dims=(0, 0, None))(params, buffers, x)
one_by_one = torch.stack([model(x) for model in models])
print(outputs.shape, torch.allclose(outputs, one_by_one, atol=1e-6))
print(f"{outputs.mean().item():.4f} {outputs.std(0).mean().item():.4f}")


def loss_of(params, x, y):
    return ((functional_call(base, params, (x.unsqueeze(0),)) - y.unsqueeze(0)) ** 2).mean()


single = {name: p.detach() for name, p in models[0].named_parameters()}
per_sample = vmap(grad(loss_of), in_dims=(None, 0, 0))(single, x, y)
print({name: tuple(g.shape) for name, g in per_sample.items()})
models[0].zero_grad()
nn.functional.mse_loss(models[0](x), y).backward()
for name, p in models[0].named_parameters():
    print(name, torch.allclose(per_sample[name].mean(0), p.grad, atol=1e-6))
norms = torch.sqrt(sum(g.flatten(1).pow(2).sum(1) for g in per_sample.values()))
print([f"{n:.4f}" for n in norms[:5]])

for step in range(10):
    gradients, value = grad_and_value(lambda p: vmap(loss_of, (None, 0, 0))(p, x, y).mean())(single)
    single = {name: p - 0.1 * gradients[name] for name, p in single.items()}
    print(f"step {step} {value:.4f}")

jacobian = jacrev(lambda v: torch.stack([v.prod(), v.sin().sum()]))(torch.tensor([1.0, 2.0, 3.0]))
print(jacobian)
