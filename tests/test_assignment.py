"""The programs this project began with, typed as a user types them: they print exactly this."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from graphnet.vision.datasets.idx import write_idx

ROOT = Path(__file__).parents[1]


def output_of(program: str, folder: Path) -> str:
    """What a program prints that is run in ``folder``; it must end well and complain of nothing."""
    listing = folder / "listing.py"
    listing.write_text(program)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(listing)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


EXPRESSION = """\
import graphnet as torch

a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(1.0, requires_grad=True)
e = (a+b)*(b+1)
e.backward()
print(a)
print(b)
print(e)
print(a.grad)
print(b.grad)
print(e.grad)
"""

EXPRESSION_OUTPUT = """\
tensor(2., requires_grad=True)
tensor(1., requires_grad=True)
tensor(6., grad_fn=<MulBackward0>)
tensor(2.)
tensor(5.)
tensor(1.)
"""


def test_expression(tmp_path: Path) -> None:
    assert output_of(EXPRESSION, tmp_path) == EXPRESSION_OUTPUT


DESCENT = """\
import graphnet as torch

a = torch.tensor(0.0, requires_grad=True)
b = torch.tensor(15.0, requires_grad=True)
lr = {lr}
for step in range({steps}):
    e = (a+b)*(b+1)
    e.backward()
    print(a, b, a.grad, b.grad, e)
    {update}
    a.grad = None
    b.grad = None
"""

UPDATES = {
    "data": "a.data -= lr*a.grad; b.data -= lr*b.grad",
    "data, out of place": "a.data = a.data - lr*a.grad; b.data = b.data - lr*b.grad",
    "no_grad": """\
with torch.no_grad():
        a -= lr*a.grad
        b -= lr*b.grad""",
    "new tensors": """\
a, b = a - lr*a.grad, b - lr*b.grad
    a = a.detach().requires_grad_(); b = b.detach().requires_grad_()""",
    "numbers": """\
a, b = a.item() - lr*a.grad.item(), b.item() - lr*b.grad.item()
    a = torch.tensor(a, requires_grad=True); b = torch.tensor(b, requires_grad=True)""",
}

SLOW = """\
tensor(0., requires_grad=True) tensor(15., requires_grad=True) \
tensor(16.) tensor(31.) tensor(240., grad_fn=<MulBackward0>)
tensor(-1.6000, requires_grad=True) tensor(11.9000, requires_grad=True) \
tensor(12.9000) tensor(23.2000) tensor(132.8700, grad_fn=<MulBackward0>)
tensor(-2.8900, requires_grad=True) tensor(9.5800, requires_grad=True) \
tensor(10.5800) tensor(17.2700) tensor(70.7802, grad_fn=<MulBackward0>)
tensor(-3.9480, requires_grad=True) tensor(7.8530, requires_grad=True) \
tensor(8.8530) tensor(12.7580) tensor(34.5710, grad_fn=<MulBackward0>)
tensor(-4.8333, requires_grad=True) tensor(6.5772, requires_grad=True) \
tensor(7.5772) tensor(9.3211) tensor(13.2139, grad_fn=<MulBackward0>)
tensor(-5.5910, requires_grad=True) tensor(5.6451, requires_grad=True) \
tensor(6.6451) tensor(6.6992) tensor(0.3593, grad_fn=<MulBackward0>)
tensor(-6.2555, requires_grad=True) tensor(4.9752, requires_grad=True) \
tensor(5.9752) tensor(4.6948) tensor(-7.6503, grad_fn=<MulBackward0>)
tensor(-6.8530, requires_grad=True) tensor(4.5057, requires_grad=True) \
tensor(5.5057) tensor(3.1583) tensor(-12.9238, grad_fn=<MulBackward0>)
tensor(-7.4036, requires_grad=True) tensor(4.1899, requires_grad=True) \
tensor(5.1899) tensor(1.9761) tensor(-16.6789, grad_fn=<MulBackward0>)
tensor(-7.9226, requires_grad=True) tensor(3.9922, requires_grad=True) \
tensor(4.9922) tensor(1.0619) tensor(-19.6213, grad_fn=<MulBackward0>)
"""

# With a learning rate of 1 the expression doubles at every step.
DIVERGING = """\
tensor(0., requires_grad=True) tensor(15., requires_grad=True) \
tensor(16.) tensor(31.) tensor(240., grad_fn=<MulBackward0>)
tensor(-16., requires_grad=True) tensor(-16., requires_grad=True) \
tensor(-15.) tensor(-47.) tensor(480., grad_fn=<MulBackward0>)
tensor(-1., requires_grad=True) tensor(31., requires_grad=True) \
tensor(32.) tensor(62.) tensor(960., grad_fn=<MulBackward0>)
tensor(-33., requires_grad=True) tensor(-31., requires_grad=True) \
tensor(-30.) tensor(-94.) tensor(1920., grad_fn=<MulBackward0>)
tensor(-3., requires_grad=True) tensor(63., requires_grad=True) \
tensor(64.) tensor(124.) tensor(3840., grad_fn=<MulBackward0>)
tensor(-67., requires_grad=True) tensor(-61., requires_grad=True) \
tensor(-60.) tensor(-188.) tensor(7680., grad_fn=<MulBackward0>)
tensor(-7., requires_grad=True) tensor(127., requires_grad=True) \
tensor(128.) tensor(248.) tensor(15360., grad_fn=<MulBackward0>)
tensor(-135., requires_grad=True) tensor(-121., requires_grad=True) \
tensor(-120.) tensor(-376.) tensor(30720., grad_fn=<MulBackward0>)
tensor(-15., requires_grad=True) tensor(255., requires_grad=True) \
tensor(256.) tensor(496.) tensor(61440., grad_fn=<MulBackward0>)
tensor(-271., requires_grad=True) tensor(-241., requires_grad=True) \
tensor(-240.) tensor(-752.) tensor(122880., grad_fn=<MulBackward0>)
"""


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_gradient_descent(tmp_path: Path, update: str) -> None:
    assert output_of(DESCENT.format(lr=0.1, steps=10, update=update), tmp_path) == SLOW


def test_gradient_descent_with_an_optimizer(tmp_path: Path) -> None:
    program = DESCENT.format(lr=0.1, steps=10, update="torch.optim.SGD([a, b], lr=lr).step()")
    assert output_of(program, tmp_path) == SLOW


def test_gradient_descent_diverges_with_too_large_a_rate(tmp_path: Path) -> None:
    program = DESCENT.format(lr=1, steps=10, update=UPDATES["data"])
    assert output_of(program, tmp_path) == DIVERGING
    program = DESCENT.format(lr=1, steps=130, update=UPDATES["data"])
    assert output_of(program, tmp_path).splitlines()[-1].endswith("(inf, grad_fn=<MulBackward0>)")


TRAINING = """\
import graphnet as torch
from graphnet.nn import Linear, Module, MSELoss
from graphnet.optim import SGD
from graphnet.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
images = torch.rand(100, 32*32)
targets = images @ torch.rand(32*32, 10) / 512
dataset = TensorDataset(images, targets)

