"""What every optimizer does, whatever its formula: groups, state, closures, and what it refuses."""

from __future__ import annotations

import copy
import io
import math
import pickle
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet import nn, optim

MAKERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", {"lr": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True}),
    ("AdamW", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.1, "momentum": 0.9, "centered": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01}),
]


def maker_id(value: Any) -> str:
    return value if isinstance(value, str) else ",".join(value)


every_optimizer = pytest.mark.parametrize(("name", "options"), MAKERS, ids=maker_id)


def make(name: str, params: Any, options: dict[str, Any]) -> optim.Optimizer:
    made: optim.Optimizer = getattr(optim, name)(params, **options)
    return made


def parameters() -> list[Any]:
    return [
        torch.tensor([[1.0, -2.0], [3.0, 0.5]], requires_grad=True),
        torch.tensor([0.5, -0.5], requires_grad=True),
    ]


def loss_of(params: list[Any]) -> Any:
    return ((params[0] @ params[1] - 1) ** 2).sum()


def step(optimizer: optim.Optimizer, params: list[Any]) -> float:
    optimizer.zero_grad()
    loss = loss_of(params)
    loss.backward()
    optimizer.step()
    return float(loss.item())


def values(params: list[Any]) -> list[Any]:
    return [param.detach().numpy().copy() for param in params]


def assert_same(found: list[Any], wanted: list[Any]) -> None:
    for mine, theirs in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(mine, theirs)


class TestSteps:
    @every_optimizer
    def test_the_loss_falls(self, name: str, options: dict[str, Any]) -> None:
        params = parameters()
        optimizer = make(name, params, {**options, "lr": 0.02})
        losses = [step(optimizer, params) for _ in range(200)]
        assert losses[-1] < 0.1 * losses[0]

    def test_sgd_by_hand(self) -> None:
        w = torch.tensor(1.0, requires_grad=True)
        optimizer = optim.SGD([w], lr=0.5, momentum=0.5)
        seen = []
        for _ in range(3):
            optimizer.zero_grad()
            w.backward()  # the gradient is 1: velocities are 1, 1.5, 1.75
            optimizer.step()
            seen.append(w.item())
        assert seen == [0.5, -0.25, -1.125]

    @every_optimizer
    def test_a_parameter_keeps_its_memory(self, name: str, options: dict[str, Any]) -> None:
        params = parameters()
        views = [param.detach() for param in params]
        arrays = [view.numpy() for view in views]
        step(make(name, params, options), params)
        for param, view, array in zip(params, views, arrays, strict=True):
            np.testing.assert_array_equal(view.numpy(), param.detach().numpy())
            np.testing.assert_array_equal(array, param.detach().numpy())

    @every_optimizer
    def test_gradients_are_left_as_they_are(self, name: str, options: dict[str, Any]) -> None:
        params = parameters()
        optimizer = make(name, params, options)
        loss_of(params).backward()
        before = [param.grad.numpy().copy() for param in params]
        optimizer.step()
        assert_same([param.grad.numpy() for param in params], before)

    @every_optimizer
    def test_a_parameter_without_gradient_is_left_alone(
        self, name: str, options: dict[str, Any]
    ) -> None:
        params = parameters()
        optimizer = make(name, params, options)
        before = values(params)
        optimizer.step()
        assert_same(values(params), before)

    @every_optimizer
    def test_a_closure_is_evaluated_with_gradients(
        self, name: str, options: dict[str, Any]
    ) -> None:
        params, other = parameters(), parameters()
        optimizer = make(name, params, options)

        def closure() -> Any:
            optimizer.zero_grad()
            loss = loss_of(params)
            loss.backward()
            return loss

        with torch.no_grad():
            returned = optimizer.step(closure)
        assert returned.item() == step(make(name, other, options), other)
        assert_same(values(params), values(other))

    @every_optimizer
    def test_a_gradient_may_be_set_by_hand(self, name: str, options: dict[str, Any]) -> None:
        params, other = parameters(), parameters()
        loss_of(other).backward()
        for param, given in zip(params, other, strict=True):
            param.grad = given.grad.clone()
        make(name, params, options).step()
        make(name, other, options).step()
        assert_same(values(params), values(other))

    def test_an_infinite_gradient_leaves_no_nan_in_the_moments(self) -> None:
        w = torch.tensor([1.0, 1.0], requires_grad=True)
        w.grad = torch.tensor([math.inf, 1.0])
        optimizer = optim.Adam([w])
        optimizer.step()
        assert optimizer.state[w]["exp_avg"].tolist()[0] == math.inf
        assert optimizer.state[w]["exp_avg_sq"].tolist()[0] == math.inf


