"""Networks made simpler for inference: ``torch.fx.experimental.optimization``."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, Final

from graphnet.fx._symbolic_trace import symbolic_trace
from graphnet.fx.graph import Graph
from graphnet.fx.graph_module import GraphModule
from graphnet.fx.interpreter import Transformer
from graphnet.fx.node import Argument, Node
from graphnet.nn.modules.batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from graphnet.nn.modules.conv import Conv1d, Conv2d, Conv3d
from graphnet.nn.modules.dropout import Dropout
from graphnet.nn.modules.linear import Linear
from graphnet.nn.modules.module import Module
from graphnet.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

__all__ = [
    "extract_subgraph",
    "fuse",
    "matches_module_pattern",
    "remove_dropout",
    "replace_node_module",
]

_PAIRS: Final = (
    (Conv1d, BatchNorm1d),
    (Conv2d, BatchNorm2d),
    (Conv3d, BatchNorm3d),
    (Linear, BatchNorm1d),
)


def matches_module_pattern(pattern: Iterable[type], node: Node, modules: dict[str, Any]) -> bool:
    """Whether a node calls a module of one class with what one of another class gives.

    Args:
        pattern: the two classes.
        node: the second call.
        modules: the modules by name.
    """
    if not node.args:
        return False
    return all(
        isinstance(call, Node)
        and call.op == "call_module"
        and type(modules.get(call.target)) is kind
        for kind, call in zip(pattern, (node.args[0], node), strict=False)
    )


def replace_node_module(node: Node, modules: dict[str, Any], new_module: Module) -> None:
    """Put another module where the one is that a node calls."""
    parent, _, name = node.target.rpartition(".")
    modules[node.target] = new_module
    setattr(modules[parent], name, new_module)


def fuse(model: Module, inplace: bool = False, no_trace: bool = False) -> Module:
    """The same network, with batch normalization folded into the layers before it.

    Args:
        model: a network in evaluation mode.
        inplace: whether its layers may be changed.
        no_trace: whether a GraphModule is taken as it is.

    >>> import graphnet as torch
    >>> from graphnet.fx.experimental.optimization import fuse
    >>> net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).eval()
    >>> [node.op for node in fuse(net).graph.nodes]
    ['placeholder', 'call_module', 'output']
    """
    if not inplace:
        model = copy.deepcopy(model)
    keep = no_trace and isinstance(model, GraphModule)
    traced: Any = model if keep else symbolic_trace(model)
    modules: dict[str, Any] = dict(traced.named_modules())
    graph = copy.deepcopy(traced.graph)
    for pattern in _PAIRS:
        for node in graph.nodes:
            if not matches_module_pattern(pattern, node, modules):
                continue
            before = node.args[0]
            layer, norm = modules[before.target], modules[node.target]
            if len(before.users) > 1 or not norm.track_running_stats:
                continue
            folded = fuse_linear_bn_eval if isinstance(layer, Linear) else fuse_conv_bn_eval
            replace_node_module(before, modules, folded(layer, norm))
            node.replace_all_uses_with(before)
            graph.erase_node(node)
    return GraphModule(traced, graph)


class _DropoutRemover(Transformer):
    def call_module(self, target: Any, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
        if isinstance(self.submodules[target], Dropout):
            return args[0]
        return super().call_module(target, args, kwargs)


def remove_dropout(model: Module) -> Module:
    """The same network without its dropout layers."""
    return _DropoutRemover(symbolic_trace(model)).transform()


def extract_subgraph(
    orig_module: Module, nodes: list[Node], inputs: list[Node], outputs: list[Node]
) -> GraphModule:
    """Some nodes of a module's graph as a module of their own.

    Args:
        orig_module: the module.
        nodes: its nodes, in order.
        inputs: those that are to be parameters.
        outputs: those whose values are to be returned, as a list.
    """
    graph = Graph()
    here = {node: graph.placeholder(node.name) for node in inputs}
    for node in nodes:
        here[node] = graph.node_copy(node, lambda used: here[used])
    graph.output([here[node] for node in outputs])
    graph.lint()
    return GraphModule(orig_module, graph)
