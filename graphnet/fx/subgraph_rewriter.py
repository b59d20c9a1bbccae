"""Calls exchanged for others wherever they are: ``torch.fx.subgraph_rewriter``."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphnet.fx._symbolic_trace import symbolic_trace
from graphnet.fx.graph import Graph
from graphnet.fx.graph_module import GraphModule
from graphnet.fx.node import Node
from graphnet.fx.passes.utils.matcher_utils import InternalMatch, SubgraphMatcher
from graphnet.nn.modules.module import Module

__all__ = ["Match", "ReplacedPatterns", "replace_pattern", "replace_pattern_with_filters"]

Pattern = Callable[..., Any] | Graph | GraphModule
Filter = Callable[[InternalMatch, Graph, Graph], bool]


class Match(NamedTuple):
    """A place where a pattern was.

    Attributes:
        anchor: the pattern's last node.
        nodes_map: what the pattern's nodes were in the graph.
    """

    anchor: Node
    nodes_map: dict[Node, Node]


@dataclass
class ReplacedPatterns:
    """The same, with the nodes that are there now."""

    anchor: Node
    nodes_map: dict[Node, Node]
    replacements: list[Node]


def replace_pattern(
    gm: GraphModule,
    pattern: Callable[..., Any] | GraphModule,
    replacement: Callable[..., Any] | GraphModule,
) -> list[Match]:
    """Exchange what a module computes for something else, wherever it is computed.

    Args:
        gm: the module, which is changed.
        pattern: a function that computes what is to be exchanged; its parameters stand for
            anything.
        replacement: a function of the same parameters that computes what is to be there.

    Returns:
        list: where the pattern was.

    >>> import graphnet as torch
    >>> traced = torch.fx.symbolic_trace(lambda x: (torch.exp(x) + 1).log())
    >>> _ = torch.fx.replace_pattern(
    ...     traced, lambda x: (torch.exp(x) + 1).log(), lambda x: torch.exp(x).log1p()
    ... )
    >>> list(traced.graph.nodes)
    [x, exp_1, log1p, output]
    """
    return [
        Match(each.anchor, each.nodes_map)
        for each in replace_pattern_with_filters(gm, pattern, replacement)
    ]


def replace_pattern_with_filters(
    gm: GraphModule,
    pattern: Pattern,
    replacement: Pattern | None = None,
    match_filters: Sequence[Filter] | None = None,
    ignore_literals: bool = False,
    replacement_callback: Callable[[InternalMatch, Graph, Graph], Graph] | None = None,
    node_name_match: str = "",
) -> list[ReplacedPatterns]:
    """:func:`replace_pattern`, only where filters say so.

    Args:
        gm, pattern, replacement: see there.
        match_filters: asked with the match, the graph and the pattern's graph.
        ignore_literals: whether numbers among the arguments may be others.
        replacement_callback: makes the graph that is to be there, given the same.
        node_name_match: part of the names of nodes that match whatever they call.
    """
    graph, wanted = gm.graph, _graph_of(pattern)
    matcher = SubgraphMatcher(wanted, ignore_literals=ignore_literals)
    matches = [
        match
        for match in matcher.match(graph, node_name_match)
        if all(accepts(match, graph, wanted) for accepts in match_filters or ())
    ]
    common = None if replacement is None else _graph_of(replacement)
    changed: dict[Node, Node] = {}
    replaced = []
    for match in matches:
        if replacement_callback is not None:
            made = replacement_callback(match, graph, wanted)
        elif common is not None:
            made = common
        else:
            raise AssertionError(
                "Must provide either a replacement GraphModule or a replacement callback"
            )
        new = _replace(gm, wanted, match, made, changed)
        replaced.append(ReplacedPatterns(match.anchors[0], match.nodes_map, new))
    gm.recompile()
    if isinstance(replacement, Module):
        _bring_attributes(gm, replacement)
    return replaced


def _graph_of(program: Pattern) -> Graph:
    if isinstance(program, GraphModule):
        return program.graph
    return program if isinstance(program, Graph) else symbolic_trace(program).graph


def _replace(
    gm: GraphModule, wanted: Graph, match: InternalMatch, made: Graph, changed: dict[Node, Node]
) -> list[Node]:
    """Put a graph where a match is; the new nodes. What is exchanged is remembered."""
    graph = gm.graph
    parameters = made.find_nodes(op="placeholder")
    if len(match.placeholder_nodes) != len(parameters):
        raise AssertionError(
            f"Placeholder count mismatch: {len(match.placeholder_nodes)} vs {len(parameters)}"
        )
    for given, node in match.nodes_map.items():  # an earlier replacement may have taken its place
        if isinstance(node, Node):
            match.nodes_map[given] = changed.get(node, node)
    match.placeholder_nodes = [
        changed.get(node, node) if isinstance(node, Node) else node
        for node in match.placeholder_nodes
    ]
    copies: dict[Node, Any] = dict(zip(parameters, match.placeholder_nodes, strict=True))
    with graph.inserting_before(_first_user(graph, match)):
        results = graph.graph_copy(made, copies)
    results = (results,) if isinstance(results, Node) else results
    if len(match.returning_nodes) != len(results):
        raise AssertionError(
            f"Returning nodes count mismatch: {len(match.returning_nodes)} vs {len(results)}"
        )
    for before, now in zip(match.returning_nodes, results, strict=True):
        before.replace_all_uses_with(now)
        changed[before] = now
    for node in reversed(wanted.nodes):
        if node.op not in ("placeholder", "output"):
            graph.erase_node(match.nodes_map[node])
    arguments = [each for each in match.placeholder_nodes if isinstance(each, Node)]
    return [node for node in copies.values() if isinstance(node, Node) and node not in arguments]


def _first_user(graph: Graph, match: InternalMatch) -> Node:
    """The first node that needs a result of a match or, if none does, the one after it."""
    users = {user for node in match.returning_nodes for user in node.users}
    for node in graph.nodes:
        if node in users:
            return node
    last = [node for node in graph.nodes if node in match.returning_nodes][-1]
    return last.next


def _bring_attributes(gm: GraphModule, replacement: Module) -> None:
    """Give a module what a replacement has that its graph names now."""
    gm.delete_all_unused_submodules()
    for node in gm.graph.nodes:
        if node.op not in ("call_module", "get_attr") or _attribute(gm, node.target) is not None:
            continue
        found = _attribute(replacement, node.target)
        if found is None:
            raise RuntimeError(
                f'Attempted to create a "{node.op}" node during subgraph rewriting with target '
                f"{node.target}, but the referenced attribute does not exist in the replacement "
                "GraphModule"
            )
        if isinstance(found, Module):
            gm.add_submodule(node.target, copy.deepcopy(found))
        else:
            setattr(gm, node.target, copy.deepcopy(found))
    gm.graph.lint()


def _attribute(owner: Any, target: str) -> Any:
    for name in target.split("."):
        owner = getattr(owner, name, None)
    return owner
