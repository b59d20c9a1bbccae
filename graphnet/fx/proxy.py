"""What stands for values while calls are traced: ``torch.fx.proxy``, which refuses."""

from graphnet.fx.refused import Refused

__all__ = ["GraphAppendingTracer", "Proxy", "Tracer", "TracerBase"]


class TracerBase(Refused):
    """Traces calls."""


class Tracer(TracerBase):
    """Traces the calls of a module."""


class GraphAppendingTracer(TracerBase):
    """Adds calls to a graph."""


class Proxy(Refused):
    """Stands for a value."""
