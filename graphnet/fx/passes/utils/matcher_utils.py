"""Where a graph of calls has a small one inside: ``torch.fx.passes.utils.matcher_utils``.

A pattern is compared from its results to its parameters; a parameter stands for anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphnet._tensor import Tensor
from graphnet.fx.graph import Graph
from graphnet.fx.node import Node

__all__ = ["InternalMatch", "SubgraphMatcher"]


@dataclass
class InternalMatch:
    """One place where a pattern is.

    Attributes:
        anchors: the pattern's last nodes.
        nodes_map: what the pattern's nodes are in the graph.
        placeholder_nodes: what its parameters are there.
        returning_nodes: what its results are there.
    """

    anchors: list[Node]
    nodes_map: dict[Node, Any] = field(default_factory=dict)
    placeholder_nodes: list[Any] = field(default_factory=list)
    returning_nodes: list[Node] = field(default_factory=list)
    name_node_map: dict[str, Node] = field(default_factory=dict)

    def calls(self) -> Iterator[tuple[Node, Node]]:
        """The pattern's nodes that call something, with those of the graph."""
        for wanted, node in self.nodes_map.items():
            if wanted.op not in ("placeholder", "output"):
                yield wanted, node


class SubgraphMatcher:
    """Finds a pattern in graphs.

    Args:
        pattern: the graph to find.
        match_output: whether what the pattern returns is what the graph returns.
        match_placeholder: whether its parameters are parameters of the graph.
        remove_overlapping_matches: whether each node is in one match at most.
        ignore_literals: whether numbers among the arguments may be others.

    Raises:
        ValueError: the pattern is empty.
        AssertionError: a node of the pattern is used by nobody.
    """

    def __init__(
        self,
        pattern: Graph,
        match_output: bool = False,
        match_placeholder: bool = False,
        remove_overlapping_matches: bool = True,
        ignore_literals: bool = False,
    ) -> None:
        if not len(pattern.nodes):
            raise ValueError("SubgraphMatcher cannot be initialized with an empty pattern")
        for node in pattern.nodes:
            if node.op != "output" and not node.is_impure() and not node.users:
                raise AssertionError(
                    "SubgraphMatcher cannot be initialized with an pattern with dead code"
                )
        self.pattern = pattern
        self.match_output = match_output
        self.match_placeholder = match_placeholder
        self.remove_overlapping_matches = remove_overlapping_matches
        self.ignore_literals = ignore_literals
        output = pattern.output_node()
        self.pattern_placeholder_nodes = pattern.find_nodes(op="placeholder")
        self.pattern_returning_nodes = output.all_input_nodes
        self.pattern_anchors = (
            [output]
            if match_output
            else [node for node in output.all_input_nodes if len(node.users) == 1]
        )

    def match(self, graph: Graph, node_name_match: str = "") -> list[InternalMatch]:
        """The places in a graph where the pattern is.

        Args:
            graph: where to look.
            node_name_match: part of the names of nodes that match whatever they call.
        """
        candidates = []
        for anchor in self.pattern_anchors:
            alike = [node for node in graph.nodes if self._alike(anchor, node, node_name_match)]
            if alike:
                candidates.append((anchor, alike))
        found = []
        for nodes_map in self._ways(candidates, {}, node_name_match) if candidates else ():
            if not self._is_whole(nodes_map) or _would_wait_for_itself(nodes_map):
                continue
            found.append(
                InternalMatch(
                    self.pattern_anchors,
                    nodes_map,
                    [nodes_map[node] for node in self.pattern_placeholder_nodes],
                    [nodes_map[node] for node in self.pattern_returning_nodes],
                )
            )
        return _apart(found) if self.remove_overlapping_matches else found

    def _ways(
        self,
        candidates: Sequence[tuple[Node, list[Node]]],
        nodes_map: dict[Node, Any],
        node_name_match: str,
    ) -> Iterator[dict[Node, Any]]:
        """Every way to find all anchors."""
        if not candidates:
            yield nodes_map
            return
        (anchor, alike), *rest = candidates
        for node in alike:
            grown = dict(nodes_map)
            if self._match(anchor, node, grown, node_name_match):
                yield from self._ways(rest, grown, node_name_match)

    def _alike(self, wanted: Node, node: Node, node_name_match: str) -> bool:
        """Whether two nodes do the same, whatever their arguments are."""
        if not self.match_placeholder and wanted.op == "placeholder":
            return True
        if node_name_match and node_name_match in node.name:
            return True
        if wanted.op != node.op:
            return False
        if wanted.op in ("placeholder", "output"):
            return True
        if wanted.op == "get_attr":
            return self._same_kind_of_attribute(wanted, node)
        return bool(wanted.target == node.target)

    def _same_kind_of_attribute(self, wanted: Node, node: Node) -> bool:
        kinds = []
        for each in (wanted, node):
            owner: Any = each.graph.owning_module
            if owner is None:
                raise AssertionError("the graph of a get_attr node must have a module")
            for name in each.target.split("."):
                owner = getattr(owner, name)
            kinds.append(type(owner))
        if kinds[0] is kinds[1] and not issubclass(kinds[0], Tensor):
            raise RuntimeError(f"Unsupported type {kinds[0]} when matching attributes")
        return kinds[0] is kinds[1]

    def _match(
        self, wanted: Node, node: Node, nodes_map: dict[Node, Any], node_name_match: str = ""
    ) -> bool:
        """Whether the pattern up to a node is what the graph has up to one: added to the map."""
        if wanted in nodes_map:
            return bool(nodes_map[wanted] == node)
        if any(node is each for each in nodes_map.values()):
            return False
        if not self._alike(wanted, node, node_name_match):
            return False
        nodes_map[wanted] = node
        if wanted.op == "placeholder":
            return True
        same = len(wanted.args) == len(node.args) and list(wanted.kwargs) == list(node.kwargs)
        if same and self._match_all(
            [*wanted.args, *wanted.kwargs.values()], [*node.args, *node.kwargs.values()], nodes_map
        ):
            return True
        del nodes_map[wanted]
        return False

    def _match_all(
        self, wanted: Sequence[Any], given: Sequence[Any], nodes_map: dict[Node, Any]
    ) -> bool:
        return len(wanted) == len(given) and all(
            self._match_argument(one, other, nodes_map)
            for one, other in zip(wanted, given, strict=True)
        )

    def _match_argument(self, wanted: Any, given: Any, nodes_map: dict[Node, Any]) -> bool:
        if isinstance(wanted, Node) and isinstance(given, Node):
            return self._match(wanted, given, nodes_map)
        if isinstance(wanted, (list, tuple)) and isinstance(given, (list, tuple)):
            return self._match_all(wanted, given, nodes_map)
        return self._match_literal(wanted, given, nodes_map) or self.ignore_literals

    def _match_literal(self, wanted: Any, given: Any, nodes_map: dict[Node, Any]) -> bool:
        if isinstance(wanted, Node):
            if wanted.op != "placeholder":
                return False
            return bool(nodes_map.setdefault(wanted, given) == given)
        return type(wanted) is type(given) and bool(wanted == given)

    def _is_whole(self, nodes_map: dict[Node, Any]) -> bool:
        """Whether nothing else in the graph needs what the pattern does not return."""
        inside = {
            node: wanted
            for wanted, node in nodes_map.items()
            if wanted.op != "placeholder" and isinstance(node, Node)
        }
        return all(
            wanted in self.pattern_returning_nodes or all(user in inside for user in node.users)
            for node, wanted in inside.items()
        )


def _would_wait_for_itself(nodes_map: dict[Node, Any]) -> bool:
    """Whether what is outside a match needs one of its results for another of its arguments."""
    inside = {
        node
        for wanted, node in nodes_map.items()
        if wanted.op not in ("placeholder", "output") and isinstance(node, Node)
    }
    outside = [user for node in inside for user in node.users if user not in inside]
    seen: set[Node] = set()
    while outside:
        node = outside.pop()
        if node in inside:
            return True
        if node not in seen:
            seen.add(node)
            outside.extend(node.users)
    return False


def _apart(matches: list[InternalMatch]) -> list[InternalMatch]:
    """The matches that share no nodes with earlier ones."""
    taken: set[Node] = set()
    kept = []
    for match in matches:
        nodes = {node for _, node in match.calls()}
        if not nodes & taken:
            taken |= nodes
            kept.append(match)
    return kept
