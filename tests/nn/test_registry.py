"""What assigning an attribute of a module registers, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

import graphnet as torch
from graphnet import nn
from graphnet.nn.modules import registry


def parameter(size: int = 1) -> nn.Parameter:
    return nn.Parameter(torch.ones(size))


def test_assignment_registers() -> None:
    module = nn.Module()
    module.weight = parameter()
    module.child = nn.ReLU()
    module.mean = nn.Buffer(torch.zeros(1))
    module.plain = torch.ones(1)
    assert list(module._parameters) == ["weight"]
    assert list(module._modules) == ["child"]
    assert list(module._buffers) == ["mean"]
    assert module.__dict__["plain"] is module.plain
    assert module.weight is module._parameters["weight"]
    assert {"weight", "child", "mean", "plain"} <= set(dir(module))


def test_subclass_need_not_call_the_constructor() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            self.linear = nn.Linear(3, 2)
            self.register_buffer("seen", torch.zeros(1))

        def forward(self, x: Any) -> Any:
            return self.linear(x)

    model = Model()
    assert [name for name, _ in model.named_parameters()] == ["linear.weight", "linear.bias"]
    assert list(model.state_dict()) == ["seen", "linear.weight", "linear.bias"]
    assert model(torch.ones(5, 3)).shape == (5, 2)
    assert model.training
    assert repr(model).splitlines()[1] == (
        "  (linear): Linear(in_features=3, out_features=2, bias=True)"
    )


def test_calling_the_constructor_late_loses_nothing() -> None:
    class Late(nn.Module):
        def __init__(self) -> None:
            self.first = nn.ReLU()
            super().__init__()
            self.second = nn.Tanh()

    assert [name for name, _ in Late().named_children()] == ["first", "second"]


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        (lambda: 3, parameter, "_parameters"),
        (nn.ReLU, parameter, "_parameters"),
        (lambda: nn.Buffer(torch.ones(1), persistent=False), parameter, "_parameters"),
        (lambda: torch.ones(1), nn.ReLU, "_modules"),
        (lambda: nn.Buffer(torch.ones(1)), nn.ReLU, "_modules"),
        (lambda: 3, lambda: nn.Buffer(torch.ones(1)), "_buffers"),
    ],
)
def test_a_name_means_one_thing(before: Any, after: Any, where: str) -> None:
    module = nn.Module()
    module.x = before()
    value = after()
    module.x = value
    assert getattr(module, where)["x"] is value
    holders = [module._parameters, module._modules, module._buffers, module.__dict__]
    assert sum("x" in holder for holder in holders) == 1
    assert "x" not in module._non_persistent_buffers_set


def test_registered_names_take_none_and_nothing_of_another_kind() -> None:
    module = nn.BatchNorm1d(2)
    module.add_module("child", nn.ReLU())
    with pytest.raises(TypeError, match=r"cannot assign 'torch\.FloatTensor' as parameter"):
        module.weight = torch.ones(2)
    with pytest.raises(TypeError, match=r"cannot assign 'Linear' as parameter 'bias'"):
        module.bias = nn.Linear(1, 1)
    with pytest.raises(TypeError, match=r"cannot assign 'int' as child module 'child'"):
        module.child = 3
    with pytest.raises(TypeError, match=r"cannot assign 'int' as buffer 'running_mean'"):
        module.running_mean = 3
    module.running_mean = torch.ones(2)
    assert module._buffers["running_mean"] is module.running_mean
    module.weight = module.child = module.running_mean = None
    assert module._parameters["weight"] is None
    assert module._modules["child"] is None
    assert module._buffers["running_mean"] is None
    assert [name for name, _ in module.named_parameters()] == ["bias"]
    assert list(module.children()) == []


def test_order_of_registration_outlasts_reassignment() -> None:
    layer = nn.Linear(2, 2)
    layer.weight = parameter()
    assert list(layer._parameters) == ["weight", "bias"]


@pytest.mark.parametrize(
    ("register", "value"),
    [
        ("register_parameter", parameter()),
        ("register_buffer", torch.ones(1)),
        ("add_module", nn.ReLU()),
        ("register_module", nn.ReLU()),
    ],
)
def test_names_and_values_are_checked(register: str, value: Any) -> None:
    module = nn.Linear(1, 1)
    add = getattr(module, register)
    with pytest.raises(TypeError, match=r"name should be a string\. Got int"):
        add(3, value)
    with pytest.raises(KeyError, match=r"name can.*t contain"):
        add("a.b", value)
    with pytest.raises(KeyError, match=r"can.*t be empty string"):
        add("", value)
    with pytest.raises(KeyError, match="attribute 'forward' already exists"):
        add("forward", value)
    with pytest.raises(
        TypeError, match=r"cannot assign 'int' object to|int is not a Module subclass"
    ):
        add("x", 3)
    add("x", value)
    add("x", None)
    assert module.x is None


def test_a_tensor_computed_from_others_is_no_parameter() -> None:
    module = nn.Module()
    with pytest.raises(
        TypeError, match=r"cannot assign 'torch\.FloatTensor' object to parameter 'twice'"
    ):
        module.register_parameter("twice", parameter() * 2)


def test_buffers_that_are_not_persistent() -> None:
    module = nn.Module()
    module.register_buffer("cache", torch.ones(1), persistent=False)
    module.scratch = nn.Buffer(torch.ones(1), persistent=False)
    module.register_buffer("mean", torch.ones(1))
    assert list(module.state_dict()) == ["mean"]
    assert [name for name, _ in module.named_buffers()] == ["cache", "scratch", "mean"]
    module.cache = torch.zeros(1)
    assert "cache" not in module.state_dict()
    module.register_buffer("cache", torch.zeros(1))
    assert "cache" in module.state_dict()


def test_deleting() -> None:
    module = nn.BatchNorm1d(1)
    module.plain = 3
    module.add_module("child", nn.ReLU())
    for name in ("weight", "running_mean", "child", "plain"):
        delattr(module, name)
        assert not hasattr(module, name)
    with pytest.raises(AttributeError, match="weight"):
        del module.weight


def test_missing_attributes_are_named() -> None:
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'wieght'") as error:
        nn.Linear(1, 1).wieght  # noqa: B018  # reading it is the test
    assert error.value.name == "wieght"


@pytest.mark.parametrize(
    ("register", "value", "replacement"),
    [
        (registry.register_module_parameter_registration_hook, parameter(), parameter()),
        (registry.register_module_buffer_registration_hook, nn.Buffer(torch.ones(1)), None),
        (registry.register_module_module_registration_hook, nn.ReLU(), nn.Tanh()),
    ],
)
def test_hooks_on_registration(register: Any, value: Any, replacement: Any) -> None:
    seen = []
    module = nn.Module()
    other = nn.Module()
    with register(lambda *given: seen.append(given)), register(lambda *given: replacement):
        module.x = value
    other.x = value
    assert seen == [(module, "x", value)]
    assert module.x is (value if replacement is None else replacement)
    assert other.x is value


def test_a_class_behind_it_may_set_attributes_as_it_makes_the_object() -> None:
    class Configured:
        config: object

        def __new__(cls, *args: object) -> Configured:
            made = super().__new__(cls)
            assert not hasattr(made, "scale")
            made.config = args
            return made

    class Net(nn.Module, Configured):
        def __init__(self, size: int) -> None:
            super().__init__()
            self.layer = nn.Linear(size, 1)

    net = Net(3)
    assert net.config == (3,)
    assert [name for name, _ in net.named_parameters()] == ["layer.weight", "layer.bias"]
