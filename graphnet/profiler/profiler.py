"""Making a profile: when, and what becomes of it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any, Self

from graphnet.errors import ValueRangeError
from graphnet.profiler.events import EventList, record_function

Schedule = Callable[[int], "ProfilerAction"]


class ProfilerActivity(Enum):
    """What is measured: only what runs on the CPU."""

    CPU = 0
    XPU = 1
    CUDA = 2


class ProfilerAction(Enum):
    """What is done during a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


def supported_activities() -> set[ProfilerActivity]:
    """Those that can be measured."""
    return {ProfilerActivity.CPU}


def schedule(
    *,
    wait: int,
    warmup: int,
    active: int,
    repeat: int = 0,
    skip_first: int = 0,
    skip_first_wait: int = 0,
) -> Schedule:
    """Say what is done in which step: after ``skip_first`` in cycles of wait, warm up, record.

    Raises:
        ValueRangeError: nothing would be recorded.

    >>> from graphnet.profiler import schedule
    >>> plan = schedule(wait=1, warmup=1, active=2)
    >>> [plan(step).name for step in range(4)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE']
    """
    if min(wait, warmup, repeat, skip_first) < 0 or active < 1:
        raise ValueRangeError(
            "Invalid profiler schedule arguments: all are at least 0, and active at least 1"
        )

    def action(step: int) -> ProfilerAction:
        if step < skip_first:
            return ProfilerAction.NONE
        step -= skip_first
        if skip_first_wait:
            step += wait
        cycle = wait + warmup + active
        if 0 < repeat <= step // cycle:
            return ProfilerAction.NONE
        place = step % cycle
        if place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        last = place == cycle - 1
        return ProfilerAction.RECORD_AND_SAVE if last else ProfilerAction.RECORD

    return action


class profile:  # noqa: N801  # PyTorch's name
    """Collect the named blocks of a program while it is on.

    Args:
        activities: what is measured; only the CPU is.
        schedule: what is done in which step; steps end with :meth:`step`. Without one, all is
            recorded.
        on_trace_ready: called with this object whenever a stretch was recorded.
        record_shapes, profile_memory, with_stack, with_flops, with_modules: PyTorch's options on
            operations, of which there are no events here.

    >>> from graphnet.profiler import profile, record_function
    >>> with profile() as prof:
    ...     with record_function("outer"), record_function("inner"):
    ...         pass
    >>> [event.name for event in prof.events()]
    ['outer', 'inner']
    """

    def __init__(
        self,
        *,
        activities: Iterable[Any] | None = None,
        schedule: Schedule | None = None,
        on_trace_ready: Callable[..., Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
        use_cuda: bool | None = None,
        custom_trace_id_callback: Callable[[], str] | None = None,
        post_processing_timeout_s: float | None = None,
    ) -> None:
        self.activities = set(activities) if activities else supported_activities()
        self.schedule = schedule
        self.on_trace_ready = on_trace_ready
        self.step_num = 0
        self.current_action = self._action(0)
        self._events = EventList()

    def _action(self, step: int) -> ProfilerAction:
        return ProfilerAction.RECORD if self.schedule is None else self.schedule(step)

    @property
    def _records(self) -> bool:
        return self.current_action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)

    def start(self) -> None:
        """Begin."""
        if self._records:
            record_function.sink = self._events

    def stop(self) -> None:
        """End; what was recorded is handed over."""
        if record_function.sink is not None:
            record_function.sink = None
            self._hand_over()

    def step(self) -> None:
        """Say that a step is over."""
        before = self.current_action
        self.step_num += 1
        self.current_action = self._action(self.step_num)
        if before is ProfilerAction.RECORD_AND_SAVE:
            record_function.sink = None
            self._hand_over()
            self._events = EventList()
        record_function.sink = self._events if self._records else None

    def _hand_over(self) -> None:
        if self.on_trace_ready is not None:
            self.on_trace_ready(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def events(self) -> EventList:
        """The blocks, in the order in which they began."""
        return self._events

    def key_averages(self, *args: Any, **kwargs: Any) -> EventList:
        """One for each name."""
        return self._events.key_averages(*args, **kwargs)

    def export_chrome_trace(self, path: str) -> None:
        """Write the blocks as a file that trace viewers read."""
        events = [
            {
                "ph": "X",
                "name": event.name,
                "cat": "user_annotation",
                "pid": os.getpid(),
                "tid": 0,
                "ts": event.start,
                "dur": event.cpu_time_total,
            }
            for event in self._events
        ]
        Path(path).write_text(json.dumps({"traceEvents": events}), "utf-8")


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False
) -> Callable[[profile], None]:
    """What ``on_trace_ready`` may be: writes a trace into a folder."""

    def handle(prof: profile) -> None:
        folder = Path(dir_name)
        folder.mkdir(parents=True, exist_ok=True)
        worker = worker_name or f"worker_{os.getpid()}"
        stamp = int(time.time() * 1e9)
        prof.export_chrome_trace(str(folder / f"{worker}.{stamp}.pt.trace.json"))

    return handle
