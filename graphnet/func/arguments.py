"""Which arguments a function is differentiated by."""

from __future__ import annotations

from typing import Any

from graphnet.func.tracing import TransformUsageError


def _positions(args: tuple[Any, ...], argnums: int | tuple[int, ...]) -> list[int]:
    if not isinstance(argnums, (int, tuple)):
        raise TransformUsageError(f"argnum must be int or Tuple[int, ...], got: {type(argnums)}")
    given = argnums if isinstance(argnums, tuple) else (argnums,)
    if not given:
        raise TransformUsageError("argnums must be non-empty")
    for position in given:
        if not -len(args) <= position < len(args):
            raise TransformUsageError(
                f"Got argnum={position}, but only {len(args)} positional inputs"
            )
    return [position % len(args) for position in given]


def chosen(args: tuple[Any, ...], argnums: int | tuple[int, ...]) -> Any:
    """The argument of that number, or a tuple of several.

    Raises:
        TransformUsageError: (a RuntimeError) there is none.
    """
    positions = _positions(args, argnums)
    return tuple(args[p] for p in positions) if isinstance(argnums, tuple) else args[positions[0]]


def exchanged(args: tuple[Any, ...], argnums: int | tuple[int, ...], given: Any) -> list[Any]:
    """The arguments with others in their place."""
    positions = _positions(args, argnums)
    result = list(args)
    new = given if isinstance(argnums, tuple) else (given,)
    for position, each in zip(positions, new, strict=True):
        result[position] = each
    return result
