"""The schedules against PyTorch's: the same rates and momenta, to the last bit."""

from __future__ import annotations

import copy
import inspect
import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import graphnet

torch = pytest.importorskip("torch")

Build = Callable[[Any, Any], Any]

STEPS = 30
# A loss that falls, stalls, rises and falls again.
METRICS = [1.0, 0.8, 0.7, 0.69, 0.69, 0.7, 0.71, 0.7, 0.7, 0.6, 0.61, 0.62, 0.6, 0.6, 0.6] * 2


class Growing:
    """A function with attributes, which belong to the state."""

    def __init__(self, base: float) -> None:
        self.base = base

    def __call__(self, epoch: int) -> float:
        return self.base**epoch


def schedule(name: str, *args: Any, **kwargs: Any) -> Build:
    # A deep copy, since one schedule would share callable objects with another.
    return lambda lr, optimizer: getattr(lr, name)(optimizer, *copy.deepcopy(args), **kwargs)


def chained(lr: Any, optimizer: Any) -> Any:
    return lr.ChainedScheduler([lr.ConstantLR(optimizer, 0.1, 2), lr.ExponentialLR(optimizer, 0.9)])


def sequential(lr: Any, optimizer: Any) -> Any:
    parts = [
        lr.LinearLR(optimizer, 0.1, total_iters=5),
        lr.CosineAnnealingLR(optimizer, 20),
        lr.ExponentialLR(optimizer, 0.8),
    ]
    return lr.SequentialLR(optimizer, parts, milestones=[5, 20])


def nested(lr: Any, optimizer: Any) -> Any:
    inner = lr.SequentialLR(
        optimizer, [lr.ConstantLR(optimizer), lr.StepLR(optimizer, 2)], milestones=[3]
    )
    return lr.SequentialLR(optimizer, [inner, lr.PolynomialLR(optimizer, 8)], milestones=[12])


SCHEDULES: list[tuple[str, Build]] = [
    ("lambda", schedule("LambdaLR", lambda epoch: 0.95**epoch)),
    ("lambdas", schedule("LambdaLR", [lambda epoch: 1 / (epoch + 1), Growing(0.9)])),
    ("multiplicative", schedule("MultiplicativeLR", lambda epoch: 0.95)),
    ("step", schedule("StepLR", 5)),
    ("step gamma", schedule("StepLR", step_size=3, gamma=0.7)),
    ("multistep", schedule("MultiStepLR", [4, 8, 8, 20], gamma=0.3)),
    ("constant", schedule("ConstantLR")),
    ("constant long", schedule("ConstantLR", factor=0.3, total_iters=8)),
    ("linear", schedule("LinearLR")),
    ("linear part", schedule("LinearLR", 0.2, 0.8, total_iters=12)),
    ("exponential", schedule("ExponentialLR", 0.9)),
    ("polynomial", schedule("PolynomialLR")),
    ("polynomial square", schedule("PolynomialLR", total_iters=20, power=2.0)),
    ("cosine", schedule("CosineAnnealingLR", 10)),
    ("cosine least", schedule("CosineAnnealingLR", T_max=7, eta_min=0.01)),
    ("restarts", schedule("CosineAnnealingWarmRestarts", 5)),
    ("restarts longer", schedule("CosineAnnealingWarmRestarts", T_0=3, T_mult=2, eta_min=0.001)),
    *(
        (f"cyclic {mode}", schedule("CyclicLR", 0.01, 0.1, 4, mode=mode, gamma=0.97))
        for mode in ("triangular", "triangular2", "exp_range")
    ),
    (
        "cyclic lists",
        schedule("CyclicLR", [0.01, 0.02], [0.1, 0.3], 3, 5, cycle_momentum=False),
    ),
    ("cyclic function", schedule("CyclicLR", 0.01, 0.1, 4, scale_fn=lambda cycle: 1 / cycle)),
    (
        "cyclic iterations",
        schedule("CyclicLR", 0.01, 0.1, 4, scale_fn=Growing(0.9), scale_mode="iterations"),
    ),
    ("one cycle", schedule("OneCycleLR", 0.5, total_steps=40)),
    (
        "one cycle lists",
        schedule(
            "OneCycleLR",
            [0.5, 0.2],
            epochs=5,
            steps_per_epoch=8,
            anneal_strategy="linear",
            three_phase=True,
        ),
    ),
    ("one cycle without momentum", schedule("OneCycleLR", 0.5, 40, cycle_momentum=False)),
    ("plateau", schedule("ReduceLROnPlateau", patience=2)),
    (
        "plateau max",
        schedule("ReduceLROnPlateau", "max", 0.5, patience=1, cooldown=2, min_lr=[0.01, 0.2]),
    ),
    (
        "plateau abs",
        schedule("ReduceLROnPlateau", threshold=0.05, threshold_mode="abs", patience=0),
    ),
    ("plateau max abs", schedule("ReduceLROnPlateau", "max", threshold_mode="abs", patience=0)),
    ("chained", chained),
    ("sequential", sequential),
    ("nested", nested),
]

