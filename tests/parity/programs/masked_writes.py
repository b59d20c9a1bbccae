"""Writes through masks, indices and slices, and the gradients that flow around them."""

import torch
import torch.nn.functional as F

torch.manual_seed(12)
x = torch.arange(12.0).reshape(3, 4)
x[x > 8] = -1
x[1] = torch.tensor([9.0, 8.0, 7.0, 6.0])
x[:, 0] += 100
x[[0, 2], [1, 3]] = 0.5
x[..., ::2] *= 2
x[-1, None] -= 1
print(x)

board = torch.zeros(5, 5, dtype=torch.long)
board[1:4, 1:4] = 1
board[2, 2] = 7
board[torch.eye(5, dtype=torch.bool)] += 10
board[board == 1] = torch.arange(6)
print(board, board[:, [0, -1]].sum())

# One-hot in four ways.
labels = torch.tensor([2, 0, 1, 2])
a = torch.zeros(4, 3).scatter_(1, labels[:, None], 1.0)
b = torch.zeros(4, 3)
b[torch.arange(4), labels] = 1
c = torch.eye(3)[labels]
d = (labels.unsqueeze(1) == torch.arange(3)).float()
print(all(torch.equal(a, other) for other in (b, c, d, F.one_hot(labels).float())))

# Repeated indices: assignment keeps one of them, accumulation adds them all.
counts = torch.zeros(4)
where = torch.tensor([0, 1, 1, 3, 1])
counts[where] += 1
print(counts, torch.zeros(4).index_put_((where,), torch.ones(5), accumulate=True))
print(torch.zeros(4).index_add_(0, where, torch.arange(5.0)), counts.index_fill(0, where, 2.0))
print(torch.zeros(2, 3).masked_scatter_(torch.tensor([True, False, True]), torch.arange(4.0)))

# Gradients go to what is written, and not to what is overwritten.
base = torch.ones(4, requires_grad=True)
values = torch.tensor([2.0, 3.0], requires_grad=True)
y = base * 2
y[torch.tensor([True, False, False, True])] = values * values
y[1] *= 5
y[2:3] = y[0:1] + 1
y.sum().backward()
print(y, base.grad, values.grad)

scores = torch.randn(2, 4, 4, requires_grad=True)
causal = torch.triu(torch.ones(4, 4, dtype=torch.bool), diagonal=1)
attention = scores.masked_fill(causal, float("-inf")).softmax(-1)
attention[:, -1].max(-1).values.sum().backward()
print(attention[0], scores.grad[:, -1])

memory = torch.zeros(3, 2)
w = torch.randn(2, requires_grad=True)
for i in range(3):
    memory[i] = w * (i + 1)
(memory**2).sum().backward()
print(memory.detach(), w.grad, memory.requires_grad)

t = torch.arange(10)
t[t % 2 == 0] = 0
t[torch.where(t == 9)] = 99
t[5:] = t[5:].flip(0)
print(t, t.nonzero().T, t[t.nonzero(as_tuple=True)])
image = torch.zeros(1, 6, 6)
image[:, 2:4, 1:5], image[0, 0, ::5] = 1, torch.tensor([3.0, 4.0])
print(image, torch.where(image > 2, image, -image).sum())

try:
    x[5] = 1
except IndexError as error:
    print(str(error).splitlines()[0])
try:
    x[torch.tensor([True, False])] = 1
except IndexError as error:
    print(str(error).splitlines()[0])
try:
    x[0] = torch.ones(3)
except RuntimeError as error:
    print(str(error).splitlines()[0])

# A sieve and a game of life: loops that write where they look.
sieve = torch.ones(50, dtype=torch.bool)
sieve[:2] = False
for n in range(2, 8):
    if sieve[n]:
        sieve[n * n :: n] = False
print(sieve.nonzero().flatten().tolist())
life = torch.zeros(6, 6, dtype=torch.int)
life[[1, 2, 3, 3, 3], [2, 3, 1, 2, 3]] = 1
for _ in range(4):
    around = sum(
        life.roll((i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)
    )
    life = ((around == 3) | ((life == 1) & (around == 2))).int()
print(life)
