"""Classes that only a group of processes makes: programs compare with them, and make none."""

from __future__ import annotations

from typing import Any

from graphnet.errors import NotSupportedError

PROBLEM = "graphnet trains in one process"
CURE = "run the program without its distributed options"


class OfManyProcesses:
    """Something of a group of processes. Making one raises NotSupportedError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotSupportedError(f"{type(self).__name__}: {PROBLEM}", cure=CURE)
