"""What a workload builds: a step to be timed, and what shows that it computes the right thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Program:
    """A program under one framework, ready to be stepped.

    Attributes:
        step: one whole step of the loop, as a user writes it. What it returns is looked at when a
            block of steps ends, and compared with what the other side returns.
        model: the module that is trained, if one is: gradients of its parameters are compared,
            and torch.compile compiles it.
        output: computes what the model says of some inputs, to be compared after some steps.
    """

    step: Callable[[], Any]
    model: Any = None
    output: Callable[[], Any] | None = None
