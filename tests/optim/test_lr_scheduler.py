"""The rates that schedules set, what they remember, and what they refuse."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.optim import lr_scheduler as lr


def optimizer(rate: float = 1.0, **options: Any) -> Any:
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=rate, **options)


def rates(scheduler: Any, steps: int) -> list[float]:
    """The rates of so many steps, the first as it is."""
    seen = []
    for _ in range(steps):
        (rate,) = scheduler.get_last_lr()
        assert rate == scheduler.optimizer.param_groups[0]["lr"]
        seen.append(rate)
        scheduler.optimizer.step()
        scheduler.step()
    return seen


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda o: lr.StepLR(o, 2, 0.5), [1, 1, 0.5, 0.5, 0.25, 0.25]),
        (lambda o: lr.MultiStepLR(o, [1, 3, 3], 0.5), [1, 0.5, 0.5, 0.125, 0.125, 0.125]),
        (lambda o: lr.ConstantLR(o, 0.5, 3), [0.5, 0.5, 0.5, 1, 1, 1]),
        (lambda o: lr.LinearLR(o, 0.25, 1.0, 3), [0.25, 0.5, 0.75, 1, 1, 1]),
        (lambda o: lr.ExponentialLR(o, 0.5), [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]),
        (lambda o: lr.PolynomialLR(o, 4, 2.0), [1, 0.5625, 0.25, 0.0625, 0, 0]),
        (
            lambda o: lr.LambdaLR(o, lambda step: 1 / (step + 1)),
            [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6],
        ),
        (lambda o: lr.MultiplicativeLR(o, lambda step: step), [1, 1, 2, 6, 24, 120]),
        (
            lambda o: lr.CosineAnnealingLR(o, 4, 0.5),
            [0.75 + math.cos(math.pi * step / 4) / 4 for step in range(6)],
        ),
        (
            lambda o: lr.CosineAnnealingWarmRestarts(o, 1, 2),
            [1, *((1 + math.cos(math.pi * place)) / 2 for place in (0, 0.5, 0, 0.25, 0.5))],
        ),
        (
            lambda o: lr.CyclicLR(o, 0.0, 1.0, 2, cycle_momentum=False),
            [0, 0.5, 1, 0.5, 0, 0.5],
        ),
        (
            lambda o: lr.CyclicLR(o, 0.0, 1.0, 1, 1, mode="triangular2", cycle_momentum=False),
            [0, 1, 0, 0.5, 0, 0.25],
        ),
        (
            lambda o: lr.CyclicLR(
                o, 0.0, 1.0, 1, mode="exp_range", gamma=0.5, cycle_momentum=False
            ),
            [0, 0.5, 0, 0.125, 0, 0.03125],
        ),
        (
            lambda o: lr.OneCycleLR(
                o,
                1.0,
                6,
                pct_start=0.5,
                anneal_strategy="linear",
                cycle_momentum=False,
                div_factor=5,
                final_div_factor=1e9,
            ),
            [0.2, 0.6, 1, 2 / 3, 1 / 3, 0],
        ),
        (
            lambda o: lr.ChainedScheduler([lr.ExponentialLR(o, 0.5), lr.ConstantLR(o, 0.5, 2)]),
            [0.5, 0.25, 0.25, 0.125, 0.0625, 0.03125],
        ),
        (
            lambda o: lr.SequentialLR(
                o, [lr.ConstantLR(o, 0.1, 9), lr.ExponentialLR(o, 0.5)], milestones=[2]
            ),
            [0.1, 0.1, 1, 0.5, 0.25, 0.125],
        ),
    ],
)
def test_rates(build: Any, expected: list[float]) -> None:
    assert rates(build(optimizer(momentum=0.9)), 6) == pytest.approx(expected, abs=1e-5)


ROUND_TRIPS = [
    lambda o: lr.StepLR(o, 2),
    lambda o: lr.MultiStepLR(o, [2, 5]),
    lambda o: lr.LinearLR(o),
    lambda o: lr.LambdaLR(o, lambda step: 0.9**step),
    lambda o: lr.CosineAnnealingLR(o, 4),
    lambda o: lr.CosineAnnealingWarmRestarts(o, 2),
    lambda o: lr.CyclicLR(o, 0.1, 1.0, 3),
    lambda o: lr.OneCycleLR(o, 1.0, 20),
    lambda o: lr.ChainedScheduler([lr.StepLR(o, 2), lr.ExponentialLR(o, 0.9)]),
    lambda o: lr.SequentialLR(o, [lr.ConstantLR(o), lr.StepLR(o, 2)], milestones=[4]),
]


@pytest.mark.parametrize("build", ROUND_TRIPS)
def test_going_on_from_a_state(build: Any) -> None:
    first = build(optimizer(momentum=0.9))
    rates(first, 5)
    second = build(optimizer(momentum=0.9))
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    assert rates(second, 6) == rates(first, 6)


@pytest.mark.parametrize("build", ROUND_TRIPS[:5])
@given(steps=st.integers(0, 12))
def test_going_to_an_epoch_is_going_there_step_by_step(build: Any, steps: int) -> None:
    walked, jumped = build(optimizer()), build(optimizer())
    wanted = rates(walked, steps + 1)[-1]
    jumped.optimizer.step()
    with pytest.warns(UserWarning, match="epoch parameter"):
        jumped.step(steps)
    assert jumped.get_last_lr() == pytest.approx([wanted])


def test_groups_have_rates_of_their_own() -> None:
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(1))]},
        {"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.1},
    ]
    both = torch.optim.SGD(groups, lr=1.0)
    scheduler = lr.LambdaLR(both, [lambda step: 0.5**step, lambda step: 2.0**step])
    both.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [0.5, 0.2]
    assert scheduler.base_lrs == [1.0, 0.1]
    with pytest.raises(ValueError, match="Expected 2 lr_lambdas, but got 1"):
        lr.LambdaLR(both, [lambda step: 1.0])


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_momenta_go_the_other_way(kind: str) -> None:
    made = getattr(torch.optim, kind)([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    scheduler = lr.CyclicLR(made, 0.0, 1.0, 2, base_momentum=0.8, max_momentum=0.9)
    momenta = []
    for _ in range(4):
        (group,) = made.param_groups
        momenta.append(group["momentum"] if kind == "SGD" else group["betas"][0])
        made.step()
        scheduler.step()
    assert momenta == pytest.approx([0.9, 0.85, 0.8, 0.85])
    if kind == "Adam":
        assert group["betas"][1] == 0.999


def test_rates_kept_in_tensors_are_changed_in_place() -> None:
    rate = torch.tensor(1.0)
    made = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=rate)
    scheduler = lr.ExponentialLR(made, 0.5)
    made.step()
    scheduler.step()
    assert made.param_groups[0]["lr"] is rate
    assert rate.item() == 0.5
    assert scheduler.get_last_lr()[0] is not rate


def plateau(metrics: list[float], **options: Any) -> list[float]:
    scheduler = lr.ReduceLROnPlateau(optimizer(), factor=0.5, **options)
    seen = []
    for metric in metrics:
        scheduler.step(metric)
        seen.extend(scheduler.get_last_lr())
    return seen


def test_plateaus() -> None:
    assert plateau([3, 2, 2, 2, 2], patience=1) == [1, 1, 1, 0.5, 0.5]
    assert plateau([3, 2, 1, 1, 1], patience=0, cooldown=1) == [1, 1, 1, 0.5, 0.5]
    assert plateau([1, 2, 2, 3], mode="max", patience=0) == [1, 1, 0.5, 0.5]
    assert plateau([10, 9.5, 9], patience=0, threshold=0.2) == [1, 0.5, 0.25]
    assert plateau([10, 9.5, 9], patience=0, threshold=0.2, threshold_mode="abs") == [1, 1, 1]
    assert plateau([1, 1, 1], patience=0, min_lr=0.3) == [1, 0.5, 0.3]
    assert plateau([math.nan, math.nan], patience=0) == [0.5, 0.25]
    assert plateau([torch.tensor(1.0), torch.tensor(1.0)], patience=0) == [1, 0.5]


def test_plateaus_go_on_from_a_state() -> None:
    first = lr.ReduceLROnPlateau(optimizer(), patience=1)
    for metric in (2.0, 2.0):
        first.step(metric)
    second = lr.ReduceLROnPlateau(optimizer(), patience=1)
    second.load_state_dict(first.state_dict())
    second.step(2.0)
    assert second.get_last_lr() == [0.1]
    assert second.best == 2.0


def test_states_hold_neither_optimizers_nor_functions() -> None:
    class Power:
        def __init__(self, base: float) -> None:
            self.base = base

        def __call__(self, step: int) -> float:
            return self.base**step

    scheduler = lr.LambdaLR(optimizer(), Power(0.5))
    state = scheduler.state_dict()
    assert "optimizer" not in state
    assert state["lr_lambdas"] == [{"base": 0.5}]
    other = lr.LambdaLR(optimizer(), Power(0.1))
    other.load_state_dict(state)
    assert rates(other, 2) == [1.0, 0.5]
    assert lr.LambdaLR(optimizer(), lambda step: 1.0).state_dict()["lr_lambdas"] == [None]
    cyclic = lr.CyclicLR(optimizer(), 0.1, 1.0, scale_fn=Power(0.5), cycle_momentum=False)
    assert cyclic.state_dict()["_scale_fn_custom"] == {"base": 0.5}


def test_the_optimizer_is_not_kept_alive_by_itself() -> None:
    import weakref

    made = optimizer()
    lr.StepLR(made, 1)
    reference = weakref.ref(made)
    del made
    assert reference() is None


def test_the_optimizer_still_steps_once() -> None:
    parameter = torch.nn.Parameter(torch.ones(1))
    made = torch.optim.SGD([parameter], lr=0.25)
    lr.StepLR(made, 1)
    lr.ExponentialLR(made, 0.5)
    parameter.grad = torch.ones(1)
    made.step()
    assert parameter.item() == 0.75
    assert made.step(lambda: 7.0) == 7.0


def test_warnings() -> None:
    scheduler = lr.StepLR(optimizer(), 1)
    with pytest.warns(UserWarning, match=r"before `optimizer.step\(\)`"):
        scheduler.step()
    with pytest.warns(UserWarning, match=r"please use `get_last_lr\(\)`"):
        scheduler.get_lr()
    scheduler = lr.StepLR(optimizer(), 1)
    scheduler.optimizer.step = lambda: None
    with pytest.warns(UserWarning, match="has been overridden after learning rate scheduler"):
        scheduler.step()


def test_a_schedule_of_ones_own() -> None:
    class Halving(lr.LRScheduler):
        def get_lr(self) -> list[float]:
            return [rate / 2**self.last_epoch for rate in self.base_lrs]

    assert rates(Halving(optimizer()), 3) == [1.0, 0.5, 0.25]
    with pytest.raises(NotImplementedError, match=r"LRScheduler defines neither get_lr\(\)"):
        lr.LRScheduler(optimizer())


@pytest.mark.parametrize(
    ("work", "kind", "message"),
    [
        (lambda o: lr.StepLR(3, 1), TypeError, "int is not an Optimizer"),
        (lambda o: lr.CyclicLR(3, 0.1, 1.0), TypeError, "int is not an Optimizer"),
        (lambda o: lr.StepLR(o, 1, last_epoch=3), KeyError, "'initial_lr' is not specified in"),
        (lambda o: lr.MultiplicativeLR(o, 3), TypeError, "should be a function, but got int"),
        (lambda o: lr.ConstantLR(o, 1.5), ValueError, "between 0 and 1., but got 1.5"),
        (lambda o: lr.LinearLR(o, 0.0), ValueError, "greater than 0 and less or equal to 1"),
        (lambda o: lr.LinearLR(o, end_factor=2), ValueError, "between 0 and 1., but got 2"),
        (
            lambda o: lr.CosineAnnealingWarmRestarts(o, 0),
            ValueError,
            "Expected positive integer T_0, but got 0",
        ),
        (
            lambda o: lr.CosineAnnealingWarmRestarts(o, 1, 0.5),
            ValueError,
            "Expected integer T_mult >= 1, but got 0.5",
        ),
        (
            lambda o: lr.CosineAnnealingWarmRestarts(o, 1).step(-1),
            ValueError,
            "Expected non-negative epoch, but got -1",
        ),
        (lambda o: lr.CyclicLR(o, 0, 1, mode="x"), ValueError, "mode is invalid and scale_fn is"),
        (lambda o: lr.CyclicLR(o, [0, 0], 1), ValueError, "base_lr has 2 values, param_groups"),
        (lambda o: lr.OneCycleLR(o, 1), ValueError, "You must define either total_steps OR"),
        (lambda o: lr.OneCycleLR(o, 1, 0), ValueError, "Expected positive integer total_steps"),
        (lambda o: lr.OneCycleLR(o, 1, 3, pct_start=2.0), ValueError, "Expected float between"),
        (
            lambda o: lr.OneCycleLR(o, 1, 3, anneal_strategy="x"),
            ValueError,
            "must be one of 'cos' or 'linear', instead got x",
        ),
        (lambda o: lr.ReduceLROnPlateau(o, factor=1.0), ValueError, "Factor should be < 1.0"),
        (lambda o: lr.ReduceLROnPlateau(o, "x"), ValueError, "mode x is unknown!"),
        (
            lambda o: lr.ReduceLROnPlateau(o, threshold_mode="x"),
            ValueError,
            "threshold mode x is unknown!",
        ),
        (lambda o: lr.ReduceLROnPlateau(o, min_lr=[0, 0]), ValueError, "expected 1 min_lrs, got 2"),
        (lambda o: lr.ChainedScheduler([]), ValueError, "expects at least one scheduler"),
        (
            lambda o: lr.SequentialLR(o, [3], []),
            TypeError,
            "at index 0 should have `optimizer` as its attribute",
        ),
        (
            lambda o: lr.SequentialLR(o, [lr.StepLR(o, 1)], [3]),
            ValueError,
            "number of schedulers 1 and the number of milestones to be equal to 1",
        ),
        (
            lambda o: lr.ChainedScheduler([lr.ReduceLROnPlateau(o)]),
            ValueError,
            "does not support `ReduceLROnPlateau`",
        ),
        (
            lambda o: lr.SequentialLR(optimizer(), [lr.StepLR(o, 1)], []),
            ValueError,
            "expects all schedulers to belong to the same optimizer",
        ),
    ],
)
def test_what_is_refused(work: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as error:
        work(optimizer(momentum=0.9))
    assert message in str(error.value)


def test_cycles_need_a_momentum_and_an_end() -> None:
    plain = torch.optim.Adagrad([torch.nn.Parameter(torch.ones(1))])
    for make in (lambda: lr.CyclicLR(plain, 0.1, 1.0), lambda: lr.OneCycleLR(plain, 1.0, 3)):
        with pytest.raises(ValueError, match="optimizer must support momentum or beta1"):
            make()
    scheduler = lr.OneCycleLR(optimizer(momentum=0.9), 1.0, 2)
    rates(scheduler, 2)
    with pytest.raises(ValueError, match=r"Tried to step 3 times\. The specified number of total"):
        scheduler.step()


def test_more_groups_than_least_rates() -> None:
    made = optimizer()
    scheduler = lr.ReduceLROnPlateau(made, patience=0, min_lr=[0.1])
    made.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.7})
    scheduler.step(1.0)
    with pytest.raises(RuntimeError, match="The number of param groups in the `optimizer`"):
        scheduler.step(1.0)
    scheduler = lr.ReduceLROnPlateau(made, patience=0)
    made.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))], "lr": 0.3})
    for _ in range(2):
        scheduler.step(1.0)
    assert scheduler.get_last_lr() == pytest.approx([0.1, 0.07, 0.03])
