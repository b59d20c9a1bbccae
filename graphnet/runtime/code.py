"""The Python code of a plan while it is being written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
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

        What later parts read they take from a dictionary, the last one that reads it for good: what
        is let go of there is held by nobody else.
        """
        borders = [*range(1, len(self._body), _PART), len(self._body)]
        if len(borders) == 2:
            return self._made(self.source)
        spans = self._spans()
        self.scope["parts"] = [self._part(*border, spans) for border in pairwise(borders)]
        return self._made(_ONE_AFTER_THE_OTHER, "<graphnet plan of parts>")

    def _part(self, start: int, end: int, spans: dict[str, _Span]) -> Callable[..., Any]:
        """The function of some lines; they have the same numbers as in the whole source."""
        lines = self._body[start:end]
        named = dict.fromkeys(name for line in lines for name in _NAME.findall(line))
        names = [name for name in named if name in spans]
        taken = [name for name in names if spans[name].set_at < start]
        given = [name for name in names if name not in taken and spans[name].read_at >= end]
        if taken:
            values = [
                f"live.pop({name!r})" if spans[name].read_at < end else f"live[{name!r}]"
                for name in taken
            ]
            lines[0] = f"    [{', '.join(taken)}] = [{', '.join(values)}]; {lines[0].lstrip()}"
        if given:
            lines.append(f"    live.update({', '.join(f'{name}={name}' for name in given)})")
        return self._made("\n" * (start - 1) + "\n".join(["def run(live):", *lines]))

    def _spans(self) -> dict[str, _Span]:
        """What lines set and read each variable."""
        spans = {"inputs": _Span(0, 0)}
        for number, line in enumerate(self._body):
            for name in _NAME.findall(line):
                if name in spans:
                    spans[name].read_at = number
            if found := _ASSIGNMENT.match(line):
                for name in found[1].split(", "):
                    spans.setdefault(name, _Span(number, number))
        return spans

    def _made(self, source: str, file: str = FILE) -> Callable[..., Any]:
        exec(compile(source, file, "exec"), self.scope)  # text written by the planner
        made: Callable[..., Any] = self.scope["run"]
        return made


@dataclass(slots=True)
class _Span:
    """The line that sets a variable, and the last one that reads it."""

    set_at: int
    read_at: int


_ONE_AFTER_THE_OTHER = """
def run(inputs):
    live = {"inputs": inputs}
    for part in parts:
        results = part(live)
    return results
"""
