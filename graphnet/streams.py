"""Queues of work and moments in them: ``torch.Stream`` and ``torch.Event`` of the CPU.

The CPU has one queue, which a program waits for by going on: there is never anything left to do.
"""

from __future__ import annotations

from typing import Any, Self

from graphnet.devices import CPU, check_device, device

__all__ = ["Event", "Stream"]


class Stream:
    """The queue of the CPU.

    >>> import graphnet as torch
    >>> with torch.Stream(device="cpu") as stream:
    ...     stream.query()
    True
    """

    def __init__(self, device: Any = None, *, priority: int = 0) -> None:
        check_device(device)
        self.stream_id = 0

    @property
    def device(self) -> device:
        """The CPU."""
        return CPU

    def query(self) -> bool:
        """True: all is done."""
        return True

    def synchronize(self) -> None:
        """Wait until all is done."""

    def wait_stream(self, stream: Stream) -> None:
        """Let what comes wait for another queue."""

    def wait_event(self, event: Event) -> None:
        """Let what comes wait for a moment."""

    def record_event(self, event: Event | None = None) -> Event:
        """A moment: now."""
        return event or Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing: there is no other queue to go back to."""

    def __repr__(self) -> str:
        return f"torch.Stream device_type=cpu, device_index=-1, stream_id={self.stream_id}"


class Event:
    """A moment in a queue of the CPU: always past."""

    def __init__(
        self, device: Any = None, *, enable_timing: bool = False, blocking: bool = False
    ) -> None:
        check_device(device)

    def record(self, stream: Stream | None = None) -> None:
        """Let it be now."""

    def query(self) -> bool:
        """True: it is past."""
        return True

    def synchronize(self) -> None:
        """Wait for it."""

    def wait(self, stream: Stream | None = None) -> None:
        """Let a queue wait for it."""
