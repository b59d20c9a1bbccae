"""How the samples of a batch become one: tensors are stacked, containers are collated inside."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.dtypes import float64
from graphnet.errors import ArgumentError, ShapeError

CollateMap = dict[type | tuple[type, ...], Callable[..., Any]]

# The kinds of numpy arrays that no tensor can hold: bytes, strings, objects and records.
_NOT_NUMBERS = "SUOVaMm"

#: The same as programs look for it in ``dtype.str``.
np_str_obj_array_pattern = re.compile(r"[SaUO]")


def default_collate(batch: Sequence[Any]) -> Any:
    """Make one batch of a sequence of samples.

    Tensors and arrays are stacked along a new first dimension; Python numbers become a tensor
    (int64, float64 or bool); strings stay a list; of dicts, tuples and lists each entry is
    collated. Raises TypeError for anything else and RuntimeError when samples differ in shape or
    length.

    >>> from graphnet.utils.data import default_collate
    >>> default_collate([(1, "a"), (2, "b")])
    [tensor([1, 2]), ('a', 'b')]
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def collate(batch: Sequence[Any], *, collate_fn_map: CollateMap | None = None) -> Any:
    """As :func:`default_collate`, with a function of one's own for each type of element.

    ``collate_fn_map`` maps a type (or a tuple of types) to a function ``f(batch, *,
    collate_fn_map)``; the exact type is looked up first, then the first entry the element is an
    instance of.
    """
    if not batch:
        raise IndexError("an empty batch cannot be collated: there is no sample to take it from")
    first = batch[0]
    rule = _rule_for(first, collate_fn_map or {})
    if rule is not None:
        return rule(batch, collate_fn_map=collate_fn_map)

    def together(parts: Sequence[Any]) -> Any:
        return collate(parts, collate_fn_map=collate_fn_map)

    if isinstance(first, Mapping):
        return _like_mapping(first, {key: together([one[key] for one in batch]) for key in first})
    if isinstance(first, Sequence):
        lengths = {len(sample) for sample in batch}
        if len(lengths) > 1:
            raise ShapeError(
                "each element in list of batch should be of equal size: "
                f"there are elements of sizes {sorted(lengths)}",
                cure="pad the samples to one size, or give the DataLoader a collate_fn",
            )
        return _like_sequence(first, [together(column) for column in zip(*batch, strict=True)])
    raise _uncollatable(type(first))


def default_convert(data: Any) -> Any:
    """Make tensors of the arrays in a sample, for loaders that do not batch (``batch_size=None``).

    >>> import numpy as np
    >>> from graphnet.utils.data import default_convert
    >>> default_convert({"x": np.zeros(2), "name": "a"})
    {'x': tensor([0., 0.], dtype=torch.float64), 'name': 'a'}
    """
    if isinstance(data, np.ndarray | np.generic):
        return data if data.dtype.kind in _NOT_NUMBERS else fn.as_tensor(data)
    if isinstance(data, Mapping):
        return _like_mapping(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _like_sequence(data, [default_convert(part) for part in data])
    return data


def _rule_for(element: Any, rules: CollateMap) -> Callable[..., Any] | None:
    exact = rules.get(type(element))
    if exact is not None:
        return exact
    return next((rule for kind, rule in rules.items() if isinstance(element, kind)), None)


def _like_mapping(example: Mapping[Any, Any], entries: dict[Any, Any]) -> Any:
    """``entries`` in a mapping of the example's type, a plain dict where that can't be made."""
    try:
        if isinstance(example, MutableMapping):
            # A copy keeps what the type may hold besides its entries.
            clone = copy.copy(example)
            clone.update(entries)
            return clone
        return type(example)(entries)  # type: ignore[call-arg]
    except TypeError:
        return entries


def _like_sequence(example: Sequence[Any], parts: list[Any]) -> Any:
    """``parts`` in a sequence of the example's type; plain tuples give lists, as in PyTorch."""
    if isinstance(example, tuple):
        return type(example)(*parts) if hasattr(example, "_fields") else parts
    try:
        if isinstance(example, MutableSequence):
            clone = copy.copy(example)
            for position, part in enumerate(parts):
                clone[position] = part
            return clone
        return type(example)(parts)  # type: ignore[call-arg]
    except TypeError:
        return parts


def _uncollatable(found: object) -> ArgumentError:
    return ArgumentError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {found}",
        cure="let the dataset give one of these (for images: transform=ToTensor()), "
        "or give the DataLoader a collate_fn",
    )


def _collate_tensors(batch: Sequence[Tensor], **_: Any) -> Tensor:
    stacked: Tensor = fn.stack(list(batch), 0)
    return stacked


def _collate_arrays(batch: Sequence[Any], *, collate_fn_map: CollateMap | None = None) -> Any:
    kind = batch[0].dtype
    if kind.kind in _NOT_NUMBERS:
        raise _uncollatable(kind)
    return collate([fn.as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def _collate_numpy_scalars(batch: Sequence[Any], **_: Any) -> Tensor:
    return fn.as_tensor(np.asarray(batch))


def _collate_floats(batch: Sequence[float], **_: Any) -> Tensor:
    return fn.tensor(list(batch), dtype=float64)


def _collate_ints(batch: Sequence[int], **_: Any) -> Tensor:
    return fn.tensor(list(batch))


def _collate_strings(batch: Sequence[str | bytes], **_: Any) -> Sequence[str | bytes]:
    return batch


# Which function collates which type of element. Programs may add to it.
default_collate_fn_map: CollateMap = {
    Tensor: _collate_tensors,
    np.ndarray: _collate_arrays,
    (np.bool_, np.number, np.object_): _collate_numpy_scalars,
    float: _collate_floats,
    int: _collate_ints,
    str: _collate_strings,
    bytes: _collate_strings,
}


def stacks_tensors() -> bool:
    """Whether :func:`default_collate` still does with tensors what it says (see ``fetch``)."""
    return default_collate_fn_map.get(Tensor) is _collate_tensors
