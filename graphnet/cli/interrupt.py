"""Ctrl-C as a wish to stop at the next good moment."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

# What shells expect of a program that Ctrl-C ended: 128 + the number of the signal.
INTERRUPTED = 130


class StopOnInterrupt:
    """While the block runs, a first Ctrl-C only sets :attr:`requested`; a second one interrupts.

    Where signals cannot be caught (outside the main thread) Ctrl-C does what it always does.
    """

    def __init__(self) -> None:
        self.requested = False
        self._before: Any = None

    def __call__(self) -> bool:
        """Whether the user asked to stop."""
        return self.requested

    def __enter__(self) -> StopOnInterrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
