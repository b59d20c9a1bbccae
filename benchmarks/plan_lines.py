"""Times the lines of plans while they run, by the operation that each line is."""

from __future__ import annotations

import gc
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

MEMORY = "memory for results"
"""What lines that are no operation do: they make arrays for what leaves a plan, and let go."""

PLAN_FILE = "<graphnet plan>"
"""The file that the code of plans says it is from."""

now = time.perf_counter


class LineTimer:
    """A context in which the seconds of each operation of every plan are added up.

    Args:
        products: says how many seconds were spent in matrix products so far; they are left out.

    Attributes:
        seconds: by name of the operation, without matrix products.
        inside: seconds spent in plans, products included.
    """

    def __init__(self, products: Callable[[], float]) -> None:
        self.products = products
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.inside = 0.0
        self._names: dict[CodeType, dict[int, str]] = {}

    def __enter__(self) -> LineTimer:
        from graphnet.runtime.plan import Plan

        self._plan = Plan
        sys.settrace(self._on_call)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(None)

    def _on_call(self, frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if code.co_filename != PLAN_FILE:
            return None
        names = self._names.get(code) or self._learn(frame)
        line, began, products = frame.f_lineno, now(), self.products()
        entered = began

        def on_line(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal line, began, products
            ended, spent = now(), self.products()
            self.seconds[names.get(line, MEMORY)] += ended - began - (spent - products)
            if event == "return":
                self.inside += ended - entered
            line, began, products = frame.f_lineno, now(), spent
            return on_line

        return on_line

    def _learn(self, frame: FrameType) -> dict[int, str]:
        """The operation of each line of a plan, of which code is a part; parts share globals."""
        for thing in gc.get_objects():
            if isinstance(thing, self._plan) and thing.function.__globals__ is frame.f_globals:
                names = {line: step.op.name for line, step in thing.lines.items()}
                return self._names.setdefault(frame.f_code, names)
        return {}
