"""Programs as graphs of Python calls: ``torch.fx``.

A module is run once with proxies, and what it calls is a graph that can be read, changed and run:
:func:`symbolic_trace`. What those calls compute is another graph, of operations, which
:func:`graphnet.capture` shows.
"""

from graphnet.fx._symbolic_trace import (
    PH,
    ProxyableClassMeta,
    Tracer,
    symbolic_trace,
    wrap,
)
from graphnet.fx.graph import CodeGen, Graph
from graphnet.fx.graph_module import GraphModule
from graphnet.fx.interpreter import Interpreter, Transformer
from graphnet.fx.node import Node, has_side_effect, map_arg
from graphnet.fx.proxy import Proxy
from graphnet.fx.subgraph_rewriter import replace_pattern

__all__ = [
    "PH",
    "CodeGen",
    "Graph",
    "GraphModule",
    "Interpreter",
    "Node",
    "Proxy",
    "ProxyableClassMeta",
    "Tracer",
    "Transformer",
    "has_side_effect",
    "map_arg",
    "replace_pattern",
    "symbolic_trace",
    "wrap",
]
