"""What every optimizer does, whatever its formula: groups, state, closures, and what it refuses."""

from __future__ import annotations

import copy
import io
import math
import pickle
from typing import Any, ClassVar

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
    ("Adadelta", {"lr": 0.1}),
    ("Adafactor", {"lr": 0.1}),
    ("Adamax", {"lr": 0.1, "weight_decay": 0.01}),
    ("ASGD", {"lr": 0.1, "t0": 1}),
    ("NAdam", {"lr": 0.1, "decoupled_weight_decay": True, "weight_decay": 0.01}),
    ("RAdam", {"lr": 0.1}),
    ("Rprop", {"lr": 0.1}),
    ("SparseAdam", {"lr": 0.1}),
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
        optimizer = make(name, params, {**options, "lr": 5.0 if name == "Adadelta" else 0.02})
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

    @every_optimizer
    def test_a_step_is_compiled_once(self, name: str, options: dict[str, Any]) -> None:
        """What changes from step to step is a number, and no other program."""
        params = parameters()
        optimizer = make(name, params, options)

        def train(steps: int) -> None:
            for _ in range(steps):
                optimizer.param_groups[0]["lr"] *= 0.9
                step(optimizer, params)

        train(12)  # RAdam's program changes after the fifth, ASGD's after the third
        before = torch.explain()
        train(6)
        after = torch.explain()
        assert after.compiled == before.compiled
        assert after.interpreted == before.interpreted

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
    @every_optimizer
    def test_parameters_keep_their_dtype(
        self, name: str, options: dict[str, Any], dtype: torch.dtype
    ) -> None:
        params = [torch.ones(2, 3, dtype=dtype), torch.tensor(1.0, dtype=dtype)]
        optimizer = make(name, params, {**options, "lr": 100.0} if name == "Adadelta" else options)
        for _ in range(2):
            for param in params:
                param.grad = torch.full_like(param, 0.5)
            optimizer.step()
        assert [param.dtype for param in params] == [dtype, dtype]
        assert all(bool((param != 1).all()) for param in params)

    def test_muon_makes_steps_orthogonal(self) -> None:
        w = torch.zeros(3, 5, requires_grad=True)
        optimizer = optim.Muon([w], lr=1.0, weight_decay=0.0)
        w.grad = torch.tensor(np.random.default_rng(0).standard_normal((3, 5)).tolist())
        optimizer.step()
        singular = np.linalg.svd(w.detach().numpy(), compute_uv=False)
        assert singular.min() > 0.6
        assert singular.max() < 1.3

    def test_lbfgs_finds_the_minimum_of_a_bent_valley(self) -> None:
        w = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
        optimizer = optim.LBFGS([w], max_iter=100, line_search_fn="strong_wolfe")

        def closure() -> Any:
            optimizer.zero_grad()
            loss = (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2
            loss.backward()
            return loss

        with torch.no_grad():
            assert optimizer.step(closure).item() == pytest.approx(24.2)
        np.testing.assert_allclose(w.detach().numpy(), [1.0, 1.0], rtol=1e-4)  # a flat valley
        assert optimizer.state[w]["func_evals"] < 60

    def test_lbfgs_goes_on_from_a_saved_state(self) -> None:
        def closure(optimizer: Any, w: Any) -> Any:
            def evaluate() -> Any:
                optimizer.zero_grad()
                loss = ((w - 3) ** 4).sum() + (w[0] * w[1]) ** 2
                loss.backward()
                return loss

            return evaluate

        w = torch.tensor([0.5, 1.0], requires_grad=True)
        first = optim.LBFGS([w], lr=0.1, max_iter=4)
        first.step(closure(first, w))
        other = w.detach().clone().requires_grad_()
        second = optim.LBFGS([other])
        second.load_state_dict(first.state_dict())
        for _ in range(2):
            first.step(closure(first, w))
            second.step(closure(second, other))
        assert_same(values([other]), values([w]))


class TestDifferentiable:
    """Gradients that pass through steps, against finite differences."""

    OPTIONS: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        ("SGD", {"momentum": 0.9, "dampening": 0.1, "weight_decay": 0.1}),
        ("Adam", {"amsgrad": True, "weight_decay": 0.1}),
        ("AdamW", {}),
        ("RMSprop", {"momentum": 0.5, "centered": True}),
        ("Adagrad", {"lr_decay": 0.1}),
        ("Adadelta", {}),
        ("Adamax", {}),
        ("NAdam", {}),
        ("RAdam", {"betas": (0.9, 0.8)}),
        ("ASGD", {"t0": 0}),
    ]

    @staticmethod
    def result(name: str, options: dict[str, Any], start: Any, lr: Any) -> Any:
        """A function of the parameters after steps, whose gradients depend on them, too."""
        w = start * 1.0
        optimizer = make(name, [w], {**options, "lr": lr, "differentiable": True})
        for _ in range(6):
            w.grad = 3 * w.clone() ** 2 + 0.5  # what is saved for the backward pass is written to
            optimizer.step()
        return (w**3).sum()

    @pytest.mark.parametrize(("name", "options"), OPTIONS, ids=maker_id)
    def test_by_the_start_and_by_the_rate(self, name: str, options: dict[str, Any]) -> None:
        start = torch.tensor([1.0, -0.5], dtype=torch.float64, requires_grad=True)
        lr = torch.tensor(0.03, dtype=torch.float64, requires_grad=True)
        self.result(name, options, start, lr).backward()

        def difference(place: int, by_rate: bool) -> float:
            found = []
            for sign in (1, -1):
                moved = start.detach().clone()
                rate = lr.detach().clone()
                if by_rate:
                    rate += sign * 1e-6
                else:
                    moved[place] += sign * 1e-6
                found.append(self.result(name, options, moved, rate).item())
            return float(found[0] - found[1]) / 2e-6

        wanted = [difference(place, by_rate=False) for place in range(2)]
        np.testing.assert_allclose(start.grad.numpy(), wanted, rtol=1e-5)
        if name != "ASGD":  # its first rate is kept in the state, as a number
            assert lr.grad.item() == pytest.approx(difference(0, by_rate=True), rel=1e-5)

    def test_a_leaf_cannot_be_written(self) -> None:
        w = torch.ones(2, requires_grad=True)
        optimizer = optim.SGD([w], differentiable=True)
        w.grad = torch.ones(2)
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
            optimizer.step()


