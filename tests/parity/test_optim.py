"""The optimizers against PyTorch's: parameters and state after each of ten steps."""

from __future__ import annotations

from inspect import signature
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
    "Adadelta": [
        {},
        {"lr": 0.1, "rho": 0.5, "eps": 1e-3},
        {"rho": 1.0},
        {"weight_decay": 0.1},
        {"maximize": True, "weight_decay": 0.1},
    ],
    "Adamax": [
        {},
        {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-3},
        {"weight_decay": 0.1},
        {"maximize": True, "weight_decay": 0.1},
    ],
    "NAdam": [
        {},
        {"lr": 0.02, "betas": (0.5, 0.7), "eps": 1e-3},
        {"momentum_decay": 0.1},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
        {"maximize": True, "weight_decay": 0.1},
    ],
    "RAdam": [
        {},
        {"lr": 0.1, "betas": (0.5, 0.7), "eps": 1e-3},
        {"betas": (0.9, 0.8)},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
        {"maximize": True, "weight_decay": 0.1},
    ],
    "Rprop": [
        {},
        {"lr": 0.1},
        {"etas": (0.3, 1.5)},
        {"lr": 0.1, "step_sizes": (0.05, 0.15)},
        {"maximize": True},
    ],
    "ASGD": [
        {},
        {"lr": 0.1, "lambd": 0.1, "alpha": 0.5},
        {"t0": 3},
        {"t0": 0, "weight_decay": 0.1},
        {"maximize": True, "t0": 2, "lambd": 0.01},
    ],
    "Adafactor": [
        {},
        {"lr": 0.1, "beta2_decay": -0.3},
        {"eps": (1e-2, 1e-1)},
        {"d": 2.0},
        {"weight_decay": 0.1},
        {"maximize": True, "weight_decay": 0.1},
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
    """In double precision: after a long way, rounding of a tiny gradient decides Adam's steps."""
    ours, theirs = Problem(graphnet, "float64"), Problem(torch, "float64")
    option = {"Rprop": {"etas": (0.4, 1.3)}}.get(name, {"weight_decay": 0.1})
    made = []
    for package, problem in ((graphnet, ours), (torch, theirs)):
        first, second = problem.params
        groups = [{"params": first, "lr": 0.1}, {"params": [second], **option}]
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
    *((name, {"lr": -1.0}) for name in (*NAMES, "Muon", "SparseAdam", "LBFGS")),
    *((name, {"weight_decay": -1.0}) for name in (*NAMES, "Muon") if name != "Rprop"),
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
    *((name, {"betas": (0.9, 1.5)}) for name in ("Adamax", "NAdam", "RAdam", "SparseAdam")),
    *((name, {"betas": (0, 0.9)}) for name in ("Adam", "AdamW")),
    *((name, {"eps": -1.0}) for name in ("Adadelta", "Adamax", "NAdam", "RAdam", "SparseAdam")),
    ("Adadelta", {"rho": 1.1}),
    ("NAdam", {"momentum_decay": -0.1}),
    ("Rprop", {"etas": (0.5, 0.9)}),
    ("Adafactor", {"beta2_decay": 0.8}),
    ("Adafactor", {"eps": (-1e-3, 1e-3)}),
    ("Adafactor", {"eps": (1e-3, -1e-3)}),
    ("Adafactor", {"d": 0.5}),
    ("Muon", {"momentum": -0.1}),
    ("Muon", {"adjust_lr_fn": "arbitrary"}),
    ("SparseAdam", {"lr": 0.0}),
]


@pytest.mark.parametrize(("name", "options"), REFUSED, ids=case_id)
def test_the_same_options_are_refused(name: str, options: dict[str, Any]) -> None:
    raised = []
    for package in (graphnet, torch):
        with pytest.raises(ValueError) as error:  # noqa: PT011  # the messages are compared below
            getattr(package.optim, name)(Problem(package).params, **options)
        raised.append(str(error.value).splitlines()[0])
    assert raised[0] == raised[1]


TENSOR_OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"weight_decay": 0.1}),
    *((name, {}) for name in NAMES),
]


