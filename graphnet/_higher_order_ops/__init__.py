"""Control flow as functions: ``torch.cond``, ``torch.while_loop`` and scans.

Here they are Python's own: a program may as well write ``if`` and ``while``.
"""

from graphnet._higher_order_ops.associative_scan import associative_scan
from graphnet._higher_order_ops.control_flow import cond, scan, while_loop

__all__ = ["associative_scan", "cond", "scan", "while_loop"]