class TestZeroGrad:
    def test_to_none(self) -> None:
        params = parameters()
        loss_of(params).backward()
        optim.SGD(params).zero_grad()
        assert [param.grad for param in params] == [None, None]

    def test_to_zero_keeps_the_tensor(self) -> None:
        params = parameters()
        loss_of(params).backward()
        gradient = params[1].grad
        optim.SGD(params).zero_grad(set_to_none=False)
        assert params[1].grad is gradient
        assert gradient.tolist() == [0.0, 0.0]

    def test_gradients_add_up_without_it(self) -> None:
        params = parameters()
        loss_of(params).backward()
        once = params[1].grad.numpy().copy()
        loss_of(params).backward()
        np.testing.assert_array_equal(params[1].grad.numpy(), 2 * once)


class TestGroups:
    def test_options_of_a_group_come_before_the_defaults(self) -> None:
        first, second = parameters()
        optimizer = optim.SGD(
            [{"params": [first], "lr": 1.0}, {"params": second}], lr=0.25, momentum=0.5
        )
        assert [group["lr"] for group in optimizer.param_groups] == [1.0, 0.25]
        assert [group["momentum"] for group in optimizer.param_groups] == [0.5, 0.5]
        assert optimizer.param_groups[1]["params"] == [second]
        before = values([first, second])
        for param in (first, second):
            param.grad = torch.ones_like(param)
        optimizer.step()
        assert_same(values([first, second]), [before[0] - 1, before[1] - 0.25])

    def test_a_group_added_later(self) -> None:
        first, second = parameters()
        optimizer = optim.SGD([first], lr=0.1)
        optimizer.add_param_group({"params": second, "lr": 0.5})
        assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.5]

    def test_named_parameters(self) -> None:
        layer = nn.Linear(2, 1)
        optimizer = optim.SGD(layer.named_parameters(), lr=0.1)
        assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
        assert optimizer.param_groups[0]["params"][0] is layer.weight

    def test_options_may_change_between_steps(self) -> None:
        w = torch.tensor(0.0, requires_grad=True)
        optimizer = optim.SGD([w], lr=1.0)
        w.grad = torch.tensor(1.0)
        seen = []
        for rate in (1.0, 0.5, 0.25):
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            seen.append(w.item())
        assert seen == [-1.0, -1.5, -1.75]


class TestState:
    @every_optimizer
    def test_going_on_from_a_saved_state_gives_equal_numbers(
        self, name: str, options: dict[str, Any]
    ) -> None:
        params = parameters()
        optimizer = make(name, params, options)
        for _ in range(3):
            step(optimizer, params)
        saved = io.BytesIO()
        torch.save({"params": params, "optimizer": optimizer.state_dict()}, saved)
        for _ in range(3):
            step(optimizer, params)

        saved.seek(0)
        loaded = torch.load(saved)
        resumed = make(name, loaded["params"], {"lr": 123.0})
        resumed.load_state_dict(loaded["optimizer"])
        for _ in range(3):
            step(resumed, loaded["params"])
        assert_same(values(loaded["params"]), values(params))

    @every_optimizer
    def test_state_dict(self, name: str, options: dict[str, Any]) -> None:
        params = parameters()
        optimizer = make(name, params, options)
        step(optimizer, params)
        state = optimizer.state_dict()
        assert list(state) == ["state", "param_groups"]
        (group,) = state["param_groups"]
        assert group["params"] == [0, 1]
        assert {**group, **options} == group
        assert set(state["state"]) <= {0, 1}

    @every_optimizer
    def test_loaded_state_is_a_copy(self, name: str, options: dict[str, Any]) -> None:
        params, other = parameters(), parameters()
        optimizer = make(name, params, options)
        step(optimizer, params)
        saved = optimizer.state_dict()
        kept = copy.deepcopy(saved)
        resumed = make(name, other, options)
        resumed.load_state_dict(saved)
        step(resumed, other)
        assert saved["param_groups"] == kept["param_groups"]
        for number, entries in kept["state"].items():
            for key, entry in entries.items():
                found = saved["state"][number][key]
                np.testing.assert_array_equal(found.numpy(), entry.numpy())

    @every_optimizer
    def test_a_copy_of_model_and_optimizer_together_trains_alike(
        self, name: str, options: dict[str, Any]
    ) -> None:
        params = parameters()
        optimizer = make(name, params, options)
        step(optimizer, params)
        others, twin = copy.deepcopy((params, optimizer))
        step(optimizer, params)
        step(twin, others)
        assert_same(values(others), values(params))

    @every_optimizer
    def test_pickling(self, name: str, options: dict[str, Any]) -> None:
        params = parameters()
        optimizer = make(name, params, options)
        step(optimizer, params)
        others, twin = pickle.loads(pickle.dumps((params, optimizer)))
        step(optimizer, params)
        step(twin, others)
        assert_same(values(others), values(params))

    def test_another_number_of_groups_is_refused(self) -> None:
        first, second = parameters()
        saved = optim.SGD([first, second]).state_dict()
        other = optim.SGD([{"params": [first]}, {"params": [second]}])
        with pytest.raises(ValueError, match="different number of parameter groups: 1, not 2"):
            other.load_state_dict(saved)

    def test_another_size_of_group_is_refused(self) -> None:
        first, second = parameters()
        saved = optim.SGD([first]).state_dict()
        with pytest.raises(ValueError, match="doesn't match the size of optimizer's group"):
            optim.SGD([first, second]).load_state_dict(saved)


