"""Counting multiplications while a program runs, which is not done here."""

from __future__ import annotations

from typing import Any, Never

from graphnet.errors import NotSupportedError

__all__ = ["FlopCounterMode"]


class FlopCounterMode:
    """A block in which operations are counted. Entering it raises NotSupportedError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take PyTorch's options."""

    def __enter__(self) -> Never:
        raise NotSupportedError(
            "torch.utils.flop_counter.FlopCounterMode is not here",
            cure="graphnet.explain() counts operations; graphnet.capture gives the graph",
        )

    def __exit__(self, *_: object) -> None:
        """Nothing: it is never entered."""
