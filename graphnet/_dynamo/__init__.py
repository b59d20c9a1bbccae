"""Settings and hints of PyTorch's tracer, ``torch._dynamo``, which is not here: they are taken."""

from typing import Any, Never

from graphnet._dynamo import config as config
from graphnet._dynamo.eval_frame import OptimizedModule
from graphnet.compiler import (
    allow_in_graph,
    assume_constant_result,
    disable,
    is_compiling,
    reset,
)
from graphnet.errors import NotSupportedError

__all__ = [
    "OptimizedModule",
    "allow_in_graph",
    "assume_constant_result",
    "disable",
    "disallow_in_graph",
    "explain",
    "export",
    "forbid_in_graph",
    "graph_break",
    "is_compiling",
    "mark_dynamic",
    "mark_static",
    "mark_static_address",
    "maybe_mark_dynamic",
    "reset",
]

# Functions stay as they are: what is recorded is recorded whatever it is called from.
disallow_in_graph = forbid_in_graph = allow_in_graph


def graph_break(msg: str = "") -> None:
    """Nothing: a trace is cut where somebody looks."""


def _hint(t: Any, *args: Any, **kwargs: Any) -> None:
    """Nothing: a trace is found again by the shapes it was recorded with."""


mark_dynamic = maybe_mark_dynamic = mark_static = mark_static_address = _hint


def explain(*args: Any, **kwargs: Any) -> Never:
    """Raises NotSupportedError: ``graphnet.explain()`` tells what was recorded and run."""
    raise NotSupportedError(
        "torch._dynamo.explain is not here", cure="call graphnet.explain() after running it"
    )


def export(*args: Any, **kwargs: Any) -> Never:
    """Raises NotSupportedError: ``graphnet.capture`` records a function as a graph."""
    raise NotSupportedError(
        "torch._dynamo.export is not here", cure="use graphnet.capture(function, *inputs)"
    )
