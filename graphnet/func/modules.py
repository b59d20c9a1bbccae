"""Modules as functions of their parameters: ``functional_call`` and ``stack_module_state``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.func.tracing import TransformUsageError, TransformValueError
from graphnet.functions.joining import stack
from graphnet.nn import Module
from graphnet.nn.modules.batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d

__all__ = ["functional_call", "replace_all_batch_norm_modules_", "stack_module_state"]


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module with other tensors in the place of its parameters and buffers.

    What the module writes to a buffer in place is written to the tensor that was given for it.
    Source: PyTorch's page ``torch.func.functional_call``.

    Args:
        module: the module.
        parameter_and_buffer_dicts: tensors by name, in one dictionary or several.
        args: what the module is called with: a tuple, or the only argument.
        kwargs: named arguments.
        tie_weights: whether names that share a tensor in the module share what is given for one.
        strict: whether all names must be given, and no others.

    Raises:
        ValueError: a name is given twice, or names of one tensor get different ones.
        RuntimeError: names are missing or unknown, and ``strict``.

    >>> import graphnet as torch
    >>> layer = torch.nn.Linear(2, 1, bias=False)
    >>> torch.func.functional_call(layer, {"weight": torch.ones(1, 2)}, torch.ones(2))
    tensor([2.])
    """
    given = _merged(parameter_and_buffer_dicts)
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    with exchanged(module, given, tie_weights=tie_weights, strict=strict):
        return module(*arguments, **(kwargs or {}))


def _merged(dicts: Any) -> dict[str, Tensor]:
    if isinstance(dicts, Mapping):
        return dict(dicts)
    if not isinstance(dicts, Sequence) or not all(isinstance(each, Mapping) for each in dicts):
        raise TransformValueError(
            "Expected all elements of parameter_and_buffer_dicts to be dictionaries"
        )
    merged: dict[str, Tensor] = {}
    repeated = []
    for each in dicts:
        repeated += [key for key in each if key in merged]
        merged.update(each)
    if repeated:
        raise TransformValueError(
            f"{repeated} appeared in multiple dictionaries; behavior of functional call is "
            "ambiguous"
        )
    return merged


@contextmanager
def exchanged(
    module: Module, given: Mapping[str, Tensor], *, tie_weights: bool = True, strict: bool = False
) -> Iterator[None]:
    """Put tensors in the place of a module's parameters and buffers for a while."""
    own: dict[str, Tensor] = {}
    own |= dict(module.named_parameters(remove_duplicate=False))
    own |= dict(module.named_buffers(remove_duplicate=False))
    _check_names(module, given, own, strict)
    wanted = _tied(given, own) if tie_weights else dict(given)
    before: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for name, tensor in wanted.items():
            path, _, last = name.rpartition(".")
            owner = module.get_submodule(path)
            tables: tuple[dict[str, Any], ...] = (owner._parameters, owner._buffers)
            for table in tables:
                if last in table:
                    before.append((table, last, table[last]))
                    table[last] = tensor
                    break
        yield
    finally:
        for table, last, tensor in reversed(before):
            table[last] = tensor


def _check_names(
    module: Module, given: Mapping[str, Tensor], own: Mapping[str, Tensor], strict: bool
) -> None:
    for tensor in given.values():
        if not isinstance(tensor, Tensor):
            raise ArgumentError(f"{tensor} is not an instance of torch.Tensor")
    if not strict:
        return
    unknown = [repr(name) for name in given if name not in own]
    missing = [repr(name) for name in own if name not in given]
    problems = []
    if unknown:
        problems.append(f"Unexpected key(s): {', '.join(unknown)}.")
    if missing:
        problems.append(f"Missing key(s): {', '.join(missing)}.")
    if problems:
        lines = "\n\t".join(problems)
        raise TransformUsageError(
            f"Error(s) in reparametrizing for {module._get_name()}:\n\t{lines}"
        )


def _tied(given: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What is given, for all names of each tensor of the module."""
    names: dict[int, list[str]] = {}
    for name, tensor in own.items():
        names.setdefault(id(tensor), []).append(name)
    wanted = dict(given)
    for together in names.values():
        values = {id(given[name]): given[name] for name in together if name in given}
        if len(values) > 1:
            raise TransformValueError(
                f"functional_call got multiple values for keys {sorted(together)}, which are tied. "
                "Consider using tie_weights=False"
            )
        for value in values.values():
            wanted.update(dict.fromkeys(together, value))
    return wanted


def stack_module_state(
    models: Sequence[Module],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters, and the buffers, of several modules of one class, stacked by name.

    Source: PyTorch's page ``torch.func.stack_module_state``.

    Raises:
        RuntimeError: there are none, or they are of different classes or modes.

    >>> import graphnet as torch
    >>> params, buffers = torch.func.stack_module_state([torch.nn.Linear(3, 2) for _ in range(5)])
    >>> params["weight"].shape
    torch.Size([5, 2, 3])
    """
    modules = list(models)
    if not modules:
        raise TransformUsageError("stack_module_state: Expected at least one model, got 0.")
    if any(each.training != modules[0].training for each in modules):
        raise TransformUsageError(
            "stack_module_state: Expected all models to have the same training/eval mode."
        )
    if any(type(each) is not type(modules[0]) for each in modules):
        raise TransformUsageError(
            "stack_module_state: Expected all models to be of the same class."
        )
    params = [dict(each.named_parameters()) for each in modules]
    buffers = [dict(each.named_buffers()) for each in modules]
    return _stacked(params), _stacked(buffers)


def _stacked(states: list[dict[str, Any]]) -> dict[str, Any]:
    stacked = {}
    for name in states[0]:
        tensors = [state[name] for state in states]
        wanted = tensors[0].requires_grad
        if any(tensor.requires_grad != wanted for tensor in tensors):
            raise TransformUsageError(
                f"Expected {name} from each model to have the same .requires_grad"
            )
        stacked[name] = stack(tensors).detach().requires_grad_(wanted)
    return stacked


def replace_all_batch_norm_modules_(root: Module) -> Module:
    """Let the batch normalizations of a module keep no running statistics, in place.

    Source: PyTorch's page ``torch.func.replace_all_batch_norm_modules_``.
    """
    for each in root.modules():
        if isinstance(each, (BatchNorm1d, BatchNorm2d, BatchNorm3d)):
            each.running_mean = None
            each.running_var = None
            each.num_batches_tracked = None
            each.track_running_stats = False
    return root
