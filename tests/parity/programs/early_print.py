"""A program that looks at everything, early and often: debugging as it is done."""

import torch
import torch.nn.functional as F

torch.manual_seed(2024)
w1 = torch.randn(4, 16) * 0.5
w2 = torch.randn(16, 3) * 0.5
w1.requires_grad_()
w2.requires_grad = True
params = [w1, w2]

x = torch.randn(30, 4)
y = torch.randint(0, 3, (30,))
print(x[0], y[:10], x.mean(), x.std(), sep="\n")
history = []
total = 0
for i in range(30):
    h = x @ w1
    if i == 0:
        print("pre-activation", h.shape, h.min().item() < 0 < h.max().item(), f"{h.mean():.4f}")
    h = torch.relu(h)
    dead = (h == 0).float().mean()
    logits = h @ w2
    assert not torch.isnan(logits).any()
    loss = F.cross_entropy(logits, y)
    print(f"step {i} loss {loss.item():.4f} dead {dead:.3f}")
    history.append(float(loss))
    total += loss
    for p in params:
        p.grad = None
    loss.backward()
    norms = [p.grad.norm().item() for p in params]
    if max(norms) > 0.2:
        print("  gradients", *(f"{n:.4f}" for n in norms))
    if loss < 0.7:
        print(f"early stop at {loss.data:.3f}")
        break
    with torch.no_grad():
        for p in params:
            p -= 0.5 * p.grad
    print(f"  after: {F.cross_entropy(torch.relu(x @ w1) @ w2, y).item():.4f}")

print("best %d %.4f" % (min(range(len(history)), key=history.__getitem__), min(history)))
print(f"{total.item() / len(history):.4f}", total.requires_grad, len(history))
probs = F.softmax(logits, 1)
for row, label in zip(probs[:4], y):
    print(
        " ".join("%.2f" % p for p in row), "->", label.item(), "*" if row.argmax() == label else ""
    )
if probs.sum(1).allclose(torch.ones(30)):
    print("rows sum to one")
print(int(y.sum()), bool((y == 1).any()), list(range(y[0])), [10, 20, 30][y[1]], f"{y[2]:03d}")
print({label.item(): (y == label).sum().item() for label in y.unique()})
print(round(loss.item(), 3), "%s" % y[3], "%d" % y[3], str(y[3]), repr(y[3]))