every = pytest.mark.parametrize(
    "build", [pytest.param(build, id=name) for name, build in SCHEDULES]
)
# Those that can go on from, or to, an epoch.
simple = pytest.mark.parametrize(
    "build",
    [
        pytest.param(build, id=name)
        for name, build in SCHEDULES
        if not name.startswith(("plateau", "chained", "sequential", "nested"))
    ],
)
# A schedule within two others makes its first step before the optimizer does: PyTorch warns, too.
pytestmark = pytest.mark.filterwarnings("ignore:Detected call of")
optimizers = pytest.mark.parametrize("name", ["SGD", "Adam"])


def begin(library: Any, build: Build, name: str = "SGD") -> tuple[Any, Any]:
    groups = [
        {"params": [library.nn.Parameter(library.ones(2))]},
        {"params": [library.nn.Parameter(library.ones(2))], "lr": 0.3},
    ]
    options = {"momentum": 0.9} if name == "SGD" else {}
    optimizer = getattr(library.optim, name)(groups, lr=0.1, **options)
    return optimizer, build(library.optim.lr_scheduler, optimizer)


def facts(optimizer: Any, scheduler: Any) -> list[Any]:
    keys = ("lr", "initial_lr", "momentum", "betas", "max_lr", "min_lr", "base_momentum")
    settings = [{key: group.get(key) for key in keys} for group in optimizer.param_groups]
    return [settings, list(scheduler.get_last_lr()), scheduler.__dict__.get("last_epoch")]


def advance(optimizer: Any, scheduler: Any, steps: range) -> list[Any]:
    trace = [facts(optimizer, scheduler)]
    for step in steps:
        optimizer.step()
        if type(scheduler).__name__ == "ReduceLROnPlateau":
            scheduler.step(METRICS[step])
        else:
            scheduler.step()
        trace.append(facts(optimizer, scheduler))
    return trace


@optimizers
@every
def test_rates_and_momenta(build: Build, name: str) -> None:
    got = advance(*begin(graphnet, build, name), range(STEPS))
    wanted = advance(*begin(torch, build, name), range(STEPS))
    assert got == wanted


@every
def test_going_on_from_a_state(build: Build) -> None:
    def resumed(library: Any) -> list[Any]:
        optimizer, scheduler = begin(library, build)
        advance(optimizer, scheduler, range(11))
        again, other = begin(library, build)
        again.load_state_dict(optimizer.state_dict())
        other.load_state_dict(copy.deepcopy(scheduler.state_dict()))
        return advance(again, other, range(11, STEPS))

    assert resumed(graphnet) == resumed(torch)


@every
def test_the_state_holds_no_optimizer_and_no_function(build: Build) -> None:
    _, ours = begin(graphnet, build)
    _, theirs = begin(torch, build)
    assert set(ours.state_dict()) - set(theirs.state_dict()) <= {"base_momentums", "max_momentums"}
    assert "optimizer" not in ours.state_dict()
    copy.deepcopy(ours.state_dict())


@simple
def test_going_on_from_an_epoch(build: Build) -> None:
    def resumed(library: Any) -> list[Any]:
        optimizer, _ = begin(library, build)

        class Resuming:
            def __getattr__(self, name: str) -> Any:
                make = getattr(library.optim.lr_scheduler, name)
                return lambda *args, **kwargs: make(*args, last_epoch=6, **kwargs)

        return advance(optimizer, build(Resuming(), optimizer), range(9))

    assert resumed(graphnet) == resumed(torch)