class Halving(optim.Optimizer):
    """An optimizer as PyTorch's users write them: it defines step, with operations on tensors."""

    def __init__(self, params: Any, lr: Any = optim.optimizer.required) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.data.mul_(0.5).add_(p.grad, alpha=-group["lr"])


class TestOptimizersOfUsers:
    def test_step(self) -> None:
        w = torch.tensor([4.0], requires_grad=True)
        optimizer = Halving([w], lr=0.25)
        (2 * w).sum().backward()
        optimizer.step()
        assert w.tolist() == [1.5]

    def test_hooks_run_around_it(self) -> None:
        w = torch.tensor([4.0], requires_grad=True)
        optimizer = Halving([w], lr=0.25)
        seen: list[float] = []
        optimizer.register_step_pre_hook(lambda *_: seen.append(w.item()))
        optimizer.register_step_post_hook(lambda *_: seen.append(w.item()))
        (2 * w).sum().backward()
        optimizer.step()
        assert seen == [4.0, 1.5]

    def test_a_schedule_sets_its_rate(self) -> None:
        optimizer = Halving([torch.zeros(1)], lr=1.0)
        schedule = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        optimizer.step()
        schedule.step()
        assert optimizer.param_groups[0]["lr"] == 0.5

    def test_an_option_without_default(self) -> None:
        assert repr(optim.optimizer.required) == "<required parameter>"
        with pytest.raises(ValueError, match="didn't specify a value of required optimization"):
            Halving([torch.zeros(1)])

    def test_one_that_says_nothing(self) -> None:
        with pytest.raises(NotImplementedError, match="defines neither update_group nor step"):
            optim.Optimizer([torch.zeros(1)], {}).step()


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
                assert found is entry or found.tolist() == entry.tolist()

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

    def test_a_state_with_numbers_for_tensors(self) -> None:
        """As PyTorch saved it once, and without options that came later."""
        params, other = parameters(), parameters()
        optimizer = optim.NAdam(params, lr=0.1)
        step(optimizer, params)
        saved = optimizer.state_dict()
        for entries in saved["state"].values():
            entries["step"], entries["mu_product"] = 1, entries["mu_product"].item()
        del saved["param_groups"][0]["decoupled_weight_decay"]
        with torch.no_grad():
            for mine, theirs in zip(other, params, strict=True):
                mine.copy_(theirs)
        resumed = optim.NAdam(other)
        resumed.load_state_dict(saved)
        step(optimizer, params)
        step(resumed, other)
        assert_same(values(other), values(params))

    def test_adamw_stays_decoupled(self) -> None:
        saved = optim.AdamW([torch.zeros(1)]).state_dict()
        saved["param_groups"][0]["decoupled_weight_decay"] = False
        optimizer = optim.AdamW([torch.zeros(1)])
        optimizer.load_state_dict(saved)
        assert optimizer.param_groups[0]["decoupled_weight_decay"] is True

    def test_state_of_no_parameter_is_kept(self) -> None:
        optimizer = optim.SGD([torch.zeros(1)])
        optimizer.state["note"] = {"epoch": 3}
        other = optim.SGD([torch.zeros(1)])
        other.load_state_dict(optimizer.state_dict())
        assert other.state["note"] == {"epoch": 3}

    def test_names_are_kept_unless_others_are_loaded(self) -> None:
        layer = nn.Linear(2, 1)
        named = optim.SGD(layer.named_parameters())
        named.load_state_dict(optim.SGD(layer.parameters()).state_dict())
        assert named.param_groups[0]["param_names"] == ["weight", "bias"]
        others = named.state_dict()
        others["param_groups"][0]["param_names"] = ["a", "b"]
        named.load_state_dict(others)
        assert named.param_groups[0]["param_names"] == ["a", "b"]

    def test_adagrad_starts_parameters_added_later(self) -> None:
        first, second = parameters()
        optimizer = optim.Adagrad([first], initial_accumulator_value=3.0)
        optimizer.add_param_group({"params": second})
        second.grad = torch.ones(2)
        optimizer.step()
        assert optimizer.state[second]["sum"].tolist() == [4.0, 4.0]


