"""Graphs of calls, and what runs them: ``torch.fx.graph`` and its neighbours, which refuse."""

from graphnet.fx.refused import Refused

__all__ = ["CodeGen", "Graph", "GraphModule", "Interpreter", "Transformer"]


class Graph(Refused):
    """A graph of calls."""


class GraphModule(Refused):
    """A module whose ``forward`` is written from a graph."""


class Interpreter(Refused):
    """Runs a graph, call by call."""


class Transformer(Refused):
    """Makes another graph, call by call."""


class CodeGen(Refused):
    """Writes a graph as Python."""
