"""A figure that is not a ratio of two times taken in turns: what it is of, its unit, both sides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number, of graphnet and perhaps of torch.

    Attributes:
        name: what was measured.
        unit: in what.
        ours: graphnet's figure; None if it could not be had.
        theirs: torch's, where there is one.
        at_most: what ours should not exceed, where that was set.
        note: what to know about it, such as why it could not be had.
    """

    name: str
    unit: str
    ours: float | None = None
    theirs: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Theirs over ours: above 1 graphnet is better, as all these figures are costs."""
        return self.theirs / self.ours if self.ours and self.theirs is not None else None