@simple
def test_old_argument_goes_to_an_epoch(build: Build) -> None:
    def jumped(library: Any) -> list[Any]:
        optimizer, scheduler = begin(library, build)
        optimizer.step()
        trace = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for epoch in (3, 9, 4):
                scheduler.step(epoch)
                trace.append(facts(optimizer, scheduler))
        return trace

    assert jumped(graphnet) == jumped(torch)


def test_restarts_at_fractions_of_an_epoch() -> None:
    def trace(library: Any) -> list[Any]:
        build = schedule("CosineAnnealingWarmRestarts", 3, 2)
        optimizer, scheduler = begin(library, build)
        rates = []
        for step in range(40):
            scheduler.step(step / 4)
            rates.append(facts(optimizer, scheduler))
        return rates

    assert trace(graphnet) == trace(torch)


def test_rates_kept_in_tensors() -> None:
    def trace(library: Any) -> list[float]:
        parameter = library.nn.Parameter(library.ones(2))
        optimizer = library.optim.SGD([parameter], lr=library.tensor(0.1))
        scheduler = library.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
        rate = optimizer.param_groups[0]["lr"]
        rates = []
        for _ in range(5):
            optimizer.step()
            scheduler.step()
            rates.append(float(rate))
        return rates

    assert trace(graphnet) == trace(torch)


def names(library: Any) -> list[str]:
    return sorted(name for name in library.optim.lr_scheduler.__all__ if name != "_LRScheduler")


@pytest.mark.parametrize("name", names(torch))
def test_constructor_arguments(name: str) -> None:
    def arguments(library: Any) -> list[tuple[str, Any, Any]]:
        signature = inspect.signature(getattr(library.optim.lr_scheduler, name))
        return [(each.name, each.kind, each.default) for each in signature.parameters.values()]

    assert arguments(graphnet) == arguments(torch)


REFUSED: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("no optimizer", lambda lr, optimizer: lr.StepLR(3, 1)),
    ("plateau without optimizer", lambda lr, optimizer: lr.ReduceLROnPlateau(3)),
    ("no initial rate", lambda lr, optimizer: lr.StepLR(optimizer, 1, last_epoch=3)),
    ("number of functions", lambda lr, optimizer: lr.LambdaLR(optimizer, [lambda epoch: 1.0])),
    ("no function", lambda lr, optimizer: lr.MultiplicativeLR(optimizer, 3)),
    ("constant", lambda lr, optimizer: lr.ConstantLR(optimizer, 1.5)),
    ("linear start", lambda lr, optimizer: lr.LinearLR(optimizer, 0.0)),
    ("linear end", lambda lr, optimizer: lr.LinearLR(optimizer, end_factor=1.5)),
    ("restarts T_0", lambda lr, optimizer: lr.CosineAnnealingWarmRestarts(optimizer, 0)),
    ("restarts T_mult", lambda lr, optimizer: lr.CosineAnnealingWarmRestarts(optimizer, 1, 0)),
    ("cyclic mode", lambda lr, optimizer: lr.CyclicLR(optimizer, 0.1, 1.0, mode="round")),
    ("cyclic rates", lambda lr, optimizer: lr.CyclicLR(optimizer, [0.1], 1.0)),
    ("one cycle steps", lambda lr, optimizer: lr.OneCycleLR(optimizer, 0.1)),
    ("one cycle no steps", lambda lr, optimizer: lr.OneCycleLR(optimizer, 0.1, 0)),
    ("one cycle epochs", lambda lr, optimizer: lr.OneCycleLR(optimizer, 0.1, None, 1, 1.5)),
    ("one cycle part", lambda lr, optimizer: lr.OneCycleLR(optimizer, 0.1, 3, pct_start=2.0)),
    (
        "one cycle strategy",
        lambda lr, optimizer: lr.OneCycleLR(optimizer, 0.1, 3, anneal_strategy="x"),
    ),
    ("plateau factor", lambda lr, optimizer: lr.ReduceLROnPlateau(optimizer, factor=1.0)),
    ("plateau mode", lambda lr, optimizer: lr.ReduceLROnPlateau(optimizer, "least")),
    (
        "plateau threshold mode",
        lambda lr, optimizer: lr.ReduceLROnPlateau(optimizer, threshold_mode="x"),
    ),
    ("plateau rates", lambda lr, optimizer: lr.ReduceLROnPlateau(optimizer, min_lr=[0.1])),
    ("no schedules", lambda lr, optimizer: lr.ChainedScheduler([])),
    (
        "schedule of something",
        lambda lr, optimizer: lr.SequentialLR(optimizer, [3], milestones=[]),
    ),
    (
        "milestones",
        lambda lr, optimizer: lr.SequentialLR(optimizer, [lr.StepLR(optimizer, 1)], milestones=[1]),
    ),
    (
        "plateau among others",
        lambda lr, optimizer: lr.ChainedScheduler([lr.ReduceLROnPlateau(optimizer)]),
    ),
]


