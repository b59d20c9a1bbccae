"""``gradcheck`` and ``gradgradcheck`` find what PyTorch's find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

import graphnet  # noqa: E402
from tests.parity.databases.ops import assert_refused, refusal  # noqa: E402

# Each case is another program; single precision is too coarse, and both say so.
pytestmark = pytest.mark.filterwarnings("ignore")


def functions(m: Any) -> dict[str, Callable[..., Any]]:
    """Right ones and wrong ones, of the module's own tensors."""

    class Tripled(m.autograd.Function):  # type: ignore[misc, name-defined]  # a module given
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 3

    class Constant(m.autograd.Function):  # type: ignore[misc, name-defined]  # likewise
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return m.full_like(g, 2)

    class Noisy(m.autograd.Function):  # type: ignore[misc, name-defined]  # likewise
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2 * ctx.saved_tensors[0] * (1 + m.rand((), dtype=g.dtype) / 10)

    layer = m.nn.Linear(3, 2).double()
    return {
        "sine": m.sin,
        "tripled": Tripled.apply,
        "constant": Constant.apply,
        "noisy": Noisy.apply,
        "several": lambda x: (x * 2, (x**3).sum(), x.detach() > 1),
        "cut": lambda x: x + x.detach() * 3,
        "nothing": lambda x: x.detach() * 2,
        "fixed": lambda x: m.ones(2, dtype=m.float64),
        "layer": layer,
        "rounded": lambda x: x.float(),
        "corner": lambda x: m.relu(x - x.detach()),
        "magnitude": m.abs,
        "complex": lambda x: x * (1 + 2j),
    }


def inputs(m: Any) -> dict[str, Any]:
    numbers = m.tensor([1.0, 2.0, 0.5], dtype=m.float64)
    return {
        "double": numbers.clone().requires_grad_(),
        "single": numbers.float().requires_grad_(),
        "complex": (numbers * (1 + 1j)).requires_grad_(),
        "plain": numbers,
        "empty": numbers[:0].clone().requires_grad_(),
        "overlapping": numbers.clone().requires_grad_().expand(2, 3),
        "no tensor": [1, 2],
    }


CASES = [
    *((name, "double") for name in functions(torch) if name != "several"),
    *(("sine", given) for given in inputs(torch)),
    *(("magnitude", "complex"), ("tripled", "complex"), ("complex", "complex")),
]


def outcome(m: Any, name: str, given: str, check: str, options: dict[str, Any]) -> Any:
    """Whether it is right, or the error that says it is not."""
    x = inputs(m)[given]
    verdict: list[bool] = []
    call = getattr(m.autograd, check)
    error = refusal(lambda: verdict.append(call(functions(m)[name], (x,), **options)))
    return verdict[0] if error is None else error


@pytest.mark.parametrize("check", ["gradcheck", "gradgradcheck"])
@pytest.mark.parametrize(("name", "given"), CASES)
def test_verdicts(name: str, given: str, check: str) -> None:
    if check == "gradgradcheck" and name in ("nothing", "fixed"):
        return  # PyTorch calls the function without arguments then
    compare(name, given, check)


@pytest.mark.parametrize(
    "options",
    [
        *({"raise_exception": False}, {"fast_mode": True}, {"check_batched_grad": True}),
        *({"atol": 10.0}, {"atol": 10.0, "nondet_tol": 10.0}, {"eps": 1e-3, "rtol": 1e-8}),
        *({"check_grad_dtypes": True}, {"check_backward_ad": False}),
    ],
)
@pytest.mark.parametrize("name", ["sine", "tripled", "noisy"])
def test_options(name: str, options: dict[str, Any]) -> None:
    compare(name, "double", "gradcheck", **options)


def compare(name: str, given: str, check: str, **options: Any) -> None:
    ours, theirs = (outcome(m, name, given, check, options) for m in (graphnet, torch))
    if isinstance(theirs, Exception):
        assert_refused(lambda: _raise(ours), theirs)
        assert str(ours).splitlines()[0] == str(theirs).splitlines()[0]
    else:
        assert ours is theirs


def _raise(outcome: Any) -> None:
    if isinstance(outcome, Exception):
        raise outcome


def test_the_other_outputs_of_a_function_are_left_alone() -> None:
    x = graphnet.tensor([1.0, 2.0], dtype=graphnet.float64, requires_grad=True)
    assert graphnet.autograd.gradcheck(functions(graphnet)["several"], (x,))
    assert x.tolist() == [1.0, 2.0]


def test_batches_of_directions_are_refused() -> None:
    x = graphnet.tensor([1.0], dtype=graphnet.float64, requires_grad=True)
    with pytest.raises(NotImplementedError, match="batch of directions"):
        graphnet.autograd.gradcheck(graphnet.sin, (x,), check_batched_forward_grad=True)
