"""How often a trace is interpreted before it is compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graphnet.ir.node import Node
from graphnet.ir.op import Trait

# Seconds, as measured: what it takes to compile a node, what that saves at each later run, and
# what it saves for each byte of a result, which a plan writes into memory that is in the cache.
_TO_COMPILE: Final = 45e-6
_SAVED: Final = 5e-6
_SAVED_A_BYTE: Final = 1e-10

_SHARE: Final = 0.5
"""Of the runs after which a plan would have paid for itself, those that are waited for.

A program may end, or never come by again, after any run: whoever waits for all of them never pays
more than twice what a clairvoyant would. Most traces that come back twice come back for long.
"""


def patience(nodes: Sequence[Node]) -> int:
    """The runs of a trace to interpret: one where much is computed, up to four where little is."""
    count, nbytes = 0, 0
    for node in nodes:
        if node.op.is_(Trait.SOURCE) or node.op.is_(Trait.VIEW):
            continue
        count += 1
        nbytes += sum(getattr(value.type, "nbytes", 0) for value in node.results)
    saved = _SAVED * count + _SAVED_A_BYTE * nbytes
    return max(1, int(_SHARE * _TO_COMPILE * count / saved)) if count else 1