@pytest.mark.parametrize(("name", "options"), TENSOR_OPTIONS, ids=case_id)
def test_options_as_tensors(name: str, options: dict[str, Any]) -> None:
    """A rate given as a tensor, which is then changed in place."""
    ours, theirs = Problem(graphnet, "float64"), Problem(torch, "float64")
    made = []
    for package, problem in ((graphnet, ours), (torch, theirs)):
        given = {
            key: package.tensor(value, dtype=package.float64) for key, value in options.items()
        }
        lr = package.tensor([0.1], dtype=package.float64)
        made.append(getattr(package.optim, name)(problem.params, lr=lr, **given))
    for step in range(4):
        ours.step(made[0])
        theirs.step(made[1])
        assert_equal(values(ours.params), values(theirs.params), f"step {step + 1}")
        for optimizer in made:
            optimizer.param_groups[0]["lr"].mul_(0.5)
    assert_same_state(*made)


def test_coefficients_as_tensors() -> None:
    ours, theirs = Problem(graphnet, "float64"), Problem(torch, "float64")
    made = []
    for package, problem in ((graphnet, ours), (torch, theirs)):
        betas = tuple(package.tensor(beta, dtype=package.float64) for beta in (0.8, 0.9))
        made.append(package.optim.Adam(problem.params, betas=betas))
    for step in range(3):
        ours.step(made[0])
        theirs.step(made[1])
        assert_equal(values(ours.params), values(theirs.params), f"step {step + 1}")


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adagrad", "RMSprop", "NAdam", "Rprop"])
def test_a_loaded_state_changes_options_and_dtype(name: str) -> None:
    """A state of float32 and its options go into an optimizer of float64 parameters."""
    made = []
    for package in (graphnet, torch):
        source, target = Problem(package), Problem(package, "float64")
        first = getattr(package.optim, name)(source.params, lr=0.05)
        source.step(first)
        second = getattr(package.optim, name)(target.params, lr=0.5)
        saved = first.state_dict()
        saved["param_groups"][0].pop("maximize")
        second.load_state_dict(saved)
        assert second.param_groups[0]["lr"] == 0.05
        target.step(second)
        made.append((target, second))
    (ours, mine), (theirs, wanted) = made
    assert_equal(values(ours.params), values(theirs.params), name)
    assert_same_state(mine, wanted)
    assert mine.state_dict()["param_groups"] == wanted.state_dict()["param_groups"]


# PyTorch's Adagrad has no state for parameters that are added later, and raises.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "Adagrad"])
def test_a_group_added_during_training(name: str) -> None:
    made = []
    for package in (graphnet, torch):
        problem = Problem(package, "float64")
        optimizer = getattr(package.optim, name)(problem.params[:1], lr=0.1)
        for step in range(6):
            if step == 2:
                optimizer.add_param_group({"params": problem.params[1], "lr": 0.01})
            problem.step(optimizer)
        made.append((problem, optimizer))
    (ours, mine), (theirs, wanted) = made
    assert_equal(values(ours.params), values(theirs.params), name)
    assert_same_state(mine, wanted)
    assert repr(mine) == repr(wanted)


DIFFERENTIABLE: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("Adam", {"weight_decay": 0.1}),
    ("AdamW", {}),
    *((name, {}) for name in ("RMSprop", "Adagrad", "NAdam", "RAdam", "ASGD")),
]


@pytest.mark.parametrize(("name", "options"), DIFFERENTIABLE, ids=case_id)
def test_gradients_through_steps(name: str, options: dict[str, Any]) -> None:
    """Of a function of the parameters after three steps, by the start and by each gradient.

    PyTorch counts differentiable steps in float32, and its other optimizers cannot go that way.
    """
    found = []
    for package in (graphnet, torch):
        start = package.tensor([1.0, -2.0], dtype=package.float64, requires_grad=True)
        given = [
            package.tensor(numbers, dtype=package.float64, requires_grad=True)
            for numbers in ([0.5, 1.0], [1.5, -0.5], [0.25, 2.0])
        ]
        param = start.clone()
        optimizer = getattr(package.optim, name)([param], differentiable=True, **options)
        for gradient in given:
            param.grad = gradient
            optimizer.step()
        (param * param * param).sum().backward()
        leaves = [start, *given]
        found.append([[0.0, 0.0] if x.grad is None else x.grad.tolist() for x in leaves])
    np.testing.assert_allclose(found[0], found[1], rtol=2e-5, atol=1e-8)


