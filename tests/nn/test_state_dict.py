"""Saving and loading what a module holds."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

import graphnet as torch
from graphnet import nn


def net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.BatchNorm1d(3), nn.ReLU()))


def values(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value.tolist() for key, value in state.items()}


def test_names_values_and_versions() -> None:
    model = net()
    state = model.state_dict()
    assert isinstance(state, OrderedDict)
    assert list(state) == [
        *("0.weight", "0.bias", "1.0.weight", "1.0.bias"),
        *("1.0.running_mean", "1.0.running_var", "1.0.num_batches_tracked"),
    ]
    assert state._metadata == {  # type: ignore[attr-defined]
        "": {"version": 1},
        "0": {"version": 1},
        "1": {"version": 1},
        "1.0": {"version": 2},
        "1.1": {"version": 1},
    }
    assert not state["0.weight"].requires_grad
    assert model.state_dict(keep_vars=True)["0.weight"] is model[0].weight


def test_the_tensors_are_the_modules_own() -> None:
    layer = nn.Linear(2, 2)
    state = layer.state_dict()
    with torch.no_grad():
        layer.bias.fill_(7.0)
    assert state["bias"].tolist() == [7.0, 7.0]


def test_destination_and_prefix() -> None:
    given: dict[str, Any] = {"step": 3}
    assert nn.Linear(1, 1).state_dict(destination=given, prefix="net.") is given
    assert list(given) == ["step", "net.weight", "net.bias"]
    assert list(nn.Linear(1, 1).state_dict({}, "x.")) == ["x.weight", "x.bias"]


def test_there_and_back() -> None:
    source, target = net(), net()
    source[1][0](torch.randn(4, 3))
    assert str(target.load_state_dict(source.state_dict())) == "<All keys matched successfully>"
    assert values(target.state_dict()) == values(source.state_dict())
    with torch.no_grad():
        source[0].bias.fill_(9.0)
    assert values(target.state_dict()) != values(source.state_dict())


def test_parameters_stay_the_same_objects() -> None:
    layer = nn.Linear(1, 1)
    before = list(layer.parameters())
    layer.load_state_dict({"weight": torch.full((1, 1), 2.0), "bias": torch.full((1,), 3.0)})
    assert [id(p) for p in layer.parameters()] == [id(p) for p in before]
    assert all(p.requires_grad and p.is_leaf for p in layer.parameters())
    assert layer(torch.ones(1, 1)).tolist() == [[5.0]]


def test_values_take_the_dtype_of_the_module() -> None:
    layer = nn.Linear(1, 1)
    state = {"weight": torch.ones(1, 1, dtype=torch.float64), "bias": torch.tensor([2])}
    layer.load_state_dict(state)
    assert layer.weight.dtype is layer.bias.dtype is torch.float32
    assert layer.bias.tolist() == [2.0]


def test_assigning_keeps_the_given_tensors() -> None:
    layer = nn.Linear(1, 1)
    layer.bias.requires_grad_(False)
    weight = nn.Parameter(torch.ones(1, 1, dtype=torch.float64), requires_grad=False)
    layer.load_state_dict({"weight": weight, "bias": torch.ones(1)}, assign=True)
    assert layer.weight is weight
    assert layer.weight.requires_grad
    assert isinstance(layer.bias, nn.Parameter)
    assert not layer.bias.requires_grad
    norm = nn.BatchNorm1d(1)
    mean = torch.zeros(1)
    norm.load_state_dict({**norm.state_dict(), "running_mean": mean}, assign=True)
    assert norm.running_mean is mean


def test_all_problems_are_named_at_once() -> None:
    model = net()
    state = dict(model.state_dict())
    del state["0.bias"], state["1.0.running_var"]
    state.update(
        {
            "0.weight": torch.ones(2, 2),
            "1.0.weight": 3,
            "2.weight": torch.ones(1),
            "0.scale": torch.ones(1),
            "1.2.x": torch.ones(1),
        }
    )
    with pytest.raises(RuntimeError) as error:
        model.load_state_dict(state)
    assert str(error.value).partition("\n  cure: ")[0] == (
        "Error(s) in loading state_dict for Sequential:\n"
        '\tMissing key(s) in state_dict: "0.bias", "1.0.running_var". \n'
        '\tUnexpected key(s) in state_dict: "2.weight", "0.scale", "1.2.x". \n'
        "\tsize mismatch for 0.weight: copying a param with shape torch.Size([2, 2]) from "
        "checkpoint, the shape in current model is torch.Size([3, 2]).\n"
        '\tWhile copying the parameter named "1.0.weight", expected torch.Tensor or Tensor-like '
        "object from checkpoint but received <class 'int'>"
    )


def test_not_strict() -> None:
    model = net()
    keys = model.load_state_dict({"0.bias": torch.ones(3), "x": torch.ones(1)}, strict=False)
    assert keys.missing_keys == [
        *("0.weight", "1.0.weight", "1.0.bias", "1.0.running_mean", "1.0.running_var"),
    ]
    assert keys.unexpected_keys == ["x"]
    assert repr(keys).startswith("_IncompatibleKeys(missing_keys=['0.weight'")
    assert model[0].bias.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(RuntimeError, match=r"size mismatch for 0\.bias"):
        model.load_state_dict({"0.bias": torch.ones(4)}, strict=False)


def test_what_is_no_dictionary() -> None:
    with pytest.raises(TypeError, match=r"Expected state_dict to be dict-like, got <class 'list'>"):
        net().load_state_dict([])  # type: ignore[arg-type]


def test_a_number_saved_as_a_vector() -> None:
    norm = nn.BatchNorm1d(1)
    norm.load_state_dict({**norm.state_dict(), "num_batches_tracked": torch.tensor([5])})
    assert norm.num_batches_tracked.shape == ()
    assert int(norm.num_batches_tracked) == 5


def test_a_state_from_before_batches_were_counted() -> None:
    norm = nn.BatchNorm1d(1)
    old = {key: value for key, value in norm.state_dict().items() if "num_batches" not in key}
    norm(torch.randn(3, 1))
    norm.load_state_dict(old)
    assert int(norm.num_batches_tracked) == 1
    new = norm.state_dict()
    del new["num_batches_tracked"]
    with pytest.raises(RuntimeError, match=r'Missing .* "num_batches_tracked"'):
        norm.load_state_dict(new)


class Counting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.count = 3

    def get_extra_state(self) -> dict[str, int]:
        return {"count": self.count}

    def set_extra_state(self, state: dict[str, int]) -> None:
        self.count = state["count"]


def test_extra_state() -> None:
    source, target = nn.Sequential(Counting()), nn.Sequential(Counting())
    source[0].count = 8
    assert source.state_dict() == {"0._extra_state": {"count": 8}}
    target.load_state_dict(source.state_dict())
    assert target[0].count == 8
    with pytest.raises(RuntimeError, match=r'Missing .* "0\._extra_state"'):
        target.load_state_dict({})
    with pytest.raises(RuntimeError, match=r'Unexpected .* "_extra_state"'):
        nn.ReLU().load_state_dict({"_extra_state": 3})
    with pytest.raises(RuntimeError, match="ReLU has no extra state"):
        nn.ReLU().get_extra_state()
    with pytest.raises(RuntimeError, match="ReLU does not take extra state"):
        nn.ReLU().set_extra_state(3)


def test_hooks_on_saving() -> None:
    calls = []
    model = nn.Sequential(nn.Linear(1, 1))
    model[0].register_state_dict_pre_hook(lambda *given: calls.append(("before", *given[1:])))

    def after(module: Any, state: dict[str, Any], prefix: str, metadata: Any) -> None:
        calls.append(("after", prefix, metadata))
        del state[f"{prefix}bias"]

    handle = model[0].register_state_dict_post_hook(after)
    assert list(model.state_dict()) == ["0.weight"]
    assert calls == [("before", "0.", False), ("after", "0.", {"version": 1})]
    handle.remove()
    assert list(model.state_dict()) == ["0.weight", "0.bias"]
    model[0].register_state_dict_post_hook(lambda *given: 3)
    with pytest.raises(RuntimeError, match="post-hook must return None"):
        model.state_dict()


def test_hooks_on_loading() -> None:
    model = nn.Sequential(nn.Linear(1, 1))

    def rename(module: Any, state: dict[str, Any], prefix: str, *rest: Any) -> None:
        state[f"{prefix}weight"] = state.pop(f"{prefix}kernel")

    model[0].register_load_state_dict_pre_hook(rename)
    state = {"0.kernel": torch.full((1, 1), 4.0), "0.bias": torch.ones(1)}
    model.load_state_dict(state)
    assert model[0].weight.tolist() == [[4.0]]
    assert "0.kernel" in state  # the caller's dictionary stays as it was
    forgive = model.register_load_state_dict_post_hook(lambda module, keys: keys[0].clear())
    model.load_state_dict({"0.kernel": torch.ones(1, 1)})
    forgive.remove()
    model.register_load_state_dict_post_hook(lambda module, keys: 3)  # type: ignore[arg-type, return-value]
    with pytest.raises(AssertionError, match="not expected to return new values"):
        model.load_state_dict(state)


def test_a_class_may_upgrade_what_older_versions_saved() -> None:
    class Renamed(nn.Linear):
        _version = 2

        def _upgrade_state_dict(self, state_dict: Any, prefix: str, version: int | None) -> None:
            if version is not None and version < 2:
                state_dict[f"{prefix}weight"] = state_dict.pop(f"{prefix}w")

    state = nn.Sequential(nn.Linear(1, 1)).state_dict()
    state["0.w"] = state.pop("0.weight")
    nn.Sequential(Renamed(1, 1)).load_state_dict(state)
