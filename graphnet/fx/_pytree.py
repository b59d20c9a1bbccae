"""How generated code takes containers apart: ``torch.fx._pytree``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet.utils._pytree import TreeSpec

__all__ = ["tree_flatten_spec"]


def tree_flatten_spec(pytree: Sequence[Any], spec: TreeSpec) -> list[Any]:
    """The leaves of arguments that are of the structure a graph was traced for.

    Raises:
        ValueError: they are of another.
    """
    arguments = zip(spec.children_specs, pytree, strict=True)
    return [leaf for each, argument in arguments for leaf in each.flatten_up_to(argument)]
