"""The operations of PyTorch's ``op_db``, called with its samples in graphnet and in PyTorch."""

from __future__ import annotations

import builtins
import itertools
import random
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch.testing._internal import common_methods_invocations as database

import graphnet
from tests.parity.databases.carry import (
    CannotCarryError,
    Carrier,
    as_torch,
    assert_alike,
    plain,
)

#: How many samples of an operation are tried for each dtype, and of how many they are chosen.
SAMPLES, GENERATED = 4, 60
DTYPES = (torch.float32, torch.int64, torch.bool)

#: Whose elements are whatever was in memory.
UNINITIALIZED = frozenset(
    ("empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided")
)
#: Whose indices name one of several equal elements, nobody says which.
TIES = frozenset(("argsort", "kthvalue", "median", "mode", "nanmedian", "sort", "topk"))
#: Whose vectors may as well point the other way.
SIGNS = frozenset(("linalg.eig", "linalg.eigh", "linalg.svd", "pca_lowrank", "svd", "svd_lowrank"))


def public(info: Any) -> bool:
    """Whether programs call it: no kernel, and no private name."""
    name, kernels = info.name, (torch._ops.OpOverload, torch._ops.OpOverloadPacket)
    private = name.startswith(("_", "torch.", "jiterator_")) and not name.startswith("__")
    return not private and not name.endswith("_backward") and not isinstance(info.op, kernels)


def operations() -> dict[str, list[Any]]:
    """The entries of the database by name; some have several for one operation."""
    found: dict[str, list[Any]] = {}
    for info in filter(public, database.op_db):
        found.setdefault(info.name, []).append(info)
    return found


