"""The Python code of a plan while it is being written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphnet.ir.node import Node

FILE = "<graphnet plan>"
"""What tracebacks call the code of a plan."""


class Code:
    """The body of a function ``run(inputs)``, line by line, and the names it can use."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {"np": np}
        self.lines: dict[int, Node] = {}
        self._body = ["def run(inputs):"]
        self._named: dict[int, str] = {}

    def line(self, text: str, node: Node | None = None) -> None:
        """Add a line; errors in it are blamed on ``node``."""
        self._body.append(f"    {text}")
        if node is not None:
            self.lines[len(self._body)] = node

    def bind(self, prefix: str, thing: Any) -> str:
        """A name for a thing that the code uses; the same one for the same thing."""
        name = self._named.get(id(thing))
        if name is None:
            name = self._named[id(thing)] = f"{prefix}{len(self.scope)}"
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
        """The function itself."""
        exec(compile(self.source, FILE, "exec"), self.scope)  # text written by the planner
        made: Callable[..., Any] = self.scope["run"]
        return made
