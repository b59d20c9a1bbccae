"""Walking over modules, their parameters and buffers."""

from __future__ import annotations

import pytest

import graphnet as torch
from graphnet import nn


def shared() -> nn.Module:
    """A network in which a block and a parameter are reached by two names."""
    block = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    net = nn.Module()
    net.first = block
    net.again = block
    net.tied = nn.Linear(2, 2, bias=False)
    net.tied.weight = block[0].weight
    net.add_module("none", None)
    return net


def test_modules_come_parents_first_and_once() -> None:
    net = shared()
    assert [name for name, _ in net.named_modules()] == ["", "first", "first.0", "first.1", "tied"]
    assert list(net.modules()) == [module for _, module in net.named_modules()]
    assert [name for name, _ in net.named_children()] == ["first", "tied"]
    assert list(net.children()) == [net.first, net.tied]


def test_modules_with_duplicates_and_prefix() -> None:
    names = [name for name, _ in shared().named_modules(prefix="net", remove_duplicate=False)]
    assert names == [
        *("net", "net.first", "net.first.0", "net.first.1"),
        *("net.again", "net.again.0", "net.again.1", "net.tied"),
    ]
    assert len(list(shared().modules(remove_duplicate=False))) == len(names)


def test_modules_already_seen() -> None:
    net = shared()
    seen = {net.first}
    assert [name for name, _ in net.named_modules(seen)] == ["", "tied"]
    assert seen == {net, net.first, net.tied}


def test_a_module_may_change_while_it_is_walked_over() -> None:
    net = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Tanh())
    for _, module in net.named_modules():
        if isinstance(module, nn.Sequential) and module is not net:
            module[0] = nn.Identity()
    assert isinstance(net[0][0], nn.Identity)


def test_deep_nesting_needs_no_deep_stack() -> None:
    net = nn.Sequential()
    inner = net
    for _ in range(5000):
        inner.append(nn.Sequential())
        inner = inner[0]
    inner.append(nn.Linear(1, 1))
    assert sum(1 for _ in net.modules()) == 5002
    assert sum(1 for _ in net.parameters()) == 2
    # Let it go from the inside, since Python itself frees nested objects recursively.
    for module in reversed(list(net.modules())):
        module._modules.clear()


def test_parameters_and_buffers() -> None:
    net = shared()
    assert [name for name, _ in net.named_parameters()] == [
        *("first.0.weight", "first.0.bias", "first.1.weight", "first.1.bias"),
    ]
    assert [name for name, _ in net.named_parameters(remove_duplicate=False)] == [
        *("first.0.weight", "first.0.bias", "first.1.weight", "first.1.bias"),
        *("again.0.weight", "again.0.bias", "again.1.weight", "again.1.bias", "tied.weight"),
    ]
    assert list(net.named_parameters(recurse=False)) == []
    assert [name for name, _ in net.tied.named_parameters("x", recurse=False)] == ["x.weight"]
    assert [name for name, _ in net.named_buffers()] == [
        *("first.1.running_mean", "first.1.running_var", "first.1.num_batches_tracked"),
    ]
    assert [id(p) for p in net.parameters()] == [id(p) for _, p in net.named_parameters()]
    assert [id(b) for b in net.buffers()] == [id(b) for _, b in net.named_buffers()]
    assert list(net.buffers(recurse=False)) == []


def test_by_dotted_name() -> None:
    net = shared()
    assert net.get_submodule("") is net
    assert net.get_submodule("first.1") is net.first[1]
    assert net.get_parameter("tied.weight") is net.tied.weight
    assert net.get_buffer("first.1.running_var") is net.first[1].running_var


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("get_submodule", "first.2", "Sequential has no attribute `2`"),
        ("get_submodule", "tied.weight", "`weight` is not an nn.Module"),
        ("get_submodule", "none", "`none` is not an nn.Module"),
        ("get_parameter", "tied.bias.x", "`bias` is not an nn.Module"),
        ("get_parameter", "tied.scale", "Linear has no attribute `scale`"),
        ("get_parameter", "first.1.running_mean", "`running_mean` is not an nn.Parameter"),
        ("get_buffer", "tied.weight", "`weight` is not a buffer"),
        ("get_buffer", "tied", "`tied` is not a buffer"),
    ],
)
def test_names_that_lead_nowhere(method: str, path: str, message: str) -> None:
    with pytest.raises(AttributeError) as error:
        getattr(shared(), method)(path)
    assert str(error.value) == message


def test_setting_by_dotted_name() -> None:
    net = shared()
    net.set_submodule("first.0", nn.Identity())
    assert isinstance(net.again[0], nn.Identity)
    net.set_submodule("new", nn.ReLU())
    assert isinstance(net.new, nn.ReLU)
    with pytest.raises(AttributeError, match="has no attribute `other`"):
        net.set_submodule("other", nn.ReLU(), strict=True)
    with pytest.raises(AttributeError, match=r"`weight` is not an nn\.Module"):
        net.set_submodule("tied.weight", nn.ReLU())
    with pytest.raises(AttributeError, match="has no attribute `nowhere`"):
        net.set_submodule("nowhere.0", nn.ReLU())
    with pytest.raises(ValueError, match="without a target name"):
        net.set_submodule("", nn.ReLU())
    with pytest.raises(ValueError, match=r"is not an nn\.Module, found"):
        net.set_submodule("first", 3)  # type: ignore[arg-type]


def test_plain_tensors_are_not_walked_over() -> None:
    module = nn.Module()
    module.plain = torch.ones(1)
    assert list(module.parameters()) == []
    assert list(module.buffers()) == []