class TestHooks:
    def test_around_a_step(self) -> None:
        w = torch.tensor([1.0], requires_grad=True)
        optimizer = optim.SGD([w], lr=1.0)
        w.grad = torch.ones(1)
        seen: list[Any] = []

        def note(what: str) -> Any:
            return lambda hooked, args, kwargs: seen.append((what, hooked, args, kwargs, w.item()))

        register = optim.optimizer
        handles = [
            optimizer.register_step_pre_hook(note("own before")),
            optimizer.register_step_post_hook(note("own after")),
            register.register_optimizer_step_pre_hook(note("every before")),
            register.register_optimizer_step_post_hook(note("every after")),
        ]
        optimizer.step()
        for handle in handles:
            handle.remove()
        optimizer.step()
        assert [what for what, *_ in seen] == [
            "every before",
            "own before",
            "own after",
            "every after",
        ]
        assert all(rest[:3] == [optimizer, (optimizer,), {}] for _, *rest in seen)
        assert [value for *_, value in seen] == [1.0, 1.0, 0.0, 0.0]

    def test_one_gives_other_arguments(self) -> None:
        optimizer = optim.SGD([torch.zeros(1)])
        optimizer.register_step_pre_hook(lambda own, args, kwargs: ((own, lambda: 7), {}))
        assert optimizer.step() == 7

    def test_one_that_gives_something_else_is_refused(self) -> None:
        optimizer = optim.SGD([torch.zeros(1)])
        optimizer.register_step_pre_hook(lambda *_: 3)
        with pytest.raises(RuntimeError, match="must return None or a tuple of"):
            optimizer.step()

    def test_around_saving_and_loading(self) -> None:
        optimizer = optim.SGD([torch.zeros(1)], lr=0.5)
        seen: list[str] = []
        optimizer.register_state_dict_pre_hook(lambda own: seen.append("second"))
        optimizer.register_state_dict_pre_hook(lambda own: seen.append("first"), prepend=True)
        optimizer.register_state_dict_post_hook(lambda own, saved: {**saved, "extra": 1})
        saved = optimizer.state_dict()
        assert seen == ["first", "second"]
        assert saved["extra"] == 1

        def halve(own: Any, saved: dict[str, Any]) -> dict[str, Any]:
            groups = [{**group, "lr": group["lr"] / 2} for group in saved["param_groups"]]
            return {**saved, "param_groups": groups}

        rates: list[float] = []
        optimizer.register_load_state_dict_pre_hook(halve)
        optimizer.register_load_state_dict_post_hook(
            lambda own: rates.append(own.param_groups[0]["lr"])
        )
        optimizer.load_state_dict(saved)
        assert rates == [0.25]

    def test_they_are_not_pickled(self) -> None:
        optimizer = optim.SGD([torch.zeros(1)])
        optimizer.register_step_pre_hook(lambda *_: None)
        twin = pickle.loads(pickle.dumps(optimizer))
        twin.step()
        twin.register_step_post_hook(lambda *_: None)


