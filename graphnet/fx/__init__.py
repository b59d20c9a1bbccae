"""PyTorch's graphs of Python calls: ``torch.fx``, which refuses.

Programs there are rewritten as calls of functions and modules. Here they are graphs of operations:
:func:`graphnet.capture` records one, backward pass and updates included, and passes rewrite it.
"""

from graphnet.fx.graph import Graph as Graph
from graphnet.fx.graph import GraphModule, Interpreter, Transformer
from graphnet.fx.node import Node, map_arg
from graphnet.fx.proxy import Proxy, Tracer
from graphnet.fx.refused import refused, wrap

__all__ = [
    "Graph",
    "GraphModule",
    "Interpreter",
    "Node",
    "Proxy",
    "Tracer",
    "Transformer",
    "map_arg",
    "replace_pattern",
    "symbolic_trace",
    "wrap",
]

symbolic_trace = refused("symbolic_trace", "Trace a module as calls")
replace_pattern = refused("replace_pattern", "Replace calls by others")
