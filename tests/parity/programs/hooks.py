"""Hooks on modules and tensors: activations, gradients, changes on the way, removal."""

from collections import OrderedDict, defaultdict
from functools import partial

import torch
import torch.nn as nn

torch.manual_seed(4)
model = nn.Sequential(
    OrderedDict(
        [
            ("conv", nn.Conv2d(1, 4, 3)),
            ("relu", nn.ReLU()),
            ("pool", nn.AdaptiveAvgPool2d(2)),
            ("flat", nn.Flatten()),
            ("fc", nn.Linear(16, 3)),
        ]
    )
)

activations, gradients = defaultdict(list), {}


def save_activation(name, module, inputs, output):
    activations[name].append(output.detach().mean().item())


def save_gradient(name):
    def hook(module, grad_input, grad_output):
        shapes = [None if g is None else tuple(g.shape) for g in grad_input]
        gradients[name] = (grad_output[0].norm().item(), shapes)

    return hook


handles = []
for name, module in model.named_children():
    handles.append(module.register_forward_hook(partial(save_activation, name)))
    handles.append(module.register_full_backward_hook(save_gradient(name)))

x = torch.randn(6, 1, 8, 8)
target = torch.tensor([0, 1, 2, 0, 1, 2])
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), target)
    loss.backward()
    optimizer.step()
for name in activations:
    print(name, ["%.4f" % value for value in activations[name]])
for name, (norm, shapes) in gradients.items():
    print(name, f"{norm:.4f}", shapes)
for handle in handles:
    handle.remove()
model(x)
print(len(activations["fc"]), len(model.fc._forward_hooks))

# Hooks that change what passes.
double = model.fc.register_forward_hook(lambda module, inputs, output: output * 2)
shift = model.conv.register_forward_pre_hook(lambda module, inputs: (inputs[0] + 1,))
changed = model(x)
double.remove()
shift.remove()
print((changed / 2 - model(x + 1)).abs().max().item() < 1e-6)


def scaled(module, args, kwargs, output):
    return output * kwargs["scale"] if "scale" in kwargs else output


class Scaled(nn.Module):
    def forward(self, x, scale=1.0):
        return x + 1


m = Scaled()
m.register_forward_hook(scaled, with_kwargs=True)
print(m(torch.zeros(2), scale=3.0), m(torch.zeros(2)))

# Hooks on tensors: of leaves and of what is between.
w = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
seen = []
w.register_hook(lambda grad: grad.clamp(max=2.0))
y = w * w
y.register_hook(lambda grad: seen.append(grad.clone()))
y.retain_grad()
handle = y.register_hook(lambda grad: grad * 10)
y.sum().backward()
print(w.grad, seen, y.grad)
handle.remove()
w.grad = None
(w * w).sum().backward()
print(w.grad)

# Gradient clipping by hooks on every parameter.
for p in model.parameters():
    p.register_hook(lambda grad: torch.clamp(grad, -0.01, 0.01))
model.zero_grad()
nn.functional.cross_entropy(model(x), target).backward()
print(max(p.grad.abs().max().item() for p in model.parameters()))

# The optimizer knows hooks as well.
steps = []
optimizer.register_step_post_hook(lambda opt, args, kwargs: steps.append(len(opt.param_groups)))
optimizer.step()
print(steps)
