"""Views share memory: in-place changes are seen from everywhere, by autograd as well."""

import numpy as np
import torch

a = torch.arange(12, dtype=torch.float32)
m = a.view(3, 4)
t = m.t()
row, column = m[1], m[:, 2]
row.mul_(10)
column += 0.5
t[0, 0] = -7
print(a, t, row.storage_offset(), column.stride(), sep="\n")
print(t.is_contiguous(), t.contiguous().data_ptr() == t.data_ptr(), t._base is a)
print(a.data_ptr() == m.data_ptr(), row.data_ptr() - a.data_ptr())

first, second = a.chunk(2)
first.copy_(second)
second.zero_()
m[2].fill_(3).add_(torch.arange(4))
a.unfold(0, 3, 3)[1, 1] = 77
m.diagonal().neg_()
print(m)
for name in ("unsqueeze", "squeeze", "flatten", "reshape", "clone"):
    other = getattr(m, name)(*([0] if name == "unsqueeze" else [-1] if name == "reshape" else []))
    print(name, other.data_ptr() == m.data_ptr())

e = torch.tensor([1.0, 2.0]).expand(3, 2)
try:
    e.add_(1)
except RuntimeError as error:
    print(str(error).split(".")[0])
print(e.clone().add_(1))

array = np.zeros((2, 3), dtype=np.float32)
shared = torch.from_numpy(array)
array[0, 1] = 5
shared[1] += 2
shared.t()[2].sub_(0.5).square_()
print(array, shared.numpy() is array, np.shares_memory(shared.numpy(), array))
print(torch.tensor(array).data_ptr() == shared.data_ptr())

# Through autograd.
w = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
h = w * 1
view = h.view(2, 2)
view[0].mul_(w[2:])
h.add_(1)
view.t()[1].pow_(2)
h.relu_()
loss = (h * torch.arange(1.0, 5.0)).sum()
loss.backward()
print(h, view, w.grad, sep="\n")
print(view.grad_fn is not None, h.is_leaf, view._is_view())

try:
    w.mul_(2)
except RuntimeError as error:
    print(str(error).splitlines()[0])
try:
    w[0] = 1
except RuntimeError as error:
    print(str(error).splitlines()[0])
with torch.no_grad():
    w[1:3] *= -1
    w.data[0] = 9
print(w, w._version)

s = w.exp()
p = s * s
s.add_(1)
try:
    p.sum().backward()
except RuntimeError as error:
    print(str(error).split(" is at version")[0])

d = w.detach()
d[3] = 0
print(w.tolist(), d.requires_grad, d._version == w._version)
x = torch.zeros(3, requires_grad=True)
y = x.clone()
parts = y.split(1)
z = y.unbind()[0]
y[0] = 5
print(z.detach(), y)
try:
    parts[0].add_(1)
except RuntimeError as error:
    print(str(error).split(".")[0])

# A recurrence written into one tensor, in place.
history = torch.zeros(6)
history[0] = history[1] = 1
for i in range(2, 6):
    history[i].copy_(history[i - 1]).add_(history[i - 2])
print(history)
