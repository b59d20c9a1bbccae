"""Linear regression with nothing but tensors and gradients, then with ``nn`` and an optimizer."""

import math

import torch

torch.manual_seed(0)

# A cubic polynomial fits a sine; the gradient of every coefficient by hand.
x = torch.linspace(-math.pi, math.pi, 500)
y = torch.sin(x)
a, b, c, d = (torch.randn(()) for _ in range(4))
learning_rate = 1e-6
for t in range(100):
    y_pred = a + b * x + c * x**2 + d * x**3
    loss = (y_pred - y).pow(2).sum().item()
    if t % 20 == 0 or t < 3:
        print(t, f"{loss:.0f}")
    grad_y_pred = 2.0 * (y_pred - y)
    a -= learning_rate * grad_y_pred.sum()
    b -= learning_rate * (grad_y_pred * x).sum()
    c -= learning_rate * (grad_y_pred * x**2).sum()
    d -= learning_rate * (grad_y_pred * x**3).sum()
print(f"Result: y = {a.item():.4f} + {b.item():.4f} x + {c.item():.4f} x^2 + {d.item():.4f} x^3")

# The same habit with autograd.
true_w, true_b = torch.tensor([[2.0], [-3.4]]), 4.2
X = torch.normal(0, 1, (200, 2))
Y = X @ true_w + true_b + torch.normal(0, 0.01, (200, 1))
w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
bias = torch.zeros(1, requires_grad=True)
lr = 0.1
for step in range(60):
    loss = ((X @ w + bias - Y) ** 2 / 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
        bias -= lr * bias.grad
        w.grad.zero_()
        bias.grad = None
    if step < 10 or step % 10 == 9:
        print(f"step {step}: loss {loss:.4f}")
print(w, bias, w.is_leaf, w.grad)
print(f"error of w: {(true_w - w.reshape(true_w.shape)).abs().max():.4f}")

# The closed form agrees.
A = torch.cat([X, torch.ones(200, 1)], dim=1)
solution = torch.linalg.lstsq(A, Y).solution
print(torch.allclose(solution, torch.linalg.inv(A.T @ A) @ A.T @ Y, atol=1e-4))
print(solution.round(decimals=3))
