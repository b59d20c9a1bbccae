"""Parameters and buffers: what they are, share and survive."""

from __future__ import annotations

import copy
import pickle

import pytest

import graphnet as torch
from graphnet import nn


def test_a_parameter_is_a_leaf_in_the_same_memory() -> None:
    data = torch.ones(2, requires_grad=True) * 2
    parameter = nn.Parameter(data)
    assert isinstance(parameter, nn.Parameter)
    assert isinstance(parameter, torch.Tensor)
    assert parameter.is_leaf
    assert parameter.requires_grad
    assert parameter.grad is None
    with torch.no_grad():
        parameter.fill_(7.0)
    assert data.tolist() == [7.0, 7.0]


def test_printing() -> None:
    parameter = nn.Parameter(torch.ones(2))
    assert repr(parameter) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    assert repr(parameter.data) == "tensor([1., 1.])"
    assert repr(nn.Parameter()) == "Parameter containing:\ntensor([], requires_grad=True)"
    assert repr(nn.Buffer(torch.ones(2))) == "tensor([1., 1.])"


def test_without_gradient() -> None:
    assert not nn.Parameter(torch.ones(1), requires_grad=False).requires_grad
    assert not nn.Parameter(torch.ones(1, dtype=torch.int64), requires_grad=False).requires_grad
    with pytest.raises(RuntimeError, match="floating point"):
        nn.Parameter(torch.ones(1, dtype=torch.int64))


def test_of_something_else() -> None:
    with pytest.raises(
        TypeError, match=r"Parameter\(\): argument 'data' must be a Tensor, not list"
    ):
        nn.Parameter([1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Buffer\(\): argument 'data' must be a Tensor, not int"):
        nn.Buffer(3)  # type: ignore[arg-type]


def test_what_is_computed_from_parameters_is_none() -> None:
    parameter = nn.Parameter(torch.ones(2))
    for computed in (parameter * 2, parameter.detach(), parameter[0], parameter.data, -parameter):
        assert type(computed) is torch.Tensor
    assert torch.ones(2).add_(parameter).requires_grad


def test_gradients_reach_it() -> None:
    parameter = nn.Parameter(torch.tensor([1.0, 2.0]))
    (parameter**2).sum().backward()
    assert parameter.grad.tolist() == [2.0, 4.0]


def test_copying() -> None:
    parameter = nn.Parameter(torch.ones(2), requires_grad=False)
    parameter.grad = torch.ones(2)
    other = copy.deepcopy(parameter)
    assert type(other) is nn.Parameter
    assert not other.requires_grad
    assert other.grad is None
    with torch.no_grad():
        other.fill_(3.0)
    assert parameter.tolist() == [1.0, 1.0]
    first, second = copy.deepcopy([parameter, parameter])
    assert first is second


def test_pickling() -> None:
    class_of_its_own = pickle.loads(pickle.dumps(nn.Parameter(torch.ones(2), requires_grad=False)))
    assert type(class_of_its_own) is nn.Parameter
    assert not class_of_its_own.requires_grad
    assert class_of_its_own.tolist() == [1.0, 1.0]
    parameter = nn.Parameter(torch.ones(1))
    parameter.tag = "x"
    other = pickle.loads(pickle.dumps(parameter))
    assert other.tag == "x"
    assert other.requires_grad


@pytest.mark.parametrize("persistent", [True, False])
def test_buffers(persistent: bool) -> None:
    data = torch.ones(2)
    buffer = nn.Buffer(data, persistent=persistent)
    assert isinstance(buffer, nn.Buffer)
    assert buffer.persistent is persistent
    assert not buffer.requires_grad
    assert nn.Buffer().shape == (0,)
    buffer.fill_(2.0)
    assert data.tolist() == [2.0, 2.0]
    for other in (copy.deepcopy(buffer), pickle.loads(pickle.dumps(buffer))):
        assert type(other) is nn.Buffer
        assert other.persistent is persistent
        assert other.tolist() == [2.0, 2.0]
