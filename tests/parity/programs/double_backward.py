"""Derivatives of derivatives: an oscillator learned from its equation, Hessians, curvature."""

import torch
from torch import nn
from torch.autograd import grad

torch.manual_seed(0)

# u'' = -u with u(0) = 0 and u'(0) = 1 is the sine.
net = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
t = torch.linspace(0, 3, 40).view(-1, 1).requires_grad_()
zero = torch.zeros(1, 1, requires_grad=True)
for step in range(60):
    u = net(t)
    (du,) = grad(u, t, torch.ones_like(u), create_graph=True)
    (ddu,) = grad(du, t, torch.ones_like(du), create_graph=True)
    start = net(zero)
    slope = grad(start.sum(), zero, create_graph=True)[0]
    loss = (ddu + u).pow(2).mean() + start.pow(2).sum() + (slope - 1).pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step < 10 or step % 10 == 9:
        print(f"step {step} loss {loss.item():.4f}")


# The Hessian of Rosenbrock's function, row by row and at once.
def rosenbrock(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


p = torch.tensor([-1.2, 1.0], requires_grad=True)
(first,) = grad(rosenbrock(p), p, create_graph=True)
rows = [grad(g, p, retain_graph=True)[0] for g in first]
print(first.detach(), torch.stack(rows))
print(torch.autograd.functional.hessian(rosenbrock, p.detach()))
print(torch.autograd.functional.hvp(rosenbrock, p.detach(), torch.tensor([1.0, 0.5]))[1])

# Newton's method with it.
for i in range(6):
    (g,) = grad(rosenbrock(p), p, create_graph=True)
    H = torch.stack([grad(each, p, retain_graph=True)[0] for each in g])
    with torch.no_grad():
        p -= torch.linalg.solve(H, g)
    print(i, f"{rosenbrock(p).item():.2f}")

# A penalty on the gradient, through softplus, log_softmax and a matrix product.
W = torch.randn(5, 3, requires_grad=True)
x = torch.randn(8, 5, requires_grad=True)
loss = -nn.functional.log_softmax(nn.functional.softplus(x @ W), dim=1)[:, 0].mean()
(gx,) = torch.autograd.grad(loss, x, create_graph=True)
(loss + gx.pow(2).sum()).backward()
print(W.grad)
print(x.grad.norm(), gx.grad_fn is not None)

# Third derivatives of a polynomial are constant.
z = torch.tensor([0.5, 2.0], requires_grad=True)
value = (z**4).sum()
for order in range(1, 5):
    (value,) = grad(value.sum(), z, create_graph=True)
    print(order, value.tolist())
