"""Lists of tensors sorted for the functions that work on such lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet._tensor import Tensor

__all__: list[str] = []

_Key = tuple[Any, Any]
_Groups = dict[_Key, tuple[list[list[Tensor | None]], list[int]]]


def _group_tensors_by_device_and_dtype(
    tensorlistlist: Sequence[Sequence[Tensor | None]], with_indices: bool = False
) -> _Groups:
    """Lists of equal length, split by the device and dtype of what stands in the first.

    Returns:
        for each device and dtype the parts of all lists, and where they stood if wanted.
    """
    groups: _Groups = {}
    for place, row in enumerate(zip(*tensorlistlist, strict=True)):
        first = row[0]
        assert first is not None  # only the other lists may have gaps
        columns, places = groups.setdefault(
            (first.device, first.dtype), ([[] for _ in tensorlistlist], [])
        )
        for column, each in zip(columns, row, strict=True):
            column.append(each)
        if with_indices:
            places.append(place)
    return groups


def _has_foreach_support(tensors: Sequence[Tensor], device: Any) -> bool:
    """True: those functions take what the CPU has."""
    return True


def _get_foreach_kernels_supported_devices() -> list[str]:
    """The devices that PyTorch itself prefers them on: accelerators, and not the CPU."""
    return ["cuda", "xpu", "mtia", "hpu"]
