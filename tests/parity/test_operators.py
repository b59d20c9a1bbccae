"""``torch.ops.aten``: the same names, the same results and the same traced code as PyTorch's."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

pytest.importorskip("torch")

EXPRESSIONS = """
aten.add, repr(aten.add), aten.add.Tensor, repr(aten.add.Tensor)
aten.add.Tensor(x, x), aten.add(x, 1), aten.mul.Scalar(x, 2), aten.add_.Tensor(x.clone(), 1)
aten.relu.default(x), aten.sigmoid.default(x), aten.silu.default(x), aten.rsqrt.default(x)
aten.mm.default(x, x), aten.addmm.default(x[0], x, x), aten.bmm.default(x[None], x[None])
aten.sum.dim_IntList(x, [1], True), aten.mean.dim(x, [0]), aten.max.dim(x, 1)[0]
aten.softmax.int(x, 1), aten.layer_norm.default(x, [2]), aten.gelu.default(x, approximate="tanh")
aten.t.default(x), aten.view.default(x, [4]), aten.permute.default(x, [1, 0])
aten.expand.default(x, [2, 2, 2]).shape, aten.unsqueeze.default(x, 0).shape
aten.select.int(x, 0, 1)
aten.cat.default([x, x], 1).shape, aten.detach.default(x), aten.clone.default(x)
aten.special_expit.default(x), aten.linalg_vector_norm.default(x)
aten.div.Tensor_mode(x, x, rounding_mode="floor"), aten.pow.Tensor_Scalar(x, 2)
aten.arange.default(3), aten.full.default([2], 1.0), aten.zeros_like.default(x)
aten.embedding.default(x, torch.tensor([1])), aten.where.self(x > 1, x, x)
aten.add.Tensor is aten.add.Tensor, aten.add.Tensor.overloadpacket is aten.add
aten.add.Tensor.name(), aten.relu.default.name(), aten.add.Tensor.__name__, aten.add.__name__
aten.add.nothing
aten.nothing
"""


@pytest.mark.parametrize("expression", EXPRESSIONS.strip().splitlines())
def test_operators_are_pytorchs(expression: str) -> None:
    def run(package: str) -> str:
        torch = importlib.import_module(package)
        x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        try:
            return str(eval(expression, {"torch": torch, "aten": torch.ops.aten, "x": x}))
        except AttributeError as error:
            return str(error)

    assert run("graphnet") == run("torch")


def test_they_are_traced_as_in_pytorch() -> None:
    def run(package: str) -> Any:
        torch = importlib.import_module(package)
        aten = torch.ops.aten
        traced = importlib.import_module(f"{package}.fx").symbolic_trace(
            lambda x: aten.add.Tensor(aten.relu(x), 1)
        )
        return traced.code, str(traced.graph), traced(torch.tensor([-1.0, 2.0])).tolist()

    assert run("graphnet") == run("torch")


def test_classes_of_tensors_are_asked() -> None:
    torch = importlib.import_module("graphnet")
    asked = []

    class Asking(torch.Tensor):  # type: ignore[misc, name-defined]
        @classmethod
        def __torch_function__(cls, func: Any, types: Any, args: Any, kwargs: Any = None) -> Any:
            asked.append(str(func))
            return "answer"

    x = torch.ones(2).as_subclass(Asking)
    assert torch.ops.aten.neg.default(x) == "answer"
    assert asked == ["aten.neg.default"]


def test_what_unmodified_programs_find() -> None:
    compat = importlib.import_module("graphnet.compat")
    assert compat.places.place_of("torch.ops") == "graphnet.operators"
    operators = importlib.import_module("graphnet.operators")
    with pytest.raises(AttributeError, match="'_OpNamespace' 'mine' object has no attribute 'op'"):
        operators.mine.op  # noqa: B018