@pytest.mark.parametrize("work", [pytest.param(work, id=name) for name, work in REFUSED])
def test_what_is_refused(work: Callable[[Any, Any], Any]) -> None:
    def outcome(library: Any) -> tuple[type, str]:
        with pytest.raises((TypeError, ValueError, KeyError)) as raised:
            begin(library, work)
        kind = next(kind for kind in raised.type.__mro__ if kind.__module__ == "builtins")
        return kind, str(raised.value).strip("\"'").split()[0]

    assert outcome(graphnet) == outcome(torch)


def test_other_optimizers_schedule_and_momentum() -> None:
    for library in (graphnet, torch):
        lr = library.optim.lr_scheduler
        optimizer, scheduler = begin(library, schedule("StepLR", 1))
        other, _ = begin(library, schedule("StepLR", 1))
        with pytest.raises(ValueError, match="same optimizer"):
            lr.SequentialLR(other, [scheduler], milestones=[])
        plain = library.optim.Adagrad([library.nn.Parameter(library.ones(1))])
        for make in (
            lambda lr=lr, plain=plain: lr.CyclicLR(plain, 0.1, 1.0),
            lambda lr=lr, plain=plain: lr.OneCycleLR(plain, 0.1, 3),
        ):
            with pytest.raises(ValueError, match="must support momentum"):
                make()
        one = lr.OneCycleLR(optimizer, 0.1, 2)
        optimizer.step()
        one.step()
        one.step()
        with pytest.raises(ValueError, match="Tried to step 3 times"):
            one.step()


@pytest.mark.parametrize("library", [graphnet, torch], ids=["graphnet", "torch"])
def test_warnings(library: Any) -> None:
    optimizer, scheduler = begin(library, schedule("StepLR", 1))
    with pytest.warns(UserWarning, match=r"before `optimizer.step\(\)`"):
        scheduler.step()
    with pytest.warns(UserWarning, match=r"`get_last_lr\(\)`"):
        scheduler.get_lr()
    with pytest.warns(UserWarning, match="epoch parameter"):
        scheduler.step(5)
    optimizer, scheduler = begin(library, schedule("StepLR", 1))
    optimizer.step = lambda: None
    with pytest.warns(UserWarning, match="has been overridden"):
        scheduler.step()


def test_new_parameter_groups_and_plateaus() -> None:
    def trace(library: Any, **options: Any) -> Any:
        optimizer, scheduler = begin(library, schedule("ReduceLROnPlateau", patience=0, **options))
        optimizer.add_param_group({"params": [library.nn.Parameter(library.ones(1))], "lr": 0.7})
        for _ in range(3):
            scheduler.step(1.0)
        return facts(optimizer, scheduler)

    assert trace(graphnet, min_lr=0.001) == trace(torch, min_lr=0.001)
    for library in (graphnet, torch):
        with pytest.raises(RuntimeError, match="number of param groups"):
            trace(library, min_lr=[0.1, 0.1])


def test_a_schedule_of_ones_own() -> None:
    def trace(library: Any) -> list[Any]:
        class Halving(library.optim.lr_scheduler.LRScheduler):  # type: ignore[name-defined, misc]
            def get_lr(self) -> list[float]:
                return [rate / 2**self.last_epoch for rate in self.base_lrs]

        optimizer, scheduler = begin(library, lambda lr, optimizer: Halving(optimizer))
        return advance(optimizer, scheduler, range(4))

    assert trace(graphnet) == trace(torch)
    assert math.isclose(trace(graphnet)[-1][1][0], 0.1 / 16)
