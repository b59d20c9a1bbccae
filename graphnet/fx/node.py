"""Calls in a graph: ``torch.fx.node``, which refuses."""

from graphnet.fx.refused import Refused, refused

__all__ = ["Node", "map_arg"]


class Node(Refused):
    """A call in a graph."""


map_arg = refused("node.map_arg", "Apply a function to the nodes among arguments")
