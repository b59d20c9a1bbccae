"""Operators of a program's own: by decorator, by library, in ``torch.ops``, with gradients."""

import torch


@torch.library.custom_op("shop::scaled_sine", mutates_args=())
def scaled_sine(x: torch.Tensor, scale: float = 2.0) -> torch.Tensor:
    return scale * x.sin()


@scaled_sine.register_fake
def _(x, scale=2.0):
    return torch.empty_like(x)


def setup_context(ctx, inputs, output):
    x, scale = inputs
    ctx.save_for_backward(x)
    ctx.scale = scale


def backward(ctx, grad):
    (x,) = ctx.saved_tensors
    return grad * ctx.scale * x.cos(), None


torch.manual_seed(0)
x = torch.randn(4, requires_grad=True)
y = scaled_sine(x)
print(y)
try:
    y.sum().backward()
except RuntimeError as error:
    print(str(error).split(". ")[0])
scaled_sine.register_autograd(backward, setup_context=setup_context)
y = scaled_sine(x, scale=3.0)
y.sum().backward()
print(y, x.grad, torch.allclose(x.grad, 3 * x.detach().cos()))
print(
    torch.ops.shop.scaled_sine(torch.zeros(2)), torch.ops.shop.scaled_sine.default(x.detach(), 1.0)
)
print(torch.ops.shop.scaled_sine, torch.ops.shop.scaled_sine.default, scaled_sine)
try:
    print(torch.ops.shop.nothing)
except AttributeError as error:
    print(str(error).splitlines()[0])


@torch.library.custom_op("shop::fill", mutates_args=("x",))
def fill(x: torch.Tensor, value: float) -> None:
    x.fill_(value)


z = torch.zeros(3)
fill(z, 4.0)
print(z)


@torch.library.custom_op("shop::same", mutates_args=())
def same(x: torch.Tensor) -> torch.Tensor:
    return x


try:
    same(z)
except RuntimeError as error:
    print("(1) must not also be an input" in str(error))

library = torch.library.Library("store", "DEF")
library.define("double(Tensor x) -> Tensor")
library.impl("double", lambda x: x * 2, "CompositeImplicitAutograd")
w = torch.ones(2, requires_grad=True)
(torch.ops.store.double(w) ** 2).sum().backward()
print(w.grad)
print(
    torch.ops.aten.add.Tensor(torch.ones(2), torch.ones(2)),
    torch.ops.aten.relu(torch.tensor([-1.0, 1.0])),
)
print(
    torch.ops.aten.add,
    torch.ops.aten.add.Tensor,
    torch.ops.aten.slice.Tensor(torch.arange(6), 0, 1, 4),
)

net = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Linear(8, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
inputs, targets = torch.randn(16, 3), torch.randn(16, 1)
for step in range(6):
    hidden = torch.ops.shop.scaled_sine(net[0](inputs), 1.5)
    loss = (net[1](hidden) - targets).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")
