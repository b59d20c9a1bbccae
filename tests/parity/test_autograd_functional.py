"""Jacobians, Hessians and products with vectors, against PyTorch."""

from __future__ import annotations

from typing import Any

import pytest

import graphnet

torch = pytest.importorskip("torch")


def one(x: Any) -> Any:
    return (x**2).sum(0) * x[0]


def two(x: Any, y: Any) -> Any:
    return x * y.sum(), (y**3).sum() + x[0, 0] * 2


def value(x: Any) -> Any:
    return (x**3).sum() * x[0, 0]


def value_of_two(x: Any, y: Any) -> Any:
    return (x.sum(0) * y**2).sum()


X = [[1.0, 2.0, 0.5], [-1.0, 0.25, 3.0]]
Y = [0.5, -2.0, 1.0]


def flat(result: Any) -> Any:
    return [flat(each) for each in result] if isinstance(result, tuple) else result.tolist()


@pytest.mark.parametrize(
    ("name", "function", "inputs", "vector"),
    [
        ("jacobian", one, (X,), None),
        ("jacobian", two, (X, Y), None),
        ("hessian", value, (X,), None),
        ("hessian", value_of_two, (X, Y), None),
        ("vjp", one, (X,), (Y,)),
        ("vjp", two, (X, Y), (X, 2.0)),
        ("jvp", one, (X,), (X,)),
        ("jvp", two, (X, Y), (X, Y)),
        ("vhp", value, (X,), (X,)),
        ("hvp", value_of_two, (X, Y), (X, Y)),
    ],
)
@pytest.mark.parametrize("create_graph", [False, True])
def test_it_is_pytorchs(
    name: str, function: Any, inputs: Any, vector: Any, create_graph: bool
) -> None:
    found = []
    for package in (graphnet, torch):
        tensors = tuple(package.tensor(x, requires_grad=create_graph) for x in inputs)
        arguments = [tensors if len(tensors) > 1 else tensors[0]]
        if vector is not None:
            v = tuple(package.tensor(each) for each in vector)
            arguments.append(v if len(v) > 1 else v[0])
        call = getattr(package.autograd.functional, name)
        result = call(function, *arguments, create_graph=create_graph)
        first: Any = result
        while isinstance(first, tuple):
            first = first[-1]
        assert first.requires_grad is create_graph
        extra = ()
        if create_graph:
            extra = (package.autograd.grad(first.sum(), tensors[0], allow_unused=True)[0],)
        found.append(flat((result, *(each for each in extra if each is not None))))
    ours, theirs = (repr(_rounded(each)) for each in found)
    assert ours == theirs


def _rounded(values: Any) -> Any:
    return [_rounded(v) for v in values] if isinstance(values, list) else round(values, 4) + 0.0


def test_independence_may_be_refused() -> None:
    for package in (graphnet, torch):
        jacobian = package.autograd.functional.jacobian
        x, y = package.ones(2), package.ones(2)
        assert jacobian(lambda x, y: x * 2, (x, y))[1].tolist() == [[0.0, 0.0], [0.0, 0.0]]
        with pytest.raises(RuntimeError):
            jacobian(lambda x, y: x * 2, (x, y), strict=True)
