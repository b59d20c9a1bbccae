"""What ``torch.compile`` would make of a module, to compare classes with."""

from __future__ import annotations

from graphnet.nn import Module

__all__ = ["OptimizedModule"]


class OptimizedModule(Module):
    """A compiled module: there is none, as modules are compiled while they run."""


def is_dynamo_supported() -> bool:
    """False: the tracer is not here."""
    return False
