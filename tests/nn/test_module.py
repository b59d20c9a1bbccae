"""Calling, switching, converting, copying and printing modules."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import pytest

import graphnet as torch
from graphnet import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear1 = nn.Linear(4, 3)
        self.norm = nn.BatchNorm1d(3)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Any) -> Any:
        return self.drop(self.norm(self.linear1(x)))


def test_calling_runs_forward() -> None:
    assert Net()(torch.ones(5, 4)).shape == (5, 3)


def test_the_model_of_the_assignment_prints_as_pytorchs() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear1 = nn.Linear(32 * 32, 20)
            self.linear2 = nn.Linear(20, 10)

    assert str(Model()) == (
        "Model(\n"
        "  (linear1): Linear(in_features=1024, out_features=20, bias=True)\n"
        "  (linear2): Linear(in_features=20, out_features=10, bias=True)\n"
        ")"
    )


def test_printing() -> None:
    class Lines(nn.Module):
        def extra_repr(self) -> str:
            return "a=1\nb=2"

    class Line(nn.Module):
        def extra_repr(self) -> str:
            return "a=1"

    assert repr(nn.Module()) == "Module()"
    assert repr(Line()) == "Line(a=1)"
    assert repr(Lines()) == "Lines(\n  a=1\n  b=2\n)"
    line = Line()
    line.inner = nn.Sequential(Lines())
    line.add_module("none", None)
    assert repr(line) == (
        "Line(\n  a=1\n  (inner): Sequential(\n    (0): Lines(\n      a=1\n      b=2\n    )\n  )\n"
        "  (none): None\n)"
    )


def test_no_forward_and_no_arguments() -> None:
    with pytest.raises(NotImplementedError, match=r'Module \[Module\] is missing the required "fo'):
        nn.Module()(3)
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        nn.Module(3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        nn.Tanh(size=3)  # type: ignore[call-arg]


def test_training_and_evaluation() -> None:
    net = Net()
    assert all(module.training for module in net.modules())
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    assert net.train() is net
    assert all(module.training for module in net.modules())
    with pytest.raises(ValueError, match="training mode is expected to be boolean"):
        net.train(1)  # type: ignore[arg-type]


def test_a_child_may_refuse_to_switch() -> None:
    class Frozen(nn.BatchNorm1d):
        def train(self, mode: bool = True) -> Any:
            return super().train(False)

    net = nn.Sequential(Frozen(3), nn.Sequential(Frozen(3))).train()
    assert [module.training for module in net.modules()] == [True, False, True, False]


def test_apply_goes_from_the_inside_out() -> None:
    net = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh()))
    names: list[str] = []
    assert net.apply(lambda module: names.append(type(module).__name__)) is net
    assert names == ["ReLU", "Tanh", "Sequential", "Sequential"]


def test_requires_grad() -> None:
    net = Net()
    assert net.requires_grad_(False) is net
    assert not any(p.requires_grad for p in net.parameters())
    assert not net(torch.ones(2, 4)).requires_grad
    assert all(p.requires_grad for p in net.requires_grad_().parameters())


def test_zero_grad() -> None:
    net = nn.Linear(2, 1)
    net(torch.ones(3, 2)).sum().backward()
    gradient = net.weight.grad
    assert gradient.tolist() == [[3.0, 3.0]]
    net.zero_grad(set_to_none=False)
    assert net.weight.grad is gradient
    assert gradient.tolist() == [[0.0, 0.0]]
    net.zero_grad()
    assert net.weight.grad is None
    net.zero_grad()


@pytest.mark.parametrize(
    ("convert", "dtype"),
    [
        (lambda net: net.double(), torch.float64),
        (lambda net: net.half(), torch.float16),
        (lambda net: net.double().float(), torch.float32),
        (lambda net: net.to(torch.float64), torch.float64),
        (lambda net: net.to("cpu", torch.float64), torch.float64),
        (lambda net: net.to(dtype=torch.float64), torch.float64),
        (lambda net: net.to(torch.zeros(1, dtype=torch.float64)), torch.float64),
        (lambda net: net.to("cpu"), torch.float32),
        (lambda net: net.to(None), torch.float32),
        (lambda net: net.cpu(), torch.float32),
    ],
)
def test_conversion(convert: Any, dtype: Any) -> None:
    net = Net()
    before = list(net.parameters())
    assert convert(net) is net
    assert [id(p) for p in net.parameters()] == [id(p) for p in before]
    assert {p.dtype for p in net.parameters()} == {dtype}
    assert net.norm.running_mean.dtype is dtype
    assert net.norm.num_batches_tracked.dtype is torch.int64
    assert all(p.requires_grad and p.is_leaf for p in net.parameters())


def test_conversion_of_gradients_and_of_integers() -> None:
    layer = nn.Linear(2, 1)
    layer(torch.ones(1, 2)).sum().backward()
    layer.double()
    assert layer.weight.grad.dtype is torch.float64
    assert layer.weight.grad.tolist() == [[1.0, 1.0]]
    layer(torch.ones(1, 2, dtype=torch.float64)).sum().backward()
    assert layer.weight.grad.tolist() == [[2.0, 2.0]]
    norm = nn.BatchNorm1d(1).type(torch.float64)
    assert norm.num_batches_tracked.dtype is torch.float64


def test_conversion_to_what_has_no_gradient() -> None:
    with pytest.raises(TypeError, match="only accepts floating point or complex dtypes"):
        nn.Linear(1, 1).to(torch.int64)


def test_a_converted_module_computes_in_its_dtype() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU()).double()
    assert net(torch.ones(1, 2, dtype=torch.float64)).dtype is torch.float64


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_are_apart(duplicate: Any) -> None:
    net = Net().eval()
    other = duplicate(net)
    x = torch.randn(3, 4)
    assert torch.equal(net(x), other(x))
    assert not other.training
    with torch.no_grad():
        other.linear1.bias.add_(1.0)
        other.norm.running_mean.add_(1.0)
    assert not torch.equal(net.linear1.bias, other.linear1.bias)
    assert not torch.equal(net.norm.running_mean, other.norm.running_mean)
    assert all(isinstance(p, nn.Parameter) and p.requires_grad for p in other.parameters())


def test_what_is_shared_stays_shared_in_copies() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other[0].weight is other[1].weight
        assert len(list(other.parameters())) == 3


def test_a_shallow_copy_shares_the_parameters() -> None:
    layer = nn.Linear(1, 1)
    other = copy.copy(layer)
    assert other is not layer
    assert other.weight is layer.weight


def test_saving_and_loading_in_a_file() -> None:
    net, other = Net(), Net()
    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file))
    for mine, right in zip(other.parameters(), net.parameters(), strict=True):
        assert torch.equal(mine, right)


def test_wrong_shapes_are_refused_where_they_meet() -> None:
    with pytest.raises(RuntimeError, match="linear"):
        nn.Linear(4, 3)(torch.ones(2, 5))


def test_training_makes_the_loss_smaller() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    x = torch.randn(64, 2)
    y = x[:, :1] * x[:, 1:]
    losses = []
    for _ in range(60):
        loss = nn.MSELoss()(net(x), y)
        net.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter -= 0.2 * parameter.grad
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
