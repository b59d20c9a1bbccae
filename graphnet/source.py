"""Where in the user's own code something happened.

Every graph node and every error names the line the *user* wrote, not a line of this package.
"""

from __future__ import annotations

import linecache
import sys
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

_PACKAGE = __name__.partition(".")[0]
# What stands between a user's `import` and a module of this package.
_PASSED = (_PACKAGE, "importlib")
# The command line is a program that uses the package: its training loop is a user's code.
_PROGRAM = f"{_PACKAGE}.cli"


class Location(NamedTuple):
    """A line of source: file, line number, and the function it stands in.

    >>> from graphnet.source import Location
    >>> print(Location("train.py", 12, "main"))
    train.py:12
    """

    file: str
    line: int
    function: str = "<module>"

    def __str__(self) -> str:
        return f"{PurePath(self.file).name}:{self.line}"

    @property
    def text(self) -> str:
        """The line itself, without its indentation; empty when the source is not at hand."""
        return linecache.getline(self.file, self.line).strip()

    def describe(self) -> str:
        """``File "train.py", line 12, in main`` and, below it, the line, as a traceback shows."""
        head = f'File "{self.file}", line {self.line}, in {self.function}'
        return f"{head}\n    {self.text}" if self.text else head


def user_location() -> Location | None:
    """The innermost line on the call stack that lies outside this package, or None."""
    frame = sys._getframe(1)
    while frame is not None:
        if not _is_passed(frame.f_globals.get("__name__", "")):
            code = frame.f_code
            return _location(code.co_filename, frame.f_lineno, code.co_name)
        frame = frame.f_back  # type: ignore[assignment]  # the loop ends at None
    return None


@lru_cache(maxsize=4096)
def _is_passed(module: str) -> bool:
    """Whether a module is no user's."""
    return module.partition(".")[0] in _PASSED and not module.startswith(_PROGRAM)


# A line that is traced a thousand times is one object.
_location = lru_cache(maxsize=65_536)(Location)