def spread(items: Iterable[Any], count: int, among: int = GENERATED) -> list[Any]:
    """So many of the first items, far from each other."""
    first = list(itertools.islice(items, among))
    if len(first) <= count:
        return first
    return [first[place * (len(first) - 1) // (count - 1)] for place in range(count)]


def seed_everything() -> None:
    """Draw the same samples, and the same random results, every time."""
    random.seed(0)
    seed(0)


def seed(number: int) -> None:
    """Let both draw the same random numbers."""
    torch.default_generator.manual_seed(number)
    graphnet.manual_seed(number)


def ours(info: Any) -> Callable[..., Any]:
    """What the database calls, in graphnet.

    Where that is a function of the database's own, which knows PyTorch by a global name, it is the
    same function with another global.
    """
    op = info.op
    if isinstance(op, types.FunctionType) and op.__module__.startswith("torch.testing"):
        known = {**op.__globals__, "torch": graphnet, "wrapper_set_seed": _seeded}
        return types.FunctionType(op.__code__, known, op.__name__, op.__defaults__, op.__closure__)
    place: Any = graphnet
    try:
        for name in info.name.split("."):
            place = getattr(place, name)
    except AttributeError:
        place = None
    return place if callable(place) else getattr(graphnet.Tensor, info.name)  # type: ignore[no-any-return]  # whatever has the name


def _seeded(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What the database calls random operations by."""
    graphnet.manual_seed(42)
    return op(*args, **kwargs)


def samples(info: Any, dtype: torch.dtype, count: int, *, gradients: bool = False) -> list[Any]:
    """Some samples of an operation."""
    if dtype not in info.dtypes:
        return []
    seed_everything()
    # Not `info.sample_inputs`, which looks at the whole call stack each time.
    return spread(info.sample_inputs_func(info, "cpu", dtype, gradients), count)


def calls(info: Any, sample: Any) -> Iterator[tuple[Callable[..., Any], Callable[..., Any]]]:
    """The function, the method and the form in place: ours and PyTorch's."""
    yield ours(info), info.op
    for theirs in (info.method_variant, info.inplace_variant):
        name = getattr(theirs, "__name__", "")
        fits = isinstance(sample.input, torch.Tensor) and not sample.broadcasts_input
        if fits and hasattr(torch.Tensor, name):
            yield method(name), method(name)


def method(name: str) -> Callable[..., Any]:
    """Calls a method of a copy, so that one in place changes nothing else."""

    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(x.clone(), name)(*args, **kwargs)

    return call


def check_values(infos: list[Any]) -> None:
    """Assert that results have PyTorch's structure, dtypes, shapes and values."""
    for info in infos:
        for dtype in DTYPES:
            for sample in samples(info, dtype, SAMPLES):
                for mine, theirs in calls(info, sample):
                    _compare(info, sample, mine, theirs)


def _compare(info: Any, sample: Any, mine: Any, theirs: Any) -> None:
    given = (sample.input, *sample.args)
    try:
        carried, named = Carrier()(list(given)), Carrier()(sample.kwargs)
        seed(1)
        want = plain(theirs(*given, **sample.kwargs))
    except (CannotCarryError, RuntimeError, TypeError):
        return  # a form of the call that PyTorch does not take
    got = as_torch(mine(*carried, **named))
    try:
        assert_alike(got, want, values=info.name not in UNINITIALIZED)
    except AssertionError:
        if info.name in SIGNS:
            got, want = ([each.abs() for each in result] for result in (got, want))
        elif info.name in TIES and not sample.kwargs.get("stable"):
            got, want = (_without_indices(result) for result in (got, want))
        else:
            raise
        assert_alike(got, want)


def _without_indices(result: Any) -> Any:
    return result[:1] if isinstance(result, list) else result.shape


def check_gradients(infos: list[Any]) -> None:
    """Assert that gradients of double precision are PyTorch's."""
    for info in infos:
        if info.supports_autograd:
            for sample in samples(info, torch.float64, SAMPLES, gradients=True):
                _compare_gradients(info, sample)


def _compare_gradients(info: Any, sample: Any) -> None:
    carrier = Carrier()
    given = (sample.input, *sample.args)
    try:
        carried, named = carrier(list(given)), carrier(sample.kwargs)
        seed(1)
        theirs = sample.output_process_fn_grad(info.op(*given, **sample.kwargs))
        wanted = _pulled(torch, theirs, [pair[0] for pair in carrier.leaves])
    except (CannotCarryError, RuntimeError):
        return  # PyTorch has no gradient of this one
    if not wanted:
        return
    mine = sample.output_process_fn_grad(ours(info)(*carried, **named))
    found = _pulled(graphnet, mine, [pair[1] for pair in carrier.leaves]) or [None] * len(wanted)
    for number, (got, want) in enumerate(zip(found, wanted, strict=True)):
        # No gradient is a gradient of zero.
        for one, other in ((got, want), (want, got)):
            if one is None and other is not None:
                assert not other.any(), f"gradient {number} is missing on one side"
        if got is not None and want is not None:
            assert_alike(as_torch(got), plain(want))


def _pulled(module: Any, result: Any, leaves: list[Any]) -> list[Any]:
    """The gradients of the leaves, for results weighted by their places."""
    several = result if isinstance(result, (tuple, list)) else [result]
    outputs = [each for each in several if isinstance(each, module.Tensor) and each.requires_grad]
    if not outputs or not leaves:
        return []
    weights = [
        module.arange(each.numel()).reshape(each.shape).to(each.dtype).sin() for each in outputs
    ]
    return list(module.autograd.grad(outputs, leaves, weights, allow_unused=True))


def check_errors(infos: list[Any]) -> None:
    """Assert that what PyTorch refuses is refused with the same built-in type of error."""
    for info in infos:
        if info.error_inputs_func is None:
            continue
        seed_everything()
        for item in info.error_inputs_func(info, "cpu"):
            _compare_refusals(info, item.sample_input)


def _compare_refusals(info: Any, sample: Any) -> None:
    given = [sample.input, *sample.args]
    expected = refusal(lambda: info.op(*given, **sample.kwargs))
    if expected is not None:
        carry = Carrier()
        # Some errors come with the values, which are computed when they are looked at.
        call = ours(info)
        assert_refused(lambda: as_torch(call(*carry(given), **carry(sample.kwargs))), expected)


def refusal(call: Callable[[], Any]) -> Exception | None:
    """What a call raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except Exception as error:  # noqa: BLE001  # which one it is, is the question
        return error
    return None


def assert_refused(call: Callable[[], Any], expected: Exception) -> None:
    """Assert that a call raises an error that programs catch as they catch PyTorch's."""
    kind = next(each for each in type(expected).__mro__ if hasattr(builtins, each.__name__))
    error = refusal(call)
    if isinstance(error, CannotCarryError):
        return
    assert isinstance(error, kind), f"raised {error!r}, not {expected!r}"
