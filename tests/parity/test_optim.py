"""The optimizers against PyTorch's: parameters and state after each of ten steps."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")

STEPS = 10

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {},
        {"lr": 0.1},
        {"lr": 0.0},
        {"momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.5},
        {"momentum": 0.9, "nesterov": True},
        {"weight_decay": 0.1},
        {"maximize": True},
        {"lr": 0.05, "momentum": 0.8, "weight_decay": 0.01, "nesterov": True, "maximize": True},
        {"lr": 0.05, "momentum": 0.8, "dampening": 0.1, "weight_decay": 0.01, "maximize": True},
    ],
    "Adam": [
        {},
        {"lr": 0.1},
        {"betas": (0.5, 0.7), "eps": 1e-3},
        {"betas": (0.0, 0.0)},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
        {"amsgrad": True},
        {"maximize": True},
        {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True, "maximize": True},
    ],
    "AdamW": [
        {},
        {"lr": 0.1, "weight_decay": 0.0},
        {"betas": (0.5, 0.7), "eps": 1e-3},
        {"weight_decay": 0.5},
        {"amsgrad": True},
        {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True, "maximize": True},
    ],
    "RMSprop": [
        {},
        {"lr": 0.1},
        {"alpha": 0.5, "eps": 1e-3},
        {"weight_decay": 0.1},
        {"centered": True},
        {"momentum": 0.9},
        {"maximize": True},
        {"momentum": 0.9, "centered": True, "weight_decay": 0.1, "maximize": True},
    ],
    "Adagrad": [
        {},
        {"lr": 0.1},
        {"lr_decay": 0.1},
        {"initial_accumulator_value": 0.5},
        {"eps": 1e-3},
        {"weight_decay": 0.1},
        {"maximize": True},
        {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.1},
    ],
}
CASES = [(name, options) for name, sets in OPTIONS.items() for options in sets]
NAMES = list(OPTIONS)


def case_id(value: Any) -> str:
    if isinstance(value, str):
        return value
    return ",".join(f"{key}={option}" for key, option in value.items()) or "defaults"


class Problem:
    """Fit ``(x @ a) @ b`` to ``y``; the same numbers with either package.

    A column of ``x`` is tiny and so are some gradients: a wrong epsilon shows.
    """

    def __init__(self, package: Any, dtype: str = "float32") -> None:
        random = np.random.default_rng(7)
        kind = getattr(package, dtype)

        def tensor(*shape: int) -> Any:
            return package.tensor(random.standard_normal(shape).tolist(), dtype=kind)

        self.x, self.y = tensor(5, 4), tensor(5, 2)
        scale = package.tensor([1.0, 1.0, 1.0, 1e-6], dtype=kind)
        self.x = self.x * scale
        self.params = [tensor(4, 3).requires_grad_(), tensor(3, 2).requires_grad_()]

    def loss(self) -> Any:
        error = self.x @ self.params[0] @ self.params[1] - self.y
        return (error * error).mean()

    def step(self, optimizer: Any) -> None:
        optimizer.zero_grad()
        self.loss().backward()
        optimizer.step()


def values(tensors: Any) -> list[Any]:
    return [tensor.detach().numpy().copy() for tensor in tensors]


def assert_equal(ours: list[Any], theirs: list[Any], what: str) -> None:
    assert len(ours) == len(theirs), what
    for mine, wanted in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=2e-5, atol=1e-7, err_msg=what)


def assert_same_state(ours: Any, theirs: Any) -> None:
    """The same entries, shapes, dtypes and numbers."""
    mine, wanted = ours.state_dict()["state"], theirs.state_dict()["state"]
    assert mine.keys() == wanted.keys()
    for number, entries in wanted.items():
        assert set(mine[number]) == set(entries)
        for key, entry in entries.items():
            found = mine[number][key]
            if isinstance(entry, torch.Tensor):
                assert str(found.dtype) == str(entry.dtype), key
                assert tuple(found.shape) == tuple(entry.shape), key
                assert_equal(values([found]), values([entry]), key)
            else:
                assert found == entry, key


@pytest.mark.parametrize(("name", "options"), CASES, ids=case_id)
def test_ten_steps(name: str, options: dict[str, Any]) -> None:
    ours, theirs = Problem(graphnet), Problem(torch)
    mine = getattr(graphnet.optim, name)(ours.params, **options)
    wanted = getattr(torch.optim, name)(theirs.params, **options)
    for step in range(STEPS):
        ours.step(mine)
        theirs.step(wanted)
        assert_equal(values(ours.params), values(theirs.params), f"step {step + 1}")
    assert_same_state(mine, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_float64(name: str) -> None:
    ours, theirs = Problem(graphnet, "float64"), Problem(torch, "float64")
    mine = getattr(graphnet.optim, name)(ours.params)
    wanted = getattr(torch.optim, name)(theirs.params)
    for _ in range(STEPS):
        ours.step(mine)
        theirs.step(wanted)
    for found, value in zip(values(ours.params), values(theirs.params), strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-13)
    assert_same_state(mine, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_groups_with_options_of_their_own(name: str) -> None:
    ours, theirs = Problem(graphnet), Problem(torch)
    made = []
    for package, problem in ((graphnet, ours), (torch, theirs)):
        first, second = problem.params
        groups = [{"params": first, "lr": 0.1}, {"params": [second], "weight_decay": 0.1}]
        made.append(getattr(package.optim, name)(groups, lr=0.01))
    for step in range(STEPS):
        ours.step(made[0])
        theirs.step(made[1])
        assert_equal(values(ours.params), values(theirs.params), f"step {step + 1}")


@pytest.mark.parametrize("name", NAMES)
def test_the_learning_rate_may_change(name: str) -> None:
    ours, theirs = Problem(graphnet), Problem(torch)
    mine = getattr(graphnet.optim, name)(ours.params, lr=0.1)
    wanted = getattr(torch.optim, name)(theirs.params, lr=0.1)
    for step in range(STEPS):
        for optimizer in (mine, wanted):
            optimizer.param_groups[0]["lr"] = 0.1 / (step + 1)
        ours.step(mine)
        theirs.step(wanted)
        assert_equal(values(ours.params), values(theirs.params), f"step {step + 1}")


@pytest.mark.parametrize(("name", "unused"), list(product(NAMES, [0, 1])))
def test_a_parameter_without_gradient_stays(name: str, unused: int) -> None:
    """First it has no gradient, then it gets one: it begins then."""
    ours, theirs = Problem(graphnet), Problem(torch)
    mine = getattr(graphnet.optim, name)(ours.params, lr=0.1)
    wanted = getattr(torch.optim, name)(theirs.params, lr=0.1)
    for step in range(6):
        for problem, optimizer in ((ours, mine), (theirs, wanted)):
            optimizer.zero_grad()
            problem.loss().backward()
            if step < 3:
                problem.params[unused].grad = None
            optimizer.step()
        assert_equal(values(ours.params), values(theirs.params), f"step {step + 1}")
    assert_same_state(mine, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_state_dict_and_repr_look_the_same(name: str) -> None:
    made = []
    for package in (graphnet, torch):
        problem = Problem(package)
        optimizer = getattr(package.optim, name)(problem.params)
        problem.step(optimizer)
        made.append(optimizer)
    ours, theirs = made
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert ours.state_dict()["param_groups"] == theirs.state_dict()["param_groups"]
    assert repr(ours) == repr(theirs)


REFUSED: list[tuple[str, dict[str, Any]]] = [
    *((name, {"lr": -1.0}) for name in NAMES),
    *((name, {"weight_decay": -1.0}) for name in NAMES),
    ("SGD", {"momentum": -0.5}),
    ("SGD", {"nesterov": True}),
    ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
    *((name, {"betas": (1.0, 0.9)}) for name in ("Adam", "AdamW")),
    *((name, {"betas": (0.9, -0.1)}) for name in ("Adam", "AdamW")),
    *((name, {"eps": -1.0}) for name in ("Adam", "AdamW", "RMSprop", "Adagrad")),
    ("RMSprop", {"alpha": -1.0}),
    ("RMSprop", {"momentum": -1.0}),
    ("Adagrad", {"lr_decay": -1.0}),
    ("Adagrad", {"initial_accumulator_value": -1.0}),
]


@pytest.mark.parametrize(("name", "options"), REFUSED, ids=case_id)
def test_the_same_options_are_refused(name: str, options: dict[str, Any]) -> None:
    raised = []
    for package in (graphnet, torch):
        with pytest.raises(ValueError) as error:  # noqa: PT011  # the messages are compared below
            getattr(package.optim, name)(Problem(package).params, **options)
        raised.append(str(error.value).splitlines()[0])
    assert raised[0] == raised[1]