def test_gradients_of_the_learning_rate() -> None:
    found = []
    for package in (graphnet, torch):
        lr = package.tensor(0.1, dtype=package.float64, requires_grad=True)
        param = package.tensor([1.0, -2.0], dtype=package.float64, requires_grad=True).clone()
        optimizer = package.optim.Adam([param], lr=lr, differentiable=True)
        for numbers in ([0.5, 1.0], [1.5, -0.5]):
            param.grad = package.tensor(numbers, dtype=package.float64)
            optimizer.step()
        (param * param).sum().backward()
        found.append(lr.grad.item())
    assert found[0] == pytest.approx(found[1], rel=2e-5)  # PyTorch corrects the bias in float32


class Matrices(Problem):
    """The same problem, with sizes at which the iterations of Muon matter."""

    def __init__(self, package: Any, dtype: str = "float32") -> None:
        random = np.random.default_rng(3)
        kind = getattr(package, dtype)

        def tensor(*shape: int) -> Any:
            return package.tensor(random.standard_normal(shape).tolist(), dtype=kind)

        self.x, self.y = tensor(9, 6), tensor(9, 3)
        self.params = [tensor(6, 4).requires_grad_(), tensor(4, 3).requires_grad_()]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lr": 0.02, "momentum": 0.5, "nesterov": False},
        {"weight_decay": 0.0, "adjust_lr_fn": "match_rms_adamw"},
        {"ns_steps": 2, "ns_coefficients": (2.0, -1.5, 0.5), "eps": 1e-3},
    ],
    ids=case_id,
)
def test_muon(options: dict[str, Any]) -> None:
    """To the precision of bfloat16, in which it computes: 8 bits of a step."""
    ours, theirs = Matrices(graphnet), Matrices(torch)
    mine = graphnet.optim.Muon(ours.params, **options)
    wanted = torch.optim.Muon(theirs.params, **options)
    longest = 0.2 * 6**0.5 * mine.param_groups[0]["lr"]
    for step in range(5):
        ours.step(mine)
        theirs.step(wanted)
        for found, value in zip(values(ours.params), values(theirs.params), strict=True):
            np.testing.assert_allclose(found, value, rtol=0, atol=(step + 1) * longest * 2**-6)
    assert repr(mine) == repr(wanted)
    assert mine.state_dict()["state"].keys() == wanted.state_dict()["state"].keys()


def test_muon_refuses_vectors() -> None:
    for package in (graphnet, torch):
        with pytest.raises(ValueError, match="Muon only supports 2D parameters"):
            package.optim.Muon([package.ones(3, requires_grad=True)])


@pytest.mark.parametrize("options", [{}, {"lr": 0.1, "betas": (0.5, 0.7)}, {"maximize": True}])
def test_sparse_adam(options: dict[str, Any]) -> None:
    """PyTorch's gradients are sparse, ours are not; the rows that were looked up are the same."""
    made = []
    for package in (graphnet, torch):
        start = np.random.default_rng(1).standard_normal((5, 3)).tolist()
        table = package.nn.Embedding(5, 3, sparse=True)
        table.weight.data.copy_(package.tensor(start))
        optimizer = package.optim.SparseAdam(table.parameters(), **options)
        for rows in ([0, 2, 2], [1, 2], [4, 0], [0, 0]):
            optimizer.zero_grad()
            (table(package.tensor(rows)) ** 2).sum().backward()
            optimizer.step()
        made.append((table.weight, optimizer))
    (ours, mine), (theirs, wanted) = made
    assert_equal(values([ours]), values([theirs]), "weights")
    assert_same_state(mine, wanted)
    assert repr(mine) == repr(wanted)


