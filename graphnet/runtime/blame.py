"""Errors at run time, traced back to the line that asked for what failed."""

from __future__ import annotations

from graphnet.errors import GraphnetError
from graphnet.ir.node import Node


def blame(error: Exception, node: Node) -> None:
    """Say in an error which operation failed and which line of the user's recorded it."""
    if isinstance(error, GraphnetError) and node.location is not None:
        error.caused_at(node.location)
    else:
        error.add_note(f"in `{node.op}`, recorded at {node.location}")
