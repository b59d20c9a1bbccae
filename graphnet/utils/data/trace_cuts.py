"""Where a program's trace is cut while a batch is fetched."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

from graphnet.trace.recorder import current_recorder

Sample = TypeVar("Sample")

#: How many fetches may bring something new before samples are kept out of the program's trace.
PATIENCE = 4


class TraceCuts:
    """Keeps operations on samples out of the traces around them where no two batches are alike.

    What a dataset computes is part of the program's trace at first: one plan makes the samples and
    does the training step with them. Where every batch takes another way, as with words of any
    length or random crops, no such trace is ever met again. So fetches that record something new
    are counted, and after a few of them each sample is run by itself, and so is what the collate
    function makes of them. Then a few short traces are all there is to know, and the training step
    begins with a batch that is there.

    Entered for each fetch.
    """

    def __init__(self) -> None:
        self._anew = 0
        self._misses = 0

    def __enter__(self) -> None:
        self._cut()
        self._misses = current_recorder().cache.misses

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._anew += current_recorder().cache.misses != self._misses
        if error is None:
            self._cut()

    def after(self, sample: Sample) -> Sample:
        """The sample, computed if samples are run by themselves."""
        self._cut()
        return sample

    def _cut(self) -> None:
        if self._anew > PATIENCE:
            current_recorder().run("a sample of a DataLoader")
