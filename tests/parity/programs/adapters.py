"""Low-rank adapters around frozen layers, and wrappers around what trains them."""

import dataclasses
import typing

import torch
from torch import nn
from torch.utils._pytree import SUPPORTED_NODES, tree_flatten

torch.manual_seed(0)


class Adapted(nn.Module):
    """A frozen layer, a low-rank change of it, and the lengths of its rows."""

    def __init__(self, base: nn.Linear, rank: int, alpha: float = 8.0):
        super().__init__()
        self.base = base
        self.base.requires_grad_(False)
        self.down = nn.Linear(base.in_features, rank, bias=False)
        self.up = nn.Linear(rank, base.out_features, bias=False)
        nn.init.zeros_(self.up.weight)
        self.scaling = alpha / rank
        # A parameter on the memory of something that was computed from parameters.
        change = self.up.weight @ self.down.weight
        length = torch.linalg.norm(base.weight + self.scaling * change, dim=1)
        self.length = nn.Parameter(length, requires_grad=True)

    def forward(self, x):
        weight = self.base.weight + self.scaling * self.up.weight @ self.down.weight
        weight = self.length[:, None] * weight / weight.norm(dim=1, keepdim=True).detach()
        return nn.functional.linear(x, weight, self.base.bias)


class Wrapped(torch.optim.Optimizer):
    """An optimizer around another: it never calls the constructor of its own class."""

    def __init__(self, inner):
        self.inner = inner
        self.steps = 0

    @property
    def param_groups(self):
        return self.inner.param_groups

    @property
    def state(self):
        return self.inner.state

    @property
    def defaults(self):
        return self.inner.defaults

    def zero_grad(self, set_to_none=True):
        self.inner.zero_grad(set_to_none)

    def step(self, closure=None):
        self.steps += 1
        return self.inner.step(closure)


class Measured(torch.Tensor):
    """A tensor with a unit, made of another one with its history."""

    unit = "?"

    def __new__(cls, x, unit="m"):
        made = x.as_subclass(cls)
        made.unit = unit
        return made


model = nn.Sequential(Adapted(nn.Linear(6, 10), 2), nn.Tanh(), Adapted(nn.Linear(10, 2), 2))
model.to("cpu").float()
for name, parameter in model.named_parameters():
    print(name, parameter.is_leaf, parameter.requires_grad)
with torch.no_grad():
    print(model[0].length.is_leaf, (model[0].length * 2).requires_grad)
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = Wrapped(torch.optim.AdamW(trained, lr=1e-2))
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer.inner, lambda step: 1 / (1 + step))
x, y = torch.randn(24, 6), torch.randint(0, 2, (24,))
for step in range(6):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    print(step, f"{loss.item():.5f}", optimizer.steps, f"{schedule.get_last_lr()[0]:.5f}")

loss = Measured(model(x)).pow(2).mean()
print(type(loss).__name__, loss.requires_grad, Measured(x, "s").unit)
loss.backward()
print(f"{trained[0].grad.abs().sum().item():.4f}")

# Arrays of parameters, where no gradients are recorded.
with torch.no_grad():
    print(
        model[0].length.numpy().sum().round(4), model[0].length.view(-1)[:2].cpu().numpy().round(3)
    )
try:
    model[0].length.numpy()
except RuntimeError as error:
    print(str(error).splitlines()[0])

# What libraries ask of classes.
print(dataclasses.is_dataclass(torch.device("cpu")))
for kind in (Adapted, Measured, nn.CrossEntropyLoss, nn.LSTM):
    print(kind.__name__, isinstance(typing.get_type_hints(kind), dict))
node = SUPPORTED_NODES[dict]
print(node.flatten_fn({"a": 1, "b": 2}), node.unflatten_fn([3, 4], ["a", "b"]))
print(
    [str(key) for key, _ in node.flatten_with_keys_fn({"a": 1})[0]],
    tree_flatten({"a": [1, (2,)]})[0],
)
