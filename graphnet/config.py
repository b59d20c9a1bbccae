"""Settings of the compiler and the runtime: ``graphnet.config``.

>>> import graphnet
>>> graphnet.config.optimization_level
2
"""

from __future__ import annotations

from dataclasses import dataclass

from graphnet.errors import ValueRangeError


@dataclass
class Config:
    """The settings, checked when they are assigned.

    Attributes:
        optimization_level: 0 interprets every graph as recorded, 1 cleans up (canonicalise, fold,
            share, drop dead code), 2 also fuses.
        verify_passes: check the graph after every pass (the tests do; it costs compile time).
        max_plans: compiled plans that are kept; the least recently used one goes first.
        max_states: trace states that are kept before the trie is pruned.
        max_branches: branches at one trace state before a warning says where traces diverge.
        watermark: recorded operations after which a trace that nobody looked at is run, as soon as
            its loop begins anew.
        patience: how many runs of a trace are interpreted before it is compiled; 0 weighs what
            compiling takes against what it saves, from one to four.
    """

    optimization_level: int = 2
    verify_passes: bool = False
    max_plans: int = 512
    max_states: int = 100_000
    max_branches: int = 32
    watermark: int = 512
    patience: int = 0

    def __setattr__(self, name: str, value: int) -> None:
        if name not in self.__dataclass_fields__:
            raise AttributeError(
                f"graphnet.config has no setting {name!r}; it has "
                + ", ".join(self.__dataclass_fields__)
            )
        if name == "optimization_level" and value not in (0, 1, 2):
            raise ValueRangeError(f"optimization_level must be 0, 1 or 2, not {value!r}")
        if name.startswith(("max_", "watermark")) and value < 1:
            raise ValueRangeError(f"{name} must be at least 1, not {value!r}")
        if name == "patience" and value < 0:
            raise ValueRangeError(f"patience must be at least 0, not {value!r}")
        super().__setattr__(name, value)


config = Config()
