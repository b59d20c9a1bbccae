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

    def get_flop_counts(self) -> dict[str, dict[Any, int]]:
        """What was counted, by module: nothing."""
        return {"Global": {}}

    def get_total_flops(self) -> int:
        """The sum of what was counted: 0."""
        return 0

    def __exit__(self, *_: object) -> None:
        """Nothing: it is never entered."""
