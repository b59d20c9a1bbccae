"""Copies of what view functions show: ``torch.permute_copy`` and so on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from graphnet._tensor import Tensor
from graphnet.functions import broadcasting, shaping, splitting, striding
from graphnet.functions.indexing import narrow, select
from graphnet.functions.methods import method
from graphnet.functions.subscripts import getitem
from graphnet.ops.convert import Clone
from graphnet.ops.shape import wrap_dim

__all__ = [
    "alias_copy",
    "as_strided_copy",
    "detach_copy",
    "diagonal_copy",
    "expand_copy",
    "narrow_copy",
    "permute_copy",
    "select_copy",
    "slice_copy",
    "split_copy",
    "split_with_sizes_copy",
    "squeeze_copy",
    "t_copy",
    "transpose_copy",
    "unbind_copy",
    "unfold_copy",
    "unsqueeze_copy",
    "view_copy",
]


def _copying(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function ``name`` that copies each tensor that ``function`` returns."""

    @functools.wraps(function)
    def copy(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if isinstance(result, tuple):
            return tuple(Clone()(part) for part in result)
        return Clone()(result)

    copy.__name__ = copy.__qualname__ = name
    copy.__doc__ = f"A copy of what :func:`{function.__name__}` returns."
    return copy


def _alias(input: Tensor) -> Tensor:
    return input


def _slice(
    input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    before = (slice(None),) * wrap_dim(dim, input.ndim)
    return getitem(input, (*before, slice(start, end, step)))


alias_copy = _copying(_alias, "alias_copy")
as_strided_copy = _copying(striding.as_strided, "as_strided_copy")
detach_copy = _copying(Tensor.detach, "detach_copy")
diagonal_copy = _copying(shaping.diagonal, "diagonal_copy")
expand_copy = _copying(broadcasting.expand, "expand_copy")
narrow_copy = method(_copying(narrow, "narrow_copy"))
permute_copy = _copying(shaping.permute, "permute_copy")
select_copy = _copying(select, "select_copy")
slice_copy = _copying(_slice, "slice_copy")
split_copy = _copying(splitting.split, "split_copy")
split_with_sizes_copy = _copying(splitting.split_with_sizes, "split_with_sizes_copy")
squeeze_copy = _copying(shaping.squeeze, "squeeze_copy")
t_copy = _copying(shaping.t, "t_copy")
transpose_copy = _copying(shaping.transpose, "transpose_copy")
unbind_copy = _copying(splitting.unbind, "unbind_copy")
unfold_copy = _copying(striding.unfold, "unfold_copy")
unsqueeze_copy = _copying(shaping.unsqueeze, "unsqueeze_copy")
view_copy = _copying(shaping.view, "view_copy")
