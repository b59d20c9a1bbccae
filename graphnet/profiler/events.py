"""Named blocks of a program, and tables of the time they took."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, Self

from graphnet.trace.recorder import current_recorder


@dataclass
class FunctionEvent:
    """A block that was entered, or several of one name.

    Attributes:
        name: what the program calls it.
        start: when it began, in microseconds.
        cpu_time_total: how long it took, all inner blocks included.
        self_cpu_time_total: how long without them.
        count: how often it was entered.
    """

    name: str
    start: float
    cpu_time_total: float = 0.0
    self_cpu_time_total: float = 0.0
    count: int = 1

    @property
    def key(self) -> str:
        """The name."""
        return self.name

    @property
    def cpu_time(self) -> float:
        """How long it took each time."""
        return self.cpu_time_total / self.count


class EventList(list[FunctionEvent]):
    """Events, in the order in which they began."""

    def key_averages(self, *_: Any, **__: Any) -> EventList:
        """One event for each name."""
        found: dict[str, FunctionEvent] = {}
        for event in self:
            total = found.get(event.name)
            if total is None:
                found[event.name] = FunctionEvent(**vars(event))
                continue
            total.cpu_time_total += event.cpu_time_total
            total.self_cpu_time_total += event.self_cpu_time_total
            total.count += event.count
        return EventList(found.values())

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all together, in microseconds."""
        return sum(event.self_cpu_time_total for event in self)

    def total_average(self) -> FunctionEvent:
        """All of them as one."""
        total = self.self_cpu_time_total
        return FunctionEvent("Total", 0.0, total, total, sum(event.count for event in self))

    def table(
        self, sort_by: str | None = None, row_limit: int = 100, header: str | None = None, **_: Any
    ) -> str:
        """The events as text, a line each."""
        rows: Iterable[FunctionEvent] = self
        if sort_by is not None and hasattr(FunctionEvent("", 0.0), sort_by):
            rows = sorted(self, key=lambda event: getattr(event, sort_by), reverse=True)
        whole = self.self_cpu_time_total or 1.0
        cells: list[tuple[str, ...]] = [
            ("Name", "Self CPU %", "Self CPU", "CPU total", "CPU time avg", "# of Calls")
        ]
        for event in list(rows)[: row_limit if row_limit >= 0 else None]:
            share = f"{100 * event.self_cpu_time_total / whole:.2f}%"
            times = (event.self_cpu_time_total, event.cpu_time_total, event.cpu_time)
            cells.append((event.name, share, *map(_shown, times), str(event.count)))
        widths = [max(len(row[column]) for row in cells) for column in range(6)]
        rule = "  ".join("-" * width for width in widths)
        lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
        head = [header] if header else []
        total = f"Self CPU time total: {_shown(self.self_cpu_time_total)}"
        return "\n".join([*head, rule, lines[0], rule, *lines[1:], rule, total])

    def __str__(self) -> str:
        return self.table()


def _shown(microseconds: float) -> str:
    for factor, unit in ((1e6, "s"), (1e3, "ms")):
        if microseconds >= factor:
            return f"{microseconds / factor:.3f}{unit}"
    return f"{microseconds:.3f}us"


class _Open(threading.local):
    """The blocks that a thread is in, the innermost last."""

    def __init__(self) -> None:
        self.blocks: list[tuple[FunctionEvent, float]] = []


class record_function:  # noqa: N801  # PyTorch's name
    """Name a block, or a function, for profiles.

    While a profile is made, what was recorded before is run before the block begins, and what it
    records is run before it ends: so the time of a block is that of what is in it.

    >>> import graphnet as torch
    >>> from graphnet.profiler import profile, record_function
    >>> with profile() as prof, record_function("work"):
    ...     _ = torch.ones(3) + 1
    >>> [event.name for event in prof.key_averages()]
    ['work']
    """

    #: Where events go while a profile is made.
    sink: ClassVar[EventList | None] = None
    _open: ClassVar[_Open] = _Open()

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name, self.args = name, args

    def __enter__(self) -> Self:
        if record_function.sink is not None:
            current_recorder().run("a profiled block begins")
            event = FunctionEvent(self.name, time.perf_counter() * 1e6)
            self._open.blocks.append((event, 0.0))
            record_function.sink.append(event)
        return self

    def __exit__(self, *_: object) -> None:
        if record_function.sink is None or not self._open.blocks:
            return
        current_recorder().run("a profiled block ends")
        event, inside = self._open.blocks.pop()
        event.cpu_time_total = time.perf_counter() * 1e6 - event.start
        event.self_cpu_time_total = event.cpu_time_total - inside
        if self._open.blocks:
            outer, so_far = self._open.blocks[-1]
            self._open.blocks[-1] = outer, so_far + event.cpu_time_total

    def __call__(self, function: Any) -> Any:
        """The function, all of whose calls are such blocks."""

        @wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with record_function(self.name):
                return function(*args, **kwargs)

        return wrapped
