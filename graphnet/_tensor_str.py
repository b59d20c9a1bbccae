"""How tensors are written, for classes that write themselves: ``torch._tensor_str``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphnet.printing import append_notes, current_options, numbers
from graphnet.printing import printoptions as printoptions
from graphnet.printing import set_printoptions as set_printoptions

__all__ = ["printoptions", "set_printoptions"]


def _tensor_str(self: Any, indent: int) -> str:
    """The numbers of a tensor, further lines indented."""
    return numbers(self.detach().numpy(), indent, current_options())


def _add_suffixes(
    tensor_str: str, suffixes: Sequence[str], indent: int, force_newline: bool = False
) -> str:
    """The text with what is said after the numbers, and the closing parenthesis."""
    return append_notes(tensor_str, iter(suffixes), indent, current_options().linewidth)


def _str_intern(inp: Any, *, tensor_contents: str | None = None) -> str:
    """A tensor as ``repr`` writes it."""
    return repr(inp)


def __getattr__(name: str) -> Any:
    if name == "PRINT_OPTS":
        return current_options()
    raise AttributeError(f"module 'torch._tensor_str' has no attribute {name!r}")
