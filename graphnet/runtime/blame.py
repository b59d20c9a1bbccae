"""Errors at run time, traced back to the line that asked for what failed."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from graphnet.errors import GraphnetError
from graphnet.ir.op import Op
from graphnet.source import Location


class Culprit(NamedTuple):
    """What a line of a plan does, and the user's line that asked for it."""

    op: Op
    location: Location | None

    def blame(self, error: Exception) -> None:
        """Say in an error which operation failed and which line of the user's recorded it."""
        if isinstance(error, GraphnetError) and self.location is not None:
            error.caused_at(self.location)
        else:
            error.add_note(f"in `{self.op}`, recorded at {self.location}")


# A line of a loop stands in many plans, and many times in each.
culprit = lru_cache(maxsize=65_536)(Culprit)
