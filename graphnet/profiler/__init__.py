"""How long parts of a program take: ``torch.profiler``.

What is measured is what the program names: the blocks of :class:`record_function`, each with all
runs that fall into it. Operations are no events of their own, for a plan runs many as one;
:func:`graphnet.explain` and :mod:`graphnet.viz` show what they are.

Source: PyTorch's page ``torch.profiler``.
"""

from graphnet.profiler.events import EventList, FunctionEvent, record_function
from graphnet.profiler.profiler import (
    ProfilerAction,
    ProfilerActivity,
    profile,
    schedule,
    supported_activities,
    tensorboard_trace_handler,
)


def kineto_available() -> bool:
    """False: the library that PyTorch profiles with is not here."""
    return False


__all__ = [
    "EventList",
    "FunctionEvent",
    "ProfilerAction",
    "ProfilerActivity",
    "kineto_available",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]