LBFGS: list[dict[str, Any]] = [
    {},
    {"lr": 0.1},
    {"max_iter": 3, "max_eval": 3},
    {"history_size": 2},
    {"tolerance_grad": 1e-2},
    {"tolerance_change": 1e-2},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 4, "history_size": 3},
    {"line_search_fn": "strong_wolfe", "lr": 100.0, "max_eval": 5},
]


@pytest.mark.parametrize("options", LBFGS, ids=case_id)
def test_lbfgs(options: dict[str, Any]) -> None:
    """In double precision: it multiplies the rounding of one iteration in the next."""
    ours, theirs = Problem(graphnet, "float64"), Problem(torch, "float64")
    mine = graphnet.optim.LBFGS(ours.params, **options)
    wanted = torch.optim.LBFGS(theirs.params, **options)

    def closure(problem: Problem, optimizer: Any) -> Any:
        def evaluate() -> Any:
            optimizer.zero_grad()
            loss = problem.loss()
            loss.backward()
            return loss

        return evaluate

    for step in range(2):
        found = mine.step(closure(ours, mine)).item()
        assert found == pytest.approx(wanted.step(closure(theirs, wanted)).item(), rel=1e-6)
        for param, value in zip(values(ours.params), values(theirs.params), strict=True):
            np.testing.assert_allclose(param, value, rtol=1e-5, atol=1e-6, err_msg=f"step {step}")
    kept, expected = mine.state[ours.params[0]], wanted.state[theirs.params[0]]
    assert set(kept) == set(expected)
    for key in ("func_evals", "n_iter"):
        assert kept[key] == expected[key]
    assert len(kept["old_dirs"]) == len(expected["old_dirs"])
    assert mine.state_dict()["param_groups"] == wanted.state_dict()["param_groups"]
    assert repr(mine) == repr(wanted)


SIGNATURES = [*NAMES, "Muon", "SparseAdam", "LBFGS"]


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name: str) -> None:
    """Names, order, kinds and defaults of all arguments."""
    mine, wanted = (
        [
            (p.name, p.kind, p.default)
            for p in signature(getattr(package.optim, name)).parameters.values()
        ]
        for package in (graphnet, torch)
    )
    assert mine == wanted


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Adagrad"])
@pytest.mark.parametrize("other", ["foreach", "differentiable"])
def test_flags_that_exclude_each_other(name: str, other: str) -> None:
    raised = []
    for package in (graphnet, torch):
        with pytest.raises(RuntimeError) as error:
            getattr(package.optim, name)(Problem(package).params, fused=True, **{other: True})
        raised.append(str(error.value).splitlines()[0])
    assert raised[0] == raised[1]


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("SGD", "Adagrad", "Adafactor")]
)
def test_capturable_is_not_for_the_cpu(name: str) -> None:
    for package in (graphnet, torch):
        problem = Problem(package)
        optimizer = getattr(package.optim, name)(problem.params, capturable=True)
        with pytest.raises(AssertionError, match="If capturable=True, params"):
            problem.step(optimizer)


@pytest.mark.parametrize("name", ["Adafactor", "Muon"])
def test_complex_parameters_are_refused(name: str) -> None:
    for package in (graphnet, torch):
        param = package.zeros(2, 2, dtype=package.complex64, requires_grad=True)
        param.grad = package.zeros(2, 2, dtype=package.complex64)
        with pytest.raises(RuntimeError, match=f"{name} does not support complex parameters"):
            getattr(package.optim, name)([param]).step()


def test_complex_parameters_of_sgd() -> None:
    made = []
    for package in (graphnet, torch):
        param = package.tensor([1 + 2j, 3 - 1j], requires_grad=True)
        optimizer = package.optim.SGD([param], lr=0.1, momentum=0.9, weight_decay=0.1)
        for _ in range(3):
            param.grad = package.tensor([0.5j, 1 + 0j])
            optimizer.step()
        made.append(param)
    assert_equal(values(made[:1]), values(made[1:]), "SGD")
