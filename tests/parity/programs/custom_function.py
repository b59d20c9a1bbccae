"""Functions with gradients of one's own, in a network that trains, and differentiated twice."""

import torch
from torch import nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.factor, None


class Sign(Function):
    """A straight-through estimator."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        grad = grad_output.clone()
        grad[x.abs() > 1] = 0
        return grad


class Affine(Function):
    @staticmethod
    def forward(x, weight, bias):
        return x @ weight.t() + bias

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_output):
        x, weight, _ = ctx.saved_tensors
        needs = ctx.needs_input_grad
        return (
            grad_output @ weight if needs[0] else None,
            grad_output.t() @ x if needs[1] else None,
            grad_output.sum(0) if needs[2] else None,
        )


class Softplus(Function):
    @staticmethod
    def forward(ctx, x):
        y = (1 + x.exp()).log()
        ctx.save_for_backward(x, y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        x, _ = ctx.saved_tensors
        return grad_output * torch.sigmoid(x)


class InNumpy(Function):
    @staticmethod
    def forward(ctx, x):
        array = x.detach().numpy()
        ctx.cosine = torch.from_numpy(array * 0 + 1) * torch.cos(x)
        return torch.as_tensor(array).sin()

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        array = grad_output.numpy() * ctx.cosine.numpy()
        return torch.from_numpy(array)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(8, 4) * 0.5)
        self.bias = nn.Parameter(torch.zeros(8))
        self.out = nn.Linear(8, 1)
        self.critic = nn.Linear(8, 1)

    def forward(self, x):
        h = Softplus.apply(Affine.apply(x, self.weight, self.bias))
        h = InNumpy.apply(h)
        return self.out(h + 0.1 * Sign.apply(h)), self.critic(GradReverse.apply(h, 0.5))


torch.manual_seed(0)
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.5)
x = torch.randn(32, 4)
y = x[:, :1] * x[:, 1:2]
for step in range(12):
    optimizer.zero_grad()
    out, critic = net(x)
    loss = ((out - y) ** 2).mean() + ((critic - 1) ** 2).mean()
    print(f"{step} {loss.item():.4f}")
    loss.backward()
    optimizer.step()
print([f"{p.grad.norm():.4f}" for p in net.parameters()])

x = torch.tensor([0.5, -1.0], requires_grad=True)
y = Softplus.apply(x)
print(y)
(first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
(second,) = torch.autograd.grad(first.sum(), x)
print(first.tolist() == torch.sigmoid(x).tolist(), second)
