"""The Python code of a plan while it is being written."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from sys import intern
from typing import Any

import numpy as np

from graphnet.ir.node import Node
from graphnet.runtime.blame import Culprit, culprit

FILE = "<graphnet plan>"
"""What tracebacks call the code of a plan."""

_PART = 128
"""Lines that are compiled at once. Python's parser takes 2.4 KB a line while it is at work."""

_ASSIGNMENT = re.compile(r"    ([a-z]\w*(?:, [a-z]\w*)*),? = ")
_NAME = re.compile(r"[a-z]\w*")


class Code:
    """The body of a function ``run(inputs)``, line by line, and the names it can use."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {"np": np}
        self.lines: dict[int, Culprit] = {}
        self._body = ["def run(inputs):"]
        self._named: dict[int, str] = {}

    def line(self, text: str, node: Node | None = None) -> None:
        """Add a line; errors in it are blamed on ``node``."""
        self._body.append(f"    {text}")
        if node is not None:
            self.lines[len(self._body)] = culprit(node.op, node.location)

    def bind(self, prefix: str, thing: Any) -> str:
        """A name for a thing that the code uses; the same one for the same thing."""
        name = self._named.get(id(thing))
        if name is None:
            name = self._named[id(thing)] = intern(f"{prefix}{len(self.scope)}")
            self.scope[name] = thing  # keeps it, and so its id
        return name

    def function_name(self, function: Any, prefix: str) -> str:
        """How the code calls a function: as numpy's, or by a name of its own."""
        public = getattr(function, "__name__", "")
        if getattr(np, public, None) is function:
            return f"np.{public}"
        return self.bind(prefix, function)

    def dtype(self, dtype: np.dtype[Any]) -> str:
        """The name of a dtype."""
        self.scope.setdefault(dtype.name, dtype)
        return dtype.name

    def number(self, number: Any, dtype: np.dtype[Any]) -> str:
        """The name of a number as an array: ``n0_5`` is 0.5."""
        spelled = "".join(c if c.isalnum() else "_" for c in repr(number).replace("-", "minus"))
        name = f"n{spelled}" if dtype == np.float32 else f"n{spelled}_{dtype.name}"
        self.scope.setdefault(name, np.asarray(number, dtype))
        return name

    @property
    def source(self) -> str:
        """The text."""
        return "\n".join(self._body)

    def function(self) -> Callable[..., Any]:
        """The function itself. A long one is made of parts, each of which goes on where one ended.

        A part returns a list of what later ones read, and its successor empties the list: what is
        let go of later is held by nobody else.
        """
        borders = [*range(1, len(self._body), _PART), len(self._body)]
        spans = self._spans() if len(borders) > 2 else {}
        parts = [self._part(start, end, spans) for start, end in pairwise(borders)]
        if len(parts) == 1:
            return parts[0]
        self.scope["parts"] = parts
        return self._made(_ONE_AFTER_THE_OTHER, "<graphnet plan of parts>")

    def _part(self, start: int, end: int, spans: dict[str, list[int]]) -> Callable[..., Any]:
        """The function of some lines; they have the same numbers as in the whole source."""

        def crossing(border: int) -> str:
            return ", ".join(name for name, (set_, read) in spans.items() if set_ < border <= read)

        lines = [self._body[0]]
        if start > 1:
            blank = "\n" * (start - 2)
            lines = [f"{blank}def run(live):", f"    [{crossing(start)}] = live; live.clear()"]
        lines += self._body[start:end]
        if end < len(self._body):
            lines.append(f"    return [{crossing(end)}]")
        return self._made("\n".join(lines))

    def _spans(self) -> dict[str, list[int]]:
        """For each variable the line that sets it and the last one that reads it."""
        spans: dict[str, list[int]] = {}
        for number, line in enumerate(self._body):
            for name in _NAME.findall(line):
                if name in spans:
                    spans[name][1] = number
            if found := _ASSIGNMENT.match(line):
                for name in found[1].split(", "):
                    spans.setdefault(name, [number, number])
        return spans

    def _made(self, source: str, file: str = FILE) -> Callable[..., Any]:
        exec(compile(source, file, "exec"), self.scope)  # text written by the planner
        made: Callable[..., Any] = self.scope["run"]
        return made


_ONE_AFTER_THE_OTHER = """
def run(live):
    for part in parts:
        live = part(live)
    return live
"""
