"""Modules that learn sizes from their first input, and the tensors without a shape they hold."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import graphnet as torch
from graphnet import nn
from graphnet.nn.parameter import UninitializedParameter, is_lazy

LAZY = [
    (nn.LazyLinear, (3,), (2, 4)),
    (nn.LazyConv1d, (6, 2), (2, 4, 5)),
    (nn.LazyConv2d, (6, 2), (2, 4, 5, 6)),
    (nn.LazyConv3d, (6, 2), (2, 4, 3, 3, 3)),
    (nn.LazyConvTranspose1d, (6, 2), (2, 4, 5)),
    (nn.LazyConvTranspose2d, (6, 2), (2, 4, 5, 6)),
    (nn.LazyConvTranspose3d, (6, 2), (2, 4, 3, 3, 3)),
    (nn.LazyBatchNorm1d, (), (2, 4)),
    (nn.LazyBatchNorm2d, (), (2, 4, 3, 3)),
    (nn.LazyBatchNorm3d, (), (2, 4, 3, 3, 3)),
    (nn.LazyInstanceNorm1d, (), (2, 4, 5)),
    (nn.LazyInstanceNorm2d, (), (2, 4, 3, 3)),
    (nn.LazyInstanceNorm3d, (), (2, 4, 3, 3, 3)),
]


def eager_twin(lazy: Any, args: tuple[Any, ...]) -> Any:
    return lazy.cls_to_become(4, *args, **({} if args else {"affine": True}))


@pytest.mark.parametrize(
    ("lazy", "args", "shape"), LAZY, ids=lambda each: getattr(each, "__name__", "")
)
def test_is_the_eager_module_from_the_first_call_on(
    lazy: Any, args: tuple[Any, ...], shape: tuple[int, ...]
) -> None:
    x = torch.rand(*shape)
    module = lazy(*args)
    assert module.has_uninitialized_params()
    torch.manual_seed(3)
    found = module(x)
    assert type(module) is lazy.cls_to_become
    assert not any(is_lazy(held) for held in module.state_dict().values())
    if args:
        torch.manual_seed(3)
        expected = eager_twin(lazy, args)
        assert repr(module) == repr(expected)
        assert torch.equal(found, expected(x))
        assert all(
            torch.equal(mine, theirs)
            for mine, theirs in zip(module.parameters(), expected.parameters(), strict=True)
        )
    assert torch.equal(module(x), module(x))


def test_each_lazy_class_is_tried() -> None:
    assert {each[0].__name__ for each in LAZY} == {
        name for name in nn.__all__ if name.startswith("Lazy")
    }


def test_a_state_with_shapes_gives_them() -> None:
    eager, lazy = nn.Linear(3, 2), nn.LazyLinear(2)
    lazy.load_state_dict(eager.state_dict())
    assert torch.equal(lazy.weight, eager.weight)
    assert lazy(torch.ones(1, 3)).shape == (1, 2)
    assert lazy.in_features == 3


def test_a_state_without_shapes_leaves_a_lazy_module_lazy() -> None:
    lazy, other = nn.LazyBatchNorm1d(), nn.LazyBatchNorm1d()
    other.load_state_dict(lazy.state_dict())
    assert other.has_uninitialized_params()
    with pytest.raises(RuntimeError, match="Can't access the shape"):
        nn.BatchNorm1d(3).load_state_dict(lazy.state_dict())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_copies_are_lazy_by_themselves(copied: Any) -> None:
    lazy = nn.LazyLinear(2)
    twin = copied(lazy)
    twin(torch.ones(1, 3))
    assert type(twin) is nn.Linear
    assert type(lazy) is nn.LazyLinear
    lazy(torch.ones(1, 5))
    assert lazy.weight.shape == (2, 5)


def test_the_dtype_and_the_wish_for_gradients_survive() -> None:
    lazy = nn.LazyBatchNorm1d().double()
    lazy.weight.requires_grad = False
    lazy(torch.ones(2, 3, dtype=torch.float64))
    assert lazy.weight.dtype is lazy.running_mean.dtype is torch.float64
    assert not lazy.weight.requires_grad
    assert lazy.bias.requires_grad


def test_a_tensor_without_a_shape_refuses_to_be_used() -> None:
    parameter = UninitializedParameter()
    with pytest.raises(ValueError, match="uninitialized parameter"):
        parameter + 1
    with pytest.raises(ValueError, match="uninitialized parameter"):
        torch.ones(2) * parameter
    with pytest.raises(RuntimeError, match="Can't access the shape"):
        parameter.shape  # noqa: B018  # asking is what is tested


def test_a_module_that_leaves_parameters_open_is_told_so() -> None:
    class Forgetful(nn.modules.lazy.LazyModuleMixin, nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = UninitializedParameter()

        def initialize_parameters(self, x: Any) -> None:
            """Do nothing."""

        def forward(self, x: Any) -> Any:
            return x

    with pytest.raises(RuntimeError, match="Forgetful has not been fully initialized"):
        Forgetful()(torch.ones(1))


@pytest.mark.parametrize(
    ("module", "shape", "kind", "words"),
    [
        (nn.LazyConv2d(2, 3), (3, 4), RuntimeError, "Expected 3D .unbatched. or 4D"),
        (nn.LazyConv1d(2, 1, groups=2), (1, 3, 4), ValueError, "in_channels must be divisible"),
    ],
)
def test_inputs_that_do_not_fit_leave_the_module_lazy(
    module: Any, shape: tuple[int, ...], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        module(torch.ones(*shape))
    assert module.has_uninitialized_params()
