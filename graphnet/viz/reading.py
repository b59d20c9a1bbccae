"""Finds the graph in what is to be drawn, and names for its values around it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from graphnet.errors import ArgumentError
from graphnet.ir.graph import Graph
from graphnet.ir.node import Value
from graphnet.trace.capture import Program, graph_of
from graphnet.trace.handle import Handle
from graphnet.trace.introspect import value_of

_PACKAGE = __name__.partition(".")[0]


def read(thing: Any, params: Mapping[str, Any] | None) -> tuple[Graph, dict[Value, str]]:
    """The graph of a tensor, of a captured program, or the graph itself, and names for values.

    Names come from ``params`` first. Then, as tensors have none, from the variables at hand where
    the caller is: the tensors there, and the parameters of the modules there.

    Raises:
        ArgumentError: ``thing`` has no graph.
    """
    graph = thing if isinstance(thing, Graph) else getattr(thing, "graph", None)
    if isinstance(thing, Handle):
        graph = graph_of(thing)
    if not isinstance(graph, Graph):
        raise ArgumentError(
            f"cannot draw {type(thing).__name__}: expected a tensor, a captured program or a graph",
            cure="draw a result of the computation, or graphnet.capture(function, *arguments)",
        )
    bound = {id(source): value for source, value in _bound(thing, graph)}
    names: dict[Value, str] = {}
    for name, owner in [*(params or {}).items(), *_variables()]:
        value = owner if isinstance(owner, Value) else bound.get(id(owner))
        if value is None and isinstance(thing, Handle) and isinstance(owner, Handle):
            value = _recorded(owner)
        if value is not None and value.node in graph:
            names.setdefault(value, name)
    return graph, names


def _bound(thing: Any, graph: Graph) -> Iterator[tuple[Any, Value]]:
    """What each input of a captured program stands for: tensors, generators and numbers."""
    if isinstance(thing, Program):
        yield from zip(thing._sources, graph.inputs, strict=True)


def _recorded(handle: Handle) -> Value | None:
    """The value of a tensor that was recorded; looking must not record one that was not."""
    return None if handle._segment is None else value_of(handle)


def _variables() -> Iterator[tuple[str, Any]]:
    """Tensors that variables of the caller hold, and parameters of modules that they hold."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_inside(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    # Where modules were never imported there are none.
    package = sys.modules.get("graphnet.nn.modules.module")
    kind = () if package is None else package.Module
    variables = {name: held for name, held in frame.f_locals.items() if name[0] != "_"}
    yield from variables.items()
    found = {
        variable: list(held.named_parameters())
        for variable, held in variables.items()
        if isinstance(held, kind)
    }
    several = sum(map(bool, found.values())) > 1
    for variable, parameters in found.items():
        for name, parameter in parameters:
            yield f"{variable}.{name}" if several else name, parameter


def _is_inside(module: str) -> bool:
    return module.partition(".")[0] == _PACKAGE
