"""Modules that hold modules or parameters."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

import graphnet as torch
from graphnet import nn

MODULES = [nn.ReLU(), nn.Tanh(), nn.Sigmoid(), nn.Identity()]


def names(module: nn.Module) -> list[str]:
    return [f"{name}:{type(child).__name__}" for name, child in module._modules.items()]


@pytest.fixture(params=[lambda modules: nn.Sequential(*modules), nn.ModuleList])
def ordered(request: pytest.FixtureRequest) -> Any:
    return request.param(MODULES[:3])


def test_as_a_list(ordered: Any) -> None:
    assert len(ordered) == 3
    assert list(ordered) == MODULES[:3]
    assert ordered[0] is MODULES[0]
    assert ordered[-1] is MODULES[2]
    ordered[1] = MODULES[3]
    assert names(ordered) == ["0:ReLU", "1:Identity", "2:Sigmoid"]
    assert ordered.append(MODULES[1]) is ordered
    assert names(ordered)[3] == "3:Tanh"
    assert ordered.extend(MODULES[:1]) is ordered
    assert names(ordered)[4] == "4:ReLU"
    del ordered[1:3]
    assert names(ordered) == ["0:ReLU", "1:Tanh", "2:ReLU"]
    del ordered[-1]
    assert names(ordered) == ["0:ReLU", "1:Tanh"]
    assert ordered.pop(0) is MODULES[0]
    assert names(ordered) == ["0:Tanh"]
    ordered.insert(0, MODULES[2])
    assert names(ordered) == ["0:Sigmoid", "1:Tanh"]
    ordered.insert(-1, MODULES[3])
    assert names(ordered) == ["0:Sigmoid", "1:Identity", "2:Tanh"]
    part = ordered[1:]
    assert type(part) is type(ordered)
    assert list(part) == [MODULES[3], MODULES[1]]
    assert list(ordered.pop(slice(0, 2))) == [MODULES[2], MODULES[3]]
    assert names(ordered) == ["0:Tanh"]


@pytest.mark.parametrize("index", [3, -4, 99])
def test_places_that_there_are_not(ordered: Any, index: int) -> None:
    with pytest.raises(IndexError, match=f"index {index} is out of range"):
        ordered[index]
    with pytest.raises(IndexError, match=f"index {index} is out of range"):
        ordered[index] = MODULES[0]
    with pytest.raises(IndexError, match=f"index {index} is out of range"):
        del ordered[index]
    with pytest.raises(TypeError):
        ordered["0"]


def test_only_modules_may_enter(ordered: Any) -> None:
    with pytest.raises(TypeError, match=r"int is not a Module subclass"):
        ordered.append(3)
    with pytest.raises(TypeError, match=r"cannot assign 'int' as child module '0'"):
        ordered[0] = 3


def test_sequential_calls_one_after_another() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    x = torch.randn(5, 2)
    assert torch.equal(net(x), net[2](net[1](net[0](x))))
    assert nn.Sequential()(3) == 3


def test_sequential_of_names() -> None:
    net = nn.Sequential(OrderedDict(first=nn.ReLU(), second=nn.Tanh()))
    assert net.first is net[0]
    assert names(net[1:]) == ["second:Tanh"]
    assert repr(net) == "Sequential(\n  (first): ReLU()\n  (second): Tanh()\n)"
    with pytest.raises(TypeError, match="dict is not a Module subclass"):
        nn.Sequential({"first": nn.ReLU()})


def test_sequential_arithmetic() -> None:
    relu, tanh = nn.Sequential(MODULES[0]), nn.Sequential(MODULES[1])
    assert list(relu + tanh) == MODULES[:2]
    assert list(relu) == MODULES[:1]
    assert list(relu * 2) == list(2 * relu) == [MODULES[0]] * 2
    both = relu
    both += tanh
    assert both is relu
    both *= 2
    assert both is relu
    assert list(both) == MODULES[:2] * 2
    for wrong in (3, [nn.ReLU()]):
        with pytest.raises(ValueError, match="add operator supports only objects of Sequential"):
            relu + wrong
        with pytest.raises(ValueError, match="add operator supports only objects of Sequential"):
            relu += wrong
    for factor in (0, -1):
        with pytest.raises(ValueError, match="Non-positive multiplication factor"):
            relu * factor
    with pytest.raises(TypeError, match="unsupported operand"):
        relu * 1.5  # type: ignore[operator]


def test_sequential_insertion_is_checked() -> None:
    net = nn.Sequential(*MODULES[:2])
    assert net.insert(2, MODULES[2]) is net
    assert names(net) == ["0:ReLU", "1:Tanh", "2:Sigmoid"]
    for index in (4, -4):
        with pytest.raises(IndexError, match=f"Index out of range: {index}"):
            net.insert(index, MODULES[0])
    with pytest.raises(AssertionError, match="module should be of type"):
        net.insert(0, 3)  # type: ignore[arg-type]


def test_module_list() -> None:
    layers = nn.ModuleList(nn.Linear(1, 1) for _ in range(2))
    assert [name for name, _ in layers.named_parameters()] == [
        *("0.weight", "0.bias", "1.weight", "1.bias"),
    ]
    longer = layers + [nn.ReLU()]  # noqa: RUF005  # the operator is what is tested
    assert len(longer) == 3
    assert len(layers) == 2
    layers += [nn.ReLU()]
    assert len(layers) == 3
    layers.insert(99, nn.Tanh())
    assert names(layers)[-1] == "3:Tanh"
    with pytest.raises(TypeError, match="should be called with an iterable, but got int"):
        layers.extend(3)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match=r"Module \[ModuleList\] is missing"):
        layers(torch.ones(1))


def test_module_list_prints_repetitions_once() -> None:
    layers = nn.ModuleList(
        [nn.ReLU(), nn.ReLU(), nn.Tanh(), *(nn.Sequential(nn.ReLU()) for _ in range(3))]
    )
    assert repr(layers) == (
        "ModuleList(\n"
        "  (0-1): 2 x ReLU()\n"
        "  (2): Tanh()\n"
        "  (3-5): 3 x Sequential(\n"
        "    (0): ReLU()\n"
        "  )\n"
        ")"
    )
    assert repr(nn.ModuleList()) == "ModuleList()"


def test_module_dict() -> None:
    choices = nn.ModuleDict({"b": MODULES[0], "a": MODULES[1]})
    assert list(choices) == list(choices.keys()) == ["b", "a"]
    assert list(choices.values()) == MODULES[:2]
    assert list(choices.items()) == [("b", MODULES[0]), ("a", MODULES[1])]
    assert choices["a"] is choices.a is MODULES[1]
    assert "a" in choices
    assert "c" not in choices
    choices["c"] = MODULES[2]
    assert len(choices) == 3
    del choices["b"]
    assert choices.pop("c") is MODULES[2]
    choices.update([("d", MODULES[3]), ("a", MODULES[0])])
    assert list(choices.items()) == [("a", MODULES[0]), ("d", MODULES[3])]
    choices.update(nn.ModuleDict({"e": MODULES[2]}))
    assert list(choices) == ["a", "d", "e"]
    choices.clear()
    assert len(choices) == 0
    for missing in (
        lambda: choices["x"],
        lambda: choices.pop("x"),
        lambda: choices.update({"": MODULES[0]}),
    ):
        with pytest.raises(KeyError):
            missing()


@pytest.mark.parametrize("kind", [nn.ModuleDict, nn.ParameterDict])
def test_what_is_no_dictionary(kind: Any) -> None:
    with pytest.raises(TypeError, match="should be called with an iterable of key/value pairs"):
        kind(3)
    with pytest.raises(TypeError, match=r"sequence element #0 should be Iterable; is int"):
        kind([3])
    with pytest.raises(ValueError, match=r"sequence element #0 has length 3; 2 is required"):
        kind([(1, 2, 3)])


def test_parameter_list() -> None:
    weights = nn.ParameterList([torch.ones(2), nn.Parameter(torch.ones(2, 3)), "x"])
    assert isinstance(weights[0], nn.Parameter)
    assert weights[-1] == "x"
    assert len(weights) == 3
    assert list(weights)[1] is weights[1]
    assert [name for name, _ in weights.named_parameters()] == ["0", "1"]
    weights[0] = torch.zeros(1)
    assert weights[0].tolist() == [0.0]
    weights += [torch.ones(1)]
    assert weights.append(4) is weights
    assert len(weights) == 5
    assert isinstance(weights[3:], nn.ParameterList)
    assert len(weights[3:]) == 2
    assert repr(weights).splitlines() == [
        "ParameterList(",
        "    (0): Parameter containing: [torch.float32 of size 1]",
        "    (1): Parameter containing: [torch.float32 of size 2x3]",
        "    (2): Object of type: str",
        "    (3): Parameter containing: [torch.float32 of size 1]",
        "    (4): Object of type: int",
        ")",
    ]
    for index in (5, -6):
        with pytest.raises(IndexError, match=f"index {index} is out of range"):
            weights[index]
    for wrong in (3, torch.ones(2)):
        with pytest.raises(TypeError, match="should be called with an iterable"):
            weights.extend(wrong)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="ParameterList should not be called"):
        weights(torch.ones(1))
    with pytest.raises(TypeError, match="cannot assign 'int' as parameter '0'"):
        weights[0] = 3


def test_parameter_dict() -> None:
    weights = nn.ParameterDict({"b": torch.ones(1), "a": torch.zeros(1)})
    assert list(weights) == ["a", "b"]  # those of a dict are sorted
    assert list(nn.ParameterDict(OrderedDict(b=1, a=2))) == ["b", "a"]
    assert list(reversed(weights)) == ["b", "a"]
    assert isinstance(weights["a"], nn.Parameter)
    assert [name for name, _ in weights.named_parameters()] == ["a", "b"]
    weights["c"] = "text"
    assert list(weights.keys()) == ["a", "b", "c"]
    assert list(weights.values())[2] == "text"
    assert dict(weights.items())["b"] is weights["b"]
    assert weights.get("x") is None
    assert weights.get("c", 4) == "text"
    assert weights.setdefault("d", 5) == 5
    assert weights.setdefault("d", 6) == 5
    assert weights.pop("d") == 5
    assert weights.popitem() == ("c", "text")
    other = weights.copy()
    del other["a"]
    assert "a" in weights
    assert "a" not in other
    assert list((other | nn.ParameterDict({"z": 1})).items())[1] == ("z", 1)
    assert list({"y": 2} | nn.ParameterDict({"z": 1})) == ["y", "z"]
    weights |= nn.ParameterDict({"z": 1})
    assert len(weights) == 3
    assert list(weights.fromkeys("pq", 0).items()) == [("p", 0), ("q", 0)]
    weights.clear()
    assert len(weights) == 0
    assert list(weights.parameters()) == []


def test_parameter_dict_refuses() -> None:
    weights = nn.ParameterDict()
    with pytest.raises(TypeError, match="it is not a string"):
        weights[3] = torch.ones(1)  # type: ignore[index]
    with pytest.raises(AttributeError, match="no attribute 'x'"):
        weights["x"]
    with pytest.raises(KeyError):
        del weights["x"]
    with pytest.raises(KeyError, match="dictionary is empty"):
        weights.popitem()
    with pytest.raises(KeyError, match="attribute 'type' already exists"):
        weights["type"] = torch.ones(1)
    assert "type" not in weights
    with pytest.raises(RuntimeError, match="ParameterDict should not be called"):
        weights(torch.ones(1))
