"""Networks with parameters set to 0: ``torch.nn.utils.prune``.

>>> import graphnet as torch
>>> from graphnet.nn.utils import prune
>>> layer = prune.l1_unstructured(torch.nn.Linear(4, 2), "weight", amount=0.5)
>>> (layer.weight == 0).sum()
tensor(4)
>>> sorted(layer.state_dict())
['bias', 'weight_mask', 'weight_orig']
>>> sorted(prune.remove(layer, "weight").state_dict())
['bias', 'weight']

Source: Paganini and Forde 2020, "Streamlining Tensor and Network Pruning in PyTorch"; PyTorch's
page ``torch.nn.utils.prune``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.nn.utils.prune.method import BasePruningMethod, PruningContainer, take_off
from graphnet.nn.utils.prune.methods import (
    CustomFromMask,
    Identity,
    L1Unstructured,
    LnStructured,
    RandomStructured,
    RandomUnstructured,
)

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]


def identity(module: Any, name: str) -> Any:
    """Treat a parameter as pruned, with a mask of ones. Returns the module, as all of these do."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: int | float) -> Any:
    """Prune elements of a parameter at random.

    Args:
        module: whose parameter.
        name: its name.
        amount: how many, or which share of them.
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(
    module: Any, name: str, amount: int | float, importance_scores: Tensor | None = None
) -> Any:
    """Prune the elements of a parameter with the smallest absolute values, or scores."""
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: int | float, dim: int) -> Any:
    """Prune slices of a parameter along a dimension at random."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Any,
    name: str,
    amount: int | float,
    n: Any,
    dim: int,
    importance_scores: Tensor | None = None,
) -> Any:
    """Prune the slices of a parameter along a dimension with the smallest norms of order ``n``."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Any, name: str, mask: Tensor) -> Any:
    """Prune a parameter by a mask."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Any, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: dict[tuple[Any, str], Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Prune the parameters of several modules as if they were one.

    Args:
        parameters: pairs of a module and the name of its parameter.
        pruning_method: a way of pruning single elements.
        importance_scores: for some of the pairs what to choose by, in place of the values.
        kwargs: what the method is made with.

    Raises:
        ArgumentError: (a TypeError) these are no pairs, the scores are no dictionary, or the method
            prunes something else than single elements.
    """
    if not isinstance(parameters, Iterable):
        raise ArgumentError("global_unstructured(): parameters is not an Iterable")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise ArgumentError("global_unstructured(): importance_scores must be of type dict")
    pairs = list(parameters)
    values = [getattr(module, name) for module, name in pairs]
    measures = [
        scores.get(pair, value).reshape(-1) for pair, value in zip(pairs, values, strict=True)
    ]
    masks = [
        getattr(module, f"{name}_mask", fn.ones_like(value)).reshape(-1)
        for (module, name), value in zip(pairs, values, strict=True)
    ]
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise ArgumentError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    whole = PruningContainer(method).compute_mask(fn.cat(measures), fn.cat(masks))
    parts = whole.split([value.numel() for value in values])
    for (module, name), value, part in zip(pairs, values, parts, strict=True):
        custom_from_mask(module, name, mask=part.view_as(value))


def remove(module: Any, name: str) -> Any:
    """Make the pruning of a parameter last.

    Raises:
        ValueRangeError: (a ValueError) it was not pruned.
    """
    method = take_off(module, name)
    if method is None:
        raise ValueRangeError(
            f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed"
        )
    method.remove(module)
    return module


def is_pruned(module: Any) -> bool:
    """Whether a parameter of a module, or of one in it, is pruned."""
    return any(
        isinstance(hook, BasePruningMethod)
        for each in module.modules()
        for hook in each._forward_pre_hooks.values()
    )
