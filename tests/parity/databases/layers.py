"""The modules of ``module_db`` and the optimizers of ``optim_db``, in graphnet and in PyTorch."""

from __future__ import annotations

from typing import Any

import torch
from torch.testing._internal.common_modules import ModuleErrorEnum, module_db
from torch.testing._internal.common_optimizers import OptimizerErrorEnum, optim_db

import graphnet
from tests.parity.databases.carry import (
    CannotCarryError,
    Carrier,
    as_torch,
    assert_alike,
    plain,
)
from tests.parity.databases.ops import assert_refused, refusal, seed, seed_everything, spread

#: How many ways to construct and call a module are tried in each mode.
SAMPLES = 6

#: Whose options only say how the same numbers are computed elsewhere, or need sparse gradients.
ELSEWHERE = frozenset(("capturable", "differentiable", "foreach", "fused"))


def modules() -> dict[str, Any]:
    """The entries of the database by name."""
    return {
        info.name: info
        for info in module_db
        if info.module_cls.__module__.startswith("torch.nn.modules")
    }


def optimizers() -> dict[str, Any]:
    """The entries of the database by name."""
    return {info.optim_cls.__name__: info for info in optim_db}


def check_module(info: Any) -> None:
    """Assert that it prints, holds, computes and differentiates what PyTorch's does."""
    for training in (True, False):
        seed_everything()
        cases = info.module_inputs_func(
            info, device="cpu", dtype=torch.float64, requires_grad=True, training=training
        )
        for case in spread(cases, SAMPLES):
            _compare(info, case, training)


def _compare(info: Any, case: Any, training: bool) -> None:
    made, called = case.constructor_input, case.forward_input
    carrier = Carrier()
    try:
        given = carrier(list(called.args)), carrier(called.kwargs)
        settings = Carrier()(list(made.args)), Carrier()(made.kwargs)
    except CannotCarryError:
        return
    theirs = info.module_cls(*made.args, **made.kwargs).train(training).double()
    mine = getattr(graphnet.nn, info.module_cls.__name__)(*settings[0], **settings[1])
    mine = mine.train(training).double()
    assert repr(mine) == repr(theirs)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    if not any(map(torch.nn.parameter.is_lazy, theirs.state_dict().values())):
        mine.load_state_dict(Carrier()(theirs.state_dict()))
    seed(1)
    want = theirs(*called.args, **called.kwargs)
    got = mine(*given[0], **given[1])
    if hasattr(info.module_cls, "cls_to_become"):
        assert repr(mine) == repr(theirs)
        return  # its parameters were drawn in the call
    assert_alike(as_torch(got), plain(want))
    assert_alike(as_torch(mine.state_dict()), plain(theirs.state_dict()))
    pairs = [*carrier.leaves, *zip(theirs.parameters(), mine.parameters(), strict=True)]
    for module, result in ((torch, want), (graphnet, got)):
        _differentiate(module, result)
    for one, other in pairs:
        if one.grad is not None and other.grad is not None:
            assert_alike(as_torch(other.grad), plain(one.grad))
        else:
            assert one.grad is other.grad is None or not (one.grad or other.grad).any()


def _differentiate(module: Any, result: Any) -> None:
    several = result if isinstance(result, (tuple, list)) else [result]
    total = sum(
        (each * module.arange(each.numel()).reshape(each.shape).to(each.dtype).sin()).sum()
        for each in several
        if isinstance(each, module.Tensor) and each.requires_grad
    )
    if isinstance(total, module.Tensor):
        total.backward()


def check_module_errors(info: Any) -> None:
    """Assert that what PyTorch refuses is refused with the same built-in type of error."""
    if info.module_error_inputs_func is None:
        return
    seed_everything()
    for item in info.module_error_inputs_func(
        info, device="cpu", dtype=torch.float32, requires_grad=False, training=True
    ):
        made, called = (
            item.module_error_input.constructor_input,
            item.module_error_input.forward_input,
        )
        constructs = item.error_on == ModuleErrorEnum.CONSTRUCTION_ERROR

        def call(module_class: Any, carry: Any, made=made, called=called, alone=constructs) -> None:
            module = module_class(*carry(list(made.args)), **carry(made.kwargs))
            if not alone:
                result = module(*carry(list(called.args)), **carry(called.kwargs))
                plain(as_torch(result))  # values are computed when they are looked at

        expected = refusal(lambda call=call: call(info.module_cls, lambda value: value))
        if expected is not None:
            mine = getattr(graphnet.nn, info.module_cls.__name__)
            assert_refused(lambda call=call, mine=mine: call(mine, Carrier()), expected)


def check_optimizer(info: Any) -> None:
    """Assert that steps with each set of options go where PyTorch's go."""
    if info.only_supports_sparse_grads:
        return
    seed_everything()
    for item in info.optim_inputs_func("cpu"):
        if not ELSEWHERE & set(item.kwargs):
            steps = 2 if info.step_requires_closure else 8
            want = _trained(torch, info.optim_cls, item.kwargs, steps)
            mine = getattr(graphnet.optim, info.optim_cls.__name__)
            got = _trained(graphnet, mine, Carrier()(item.kwargs), steps)
            assert_alike(as_torch(got), plain(want))


def _trained(module: Any, optimizer_class: Any, kwargs: Any, steps: int) -> list[Any]:
    """The parameters of a small network after each step."""
    x = module.linspace(-1, 1, 20, dtype=module.float64).reshape(5, 4)
    y = module.linspace(2, -1, 10, dtype=module.float64).reshape(5, 2).sin()
    first = module.nn.Parameter(module.linspace(-1, 1, 12, dtype=module.float64).reshape(4, 3))
    second = module.nn.Parameter(module.linspace(1, 2, 6, dtype=module.float64).reshape(3, 2))
    optimizer = optimizer_class([first, second], **kwargs)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (((x @ first).tanh() @ second - y) ** 2).mean()
        loss.backward()
        return loss

    places = []
    for _ in range(steps):
        optimizer.step(closure)
        places.append([first.detach().clone(), second.detach().clone()])
    return places


def check_optimizer_errors(info: Any) -> None:
    """Assert that what PyTorch refuses is refused with the same built-in type of error."""
    if info.optim_error_inputs_func is None:
        return
    seed_everything()
    for item in info.optim_error_inputs_func("cpu", torch.float32):
        given = item.optimizer_error_input
        params = given.params or [torch.nn.Parameter(torch.ones(2, 2))]
        steps = item.error_on == OptimizerErrorEnum.STEP_ERROR

        def call(optimizer_class: Any, carry: Any, params=params, given=given, steps=steps) -> None:
            carried = carry(params)
            optimizer = optimizer_class(carried, **carry(given.kwargs))
            if steps:
                for each in carried:
                    each.grad = each.detach().clone()
                optimizer.step()

        expected = refusal(lambda call=call: call(info.optim_cls, lambda value: value))
        if expected is not None:
            mine = getattr(graphnet.optim, info.optim_cls.__name__)
            assert_refused(lambda call=call, mine=mine: call(mine, Carrier()), expected)
