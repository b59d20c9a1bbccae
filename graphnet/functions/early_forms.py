"""The form of early versions: ``x.add_(alpha, other)`` for ``x.add_(other, alpha=alpha)``."""

from __future__ import annotations

import warnings
from typing import Any, Final

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError

_warned: Final[set[str]] = set()


def scale_first(function: str, scale: str, given: tuple[Any, ...], tensors: tuple[str, ...]) -> Any:
    """The arguments of a call whose scale comes first, without a name: the scale, then the others.

    Args:
        function: the name of what was called.
        scale: what the scale is called today.
        given: the arguments after the first tensor.
        tensors: the names of those that come after the scale.

    Warns:
        UserWarning: at the first such call, as in PyTorch.

    Raises:
        ArgumentError: (a TypeError) there are more, or others.
    """
    if len(given) != 1 + len(tensors) or isinstance(given[0], Tensor):
        kinds = ", ".join(type(each).__name__ for each in given)
        raise ArgumentError(
            f"{function}() received an invalid combination of arguments - got (Tensor, {kinds})",
            cure=f"after the first tensor it takes {', '.join(tensors)}, and `{scale}` by name",
        )
    if not _warned:
        _warned.add(function)
        today = ", ".join(f"Tensor {name}" for name in tensors)
        warnings.warn(
            f"This overload of {function} is deprecated:\n\t{function}(Number {scale}, {today})\n"
            "Consider using one of the following signatures instead:\n"
            f"\t{function}({today}, *, Number {scale} = 1)",
            stacklevel=4,
        )
    return given
