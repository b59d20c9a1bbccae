"""Calls of functions in other processes, ``torch.distributed.rpc``, of which there is none."""

from __future__ import annotations

from graphnet.distributed.absent import CURE, PROBLEM
from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = ["init_rpc", "rpc_async", "rpc_sync", "shutdown"]


def is_available() -> bool:
    """False: a program runs in one process."""
    return False


init_rpc = refusal("init_rpc", "Let processes call each other", NotSupportedError, PROBLEM, CURE)
rpc_sync = refusal("rpc_sync", "Call and wait", NotSupportedError, PROBLEM, CURE)
rpc_async = refusal("rpc_async", "Call and go on", NotSupportedError, PROBLEM, CURE)
shutdown = refusal("shutdown", "End the calls", NotSupportedError, PROBLEM, CURE)