class Model(Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear1 = Linear(32*32, 20)
        self.linear2 = Linear(20, 10)
    def forward(self, x):
        x = self.linear1(x)
        return self.linear2(x)

model = Model()
print(model)
optimizer = SGD(model.parameters(), lr=0.01, momentum=0.9)
loss_fn = MSELoss()
for epoch in range(3):
    for x, y in DataLoader(dataset, batch_size=32):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: {tuple(x.shape)}, {loss.item():.3f}")
"""

TRAINING_OUTPUT = """\
Model(
  (linear1): Linear(in_features=1024, out_features=20, bias=True)
  (linear2): Linear(in_features=20, out_features=10, bias=True)
)
epoch 0: (4, 1024), 0.096
epoch 1: (4, 1024), 0.028
epoch 2: (4, 1024), 0.039
"""


def test_training_loop(tmp_path: Path) -> None:
    assert output_of(TRAINING, tmp_path) == TRAINING_OUTPUT


# As it was printed: names and arguments that PyTorch doesn't have, a default folder for the data,
# and a module that never calls the constructor of its base.
PRINTED = """\
import graphnet as torch
from graphnet.nn import MSE, Linear, Module
from graphnet.nn.functional import one_hot
from graphnet.optim import SGD
from graphnet.utils.data import DataLoader
from graphnet.vision.datasets import MNIST

class Model(Module):
    def __init__(self) -> None:
        self.linear1 = Linear(32*32, 20)
        self.linear2 = Linear(20, 10)
    def forward(self, x):
        x = self.linear1(x)
        return self.linear2(x)

torch.manual_seed(0)
dataset = MNIST()
dataloader = DataLoader(dataset, batchsize=32, transform=None)
model = Model()
print(model)
optimizer = SGD(model.parameters(), lr=0.01, momentum=0.9)
loss_fn = MSE()
for x, y in dataloader:
    print(tuple(x.shape), x.dtype, tuple(y.shape), y.dtype)
    optimizer.zero_grad()
    loss = loss_fn(model(x.flatten(1)), one_hot(y, 10).float())
    loss.backward()
    optimizer.step()
print(sum(p.numel() for p in model.parameters()), model.training, loss.item() < 1)
"""

PRINTED_OUTPUT = """\
Model(
  (linear1): Linear(in_features=1024, out_features=20, bias=True)
  (linear2): Linear(in_features=20, out_features=10, bias=True)
)
(32, 1, 32, 32) torch.float32 (32,) torch.int64
(8, 1, 32, 32) torch.float32 (8,) torch.int64
20710 True True
"""


def test_training_loop_as_it_was_printed(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    folder = tmp_path / "data" / "MNIST" / "raw"
    folder.mkdir(parents=True)
    images = random.integers(0, 256, (40, 32, 32)).astype(np.uint8)
    write_idx(folder / "train-images-idx3-ubyte", images)
    write_idx(folder / "train-labels-idx1-ubyte", random.integers(0, 10, 40).astype(np.uint8))
    assert output_of(PRINTED, tmp_path) == PRINTED_OUTPUT
