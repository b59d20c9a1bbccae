"""Compares what a program printed with graphnet and with PyTorch.

Both start from the same numbers and round differently, and training amplifies what rounding does.
So:

* words and whole numbers are equal;
* before the tenth step decimals are equal to the last printed digit. One in a hundred, and one in
  any case, may be its neighbour: where a value lies at a boundary, rounding decides the digit;
* from the tenth step on they agree within 1e-3, relatively, and a unit of their last digit.

The step is what the latest line that names one says: ``step 3``, ``Epoch: 3``, ``[iter 3/60]``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest

DECIMAL = re.compile(r"([-+]?\d+\.\d*(?:e[-+]\d+)?)", re.IGNORECASE)
STEP = re.compile(r"\b(?:step|iter|epoch|episode)\W+(\d+)", re.IGNORECASE)
EARLY_STEPS = 10
DRIFT = Decimal("1e-3")
AT_A_BOUNDARY = 0.01


def difference(ours: Sequence[str], theirs: Sequence[str]) -> str | None:
    """Where two outputs differ first, with the lines that do; None if nowhere."""
    comparison = Comparison()
    for number, (mine, wanted) in enumerate(zip_longest(ours, theirs), start=1):
        if mine is None or wanted is None or not comparison.agree(mine, wanted):
            nothing = "(nothing more)"
            return (
                f"line {number} differs\n  graphnet: {nothing if mine is None else mine}"
                f"\n  PyTorch:  {nothing if wanted is None else wanted}"
            )
    return comparison.too_many_neighbours()


class Comparison:
    """What has been seen of two outputs so far."""

    def __init__(self) -> None:
        self._step = 0
        self._decimals = 0
        self._neighbours: list[str] = []

    def agree(self, mine: str, wanted: str) -> bool:
        """Whether the next two lines do."""
        self._step = max(map(int, STEP.findall(wanted)), default=self._step)
        ours, theirs = DECIMAL.split(mine), DECIMAL.split(wanted)
        self._decimals += len(theirs) // 2
        if mine == wanted:
            return True
        # Decimals are at the odd places. They may be wider than their twins are.
        if [words.split() for words in ours[::2]] != [words.split() for words in theirs[::2]]:
            return False
        return all(map(self._close, ours[1::2], theirs[1::2]))

    def _close(self, mine: str, wanted: str) -> bool:
        value = Decimal(wanted)
        apart = abs(Decimal(mine) - value)
        digit = Decimal((0, (1,), value.as_tuple().exponent))
        if self._step >= EARLY_STEPS:
            return apart <= DRIFT * abs(value) + digit
        if mine != wanted:
            self._neighbours.append(f"{mine} for {wanted}")
        return apart <= digit

    def too_many_neighbours(self) -> str | None:
        """The decimals whose last digit differs, if there are more than rounding explains."""
        if len(self._neighbours) <= max(1, AT_A_BOUNDARY * self._decimals):
            return None
        return f"of {self._decimals} decimals these differ: {', '.join(self._neighbours)}"