class TestRepr:
    def test_two_groups(self) -> None:
        groups = [{"params": [torch.zeros(1)]}, {"params": [torch.zeros(1)]}]
        shown = repr(optim.SparseAdam(groups, lr=0.1))
        options = "    betas: (0.9, 0.999)\n    eps: 1e-08\n    lr: 0.1\n    maximize: False\n"
        assert shown == f"SparseAdam (\nParameter Group 0\n{options}\nParameter Group 1\n{options})"

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
    @pytest.mark.parametrize("name", sorted({name for name, _ in MAKERS} - {"Adafactor"}))
    def test_learning_rates(self, name: str, rate: float) -> None:
        with pytest.raises(ValueError, match=f"Invalid learning rate: {rate}") as error:
            make(name, [torch.zeros(1)], {"lr": rate})
        assert "test_optimizers.py" in str(error.value)

    @pytest.mark.parametrize("beta", [-0.1, 1.0])
    def test_betas(self, beta: float) -> None:
        with pytest.raises(ValueError, match=f"Invalid beta parameter at index 1: {beta}"):
            optim.Adam([torch.zeros(1)], betas=(0.9, beta))

    def test_a_set_of_parameters(self) -> None:
        with pytest.raises(TypeError, match="organized in ordered collections"):
            optim.SGD([{"params": {torch.zeros(1)}}])

    def test_names_for_some(self) -> None:
        named: Any = [("a", torch.zeros(1)), torch.zeros(1)]
        with pytest.raises(ValueError, match="Some param names are missing"):
            optim.SGD(named)

    def test_names_in_some_groups(self) -> None:
        optimizer = optim.SGD([("a", torch.zeros(1))])
        with pytest.raises(ValueError, match="cannot add param group without names"):
            optimizer.add_param_group({"params": torch.zeros(1)})

    @pytest.mark.parametrize("name", ["Adam", "Adadelta", "ASGD", "Rprop"])
    def test_a_rate_with_two_elements(self, name: str) -> None:
        with pytest.raises(ValueError, match="Tensor lr must be 1-element"):
            make(name, [torch.zeros(1)], {"lr": torch.tensor([0.1, 0.2])})

    def test_complex_parameters(self) -> None:
        w = torch.zeros(2, dtype=torch.complex64, requires_grad=True)
        w.grad = torch.zeros(2, dtype=torch.complex64)
        optimizer = optim.Adam([w])
        with pytest.raises(RuntimeError, match="Adam does not support complex parameters"):
            optimizer.step()
        with pytest.raises(RuntimeError, match="LBFGS does not support complex parameters"):
            optim.LBFGS([w])

    def test_several_groups_for_lbfgs(self) -> None:
        with pytest.raises(ValueError, match="doesn't support per-parameter options"):
            optim.LBFGS([{"params": [torch.zeros(1)]}, {"params": [torch.zeros(1)]}])

    def test_another_line_search(self) -> None:
        w = torch.ones(1, requires_grad=True)
        optimizer = optim.LBFGS([w], line_search_fn="golden")

        def closure() -> Any:
            optimizer.zero_grad()
            loss = (w * w).sum()
            loss.backward()
            return loss

        with pytest.raises(RuntimeError, match="only 'strong_wolfe' is supported"):
            optimizer.step(closure)

    def test_too_many_iterations_of_muon(self) -> None:
        w = torch.ones(2, 2, requires_grad=True)
        w.grad = torch.ones(2, 2)
        with pytest.raises(ValueError, match="Number of steps must be less than 100"):
            optim.Muon([w], ns_steps=100).step()

    def test_nesterov_without_momentum(self) -> None:
        with pytest.raises(ValueError, match="Nesterov momentum requires a momentum"):
            optim.SGD([torch.zeros(1)], nesterov=True)


def test_a_parameter_twice_in_a_group_is_warned_about():
    w = torch.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        torch.optim.SGD([w, w], lr=0.1)
