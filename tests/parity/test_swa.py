"""Averaged models and their schedule against PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")


def model_of(package: Any) -> Any:
    """A small network with batch normalization; the same numbers with either package."""
    random = np.random.default_rng(5)
    layers = package.nn
    model = layers.Sequential(layers.Linear(3, 4), layers.BatchNorm1d(4), layers.Linear(4, 1))
    with package.no_grad():
        for param in model.parameters():
            param.copy_(package.tensor(random.standard_normal(tuple(param.shape)).tolist()))
    return model


def batches(package: Any) -> list[Any]:
    random = np.random.default_rng(6)
    return [package.tensor(random.standard_normal((8, 3)).tolist()) for _ in range(4)]


def state_of(model: Any) -> dict[str, Any]:
    return {key: value.detach().numpy().copy() for key, value in model.state_dict().items()}


def assert_equal(ours: Any, theirs: Any) -> None:
    mine, wanted = state_of(ours), state_of(theirs)
    assert list(mine) == list(wanted)
    for key, value in wanted.items():
        assert mine[key].dtype == value.dtype
        np.testing.assert_allclose(mine[key], value, rtol=1e-5, atol=1e-6, err_msg=key)


def averaged(package: Any, make: Any) -> Any:
    """An averaged model after a few steps of training."""
    model = model_of(package)
    average = make(package.optim.swa_utils, model)
    optimizer = package.optim.SGD(model.parameters(), lr=0.05)
    for batch in batches(package):
        optimizer.zero_grad()
        (model(batch) ** 2).mean().backward()
        optimizer.step()
        average.update_parameters(model)
    return average


def half_way(averaged: Any, current: Any, num_averaged: Any) -> Any:
    return (averaged + current * num_averaged) / (1 + num_averaged)


def in_place(averaged: Any, current: Any, num_averaged: Any) -> None:
    for mine, theirs in zip(averaged, current, strict=True):
        mine.copy_(half_way(mine, theirs, num_averaged))


MAKERS: dict[str, Any] = {
    "mean": lambda swa, model: swa.AveragedModel(model),
    "buffers": lambda swa, model: swa.AveragedModel(model, use_buffers=True),
    "ema": lambda swa, model: swa.AveragedModel(model, multi_avg_fn=swa.get_ema_multi_avg_fn(0.9)),
    "ema, buffers": lambda swa, model: swa.AveragedModel(
        model, multi_avg_fn=swa.get_ema_multi_avg_fn(0.9), use_buffers=True
    ),
    "ema, one by one": lambda swa, model: swa.AveragedModel(
        model, avg_fn=swa.get_ema_avg_fn(0.5), use_buffers=True
    ),
    "mean, one by one": lambda swa, model: swa.AveragedModel(model, avg_fn=swa.get_swa_avg_fn()),
    "own": lambda swa, model: swa.AveragedModel(model, avg_fn=half_way),
    "own, in place": lambda swa, model: swa.AveragedModel(model, multi_avg_fn=in_place),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_averages(maker: str) -> None:
    ours, theirs = (averaged(package, MAKERS[maker]) for package in (graphnet, torch))
    assert_equal(ours, theirs)
    found = ours.eval()(batches(graphnet)[0]).detach().numpy()
    wanted = theirs.eval()(batches(torch)[0]).detach().numpy()
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_statistics_made_anew() -> None:
    made = []
    for package in (graphnet, torch):
        average = averaged(package, MAKERS["mean"]).eval()
        package.optim.swa_utils.update_bn([(batch, 0) for batch in batches(package)], average)
        assert average.module[1].momentum == 0.1
        assert not average.training
        made.append(average)
    assert_equal(*made)


@pytest.mark.parametrize(
    "arguments",
    [
        {"swa_lr": 0.05},
        {"swa_lr": [0.05, 0.5], "anneal_epochs": 3},
        {"swa_lr": 0.05, "anneal_epochs": 4, "anneal_strategy": "linear"},
        {"swa_lr": 0.05, "anneal_epochs": 0},
    ],
)
def test_schedule(arguments: dict[str, Any]) -> None:
    made = []
    for package in (graphnet, torch):
        groups = [{"params": [package.zeros(1)]}, {"params": [package.zeros(1)], "lr": 0.3}]
        optimizer = package.optim.SGD(groups, lr=0.1)
        schedule = package.optim.swa_utils.SWALR(optimizer, **arguments)
        rates = [schedule.get_last_lr()]
        for step in range(8):
            optimizer.step()
            if step == 3:  # another schedule sets a rate
                optimizer.param_groups[0]["lr"] = 0.2
            if step == 5:
                saved = schedule.state_dict()
                schedule = package.optim.swa_utils.SWALR(optimizer, **arguments)
                schedule.load_state_dict(saved)
            schedule.step()
            rates.append(schedule.get_last_lr())
        made.append((rates, set(saved)))
    np.testing.assert_allclose(made[0][0], made[1][0], rtol=1e-12)
    assert made[0][1] == made[1][1]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"swa_lr": 0.1, "anneal_strategy": "steps"}, ValueError),
        ({"swa_lr": 0.1, "anneal_epochs": -1}, ValueError),
        ({"swa_lr": 0.1, "anneal_epochs": 1.5}, ValueError),
        ({"swa_lr": [0.1, 0.2]}, ValueError),
    ],
)
def test_schedules_that_are_refused(arguments: dict[str, Any], kind: type[Exception]) -> None:
    raised = []
    for package in (graphnet, torch):
        optimizer = package.optim.SGD([package.zeros(1)], lr=0.1)
        with pytest.raises(kind) as error:
            package.optim.swa_utils.SWALR(optimizer, **arguments)
        raised.append(str(error.value).splitlines()[0])
    assert raised[0] == raised[1]


@pytest.mark.parametrize("name", ["get_ema_avg_fn", "get_ema_multi_avg_fn"])
def test_decays_that_are_refused(name: str) -> None:
    raised = []
    for package in (graphnet, torch):
        with pytest.raises(ValueError) as error:  # noqa: PT011  # the messages are compared below
            getattr(package.optim.swa_utils, name)(1.5)
        raised.append(str(error.value).splitlines()[0])
    assert raised[0] == raised[1]


def test_two_functions_are_refused() -> None:
    for package in (graphnet, torch):
        with pytest.raises(AssertionError, match="Only one of avg_fn and multi_avg_fn"):
            package.optim.swa_utils.AveragedModel(
                model_of(package), avg_fn=half_way, multi_avg_fn=in_place
            )