class TestRepr:
    def test_sgd(self) -> None:
        assert repr(optim.SGD([torch.zeros(1)], lr=0.1)) == (
            "SGD (\n"
            "Parameter Group 0\n"
            "    dampening: 0\n"
            "    differentiable: False\n"
            "    foreach: None\n"
            "    fused: None\n"
            "    lr: 0.1\n"
            "    maximize: False\n"
            "    momentum: 0\n"
            "    nesterov: False\n"
            "    weight_decay: 0\n"
            ")"
        )


class TestRefused:
    def test_no_parameters(self) -> None:
        with pytest.raises(ValueError, match="optimizer got an empty parameter list"):
            optim.SGD([])

    def test_a_tensor_in_place_of_a_list(self) -> None:
        with pytest.raises(TypeError, match="should be an iterable of Tensors or dicts"):
            optim.SGD(torch.zeros(2))

    def test_what_is_no_tensor(self) -> None:
        numbers: Any = [1.0, 2.0]
        with pytest.raises(TypeError, match="can only optimize Tensors, but one of the params is"):
            optim.SGD(numbers)

    def test_an_intermediate_tensor(self) -> None:
        w = torch.ones(2, requires_grad=True)
        with pytest.raises(ValueError, match="can't optimize a non-leaf Tensor"):
            optim.SGD([w * 2])

    def test_a_parameter_in_two_groups(self) -> None:
        w = torch.ones(2, requires_grad=True)
        with pytest.raises(ValueError, match="appear in more than one parameter group"):
            optim.SGD([{"params": [w]}, {"params": [w]}])

    def test_a_group_that_is_no_dict(self) -> None:
        group: Any = [torch.zeros(1)]
        with pytest.raises(TypeError, match="param_group must be a dict"):
            optim.SGD([torch.zeros(1)]).add_param_group(group)

    @pytest.mark.parametrize("rate", [-1.0, math.nan])
    @pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"])
    def test_learning_rates(self, name: str, rate: float) -> None:
        with pytest.raises(ValueError, match=f"Invalid learning rate: {rate}") as error:
            make(name, [torch.zeros(1)], {"lr": rate})
        assert "test_optimizers.py" in str(error.value)

    @pytest.mark.parametrize("beta", [-0.1, 1.0])
    def test_betas(self, beta: float) -> None:
        with pytest.raises(ValueError, match=f"Invalid beta parameter at index 1: {beta}"):
            optim.Adam([torch.zeros(1)], betas=(0.9, beta))

    def test_nesterov_without_momentum(self) -> None:
        with pytest.raises(ValueError, match="Nesterov momentum requires a momentum"):
            optim.SGD([torch.zeros(1)], nesterov=True)


def test_a_parameter_twice_in_a_group_is_warned_about():
    w = torch.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        torch.optim.SGD([w, w], lr=0.1)
