"""Profiles of named blocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import graphnet as torch
from graphnet import profiler
from graphnet.profiler import around


def test_a_block_takes_what_is_in_it() -> None:
    with profiler.profile() as prof, profiler.record_function("outer"):
        x = torch.ones(200, 200)
        for _ in range(3):
            with profiler.record_function("inner"):
                x = x @ x
    averages = {event.key: event for event in prof.key_averages()}
    outer, inner = averages["outer"], averages["inner"]
    assert (outer.count, inner.count) == (1, 3)
    assert outer.cpu_time_total >= inner.cpu_time_total > 0
    assert outer.self_cpu_time_total == pytest.approx(outer.cpu_time_total - inner.cpu_time_total)
    assert not x._storage.pending  # what a block records is run before it ends
    table = prof.key_averages().table(sort_by="cpu_time_total", row_limit=1)
    assert "outer" in table
    assert "inner" not in table


def test_nothing_is_recorded_outside() -> None:
    with profiler.record_function("before"):
        pass
    with profiler.profile() as prof:
        pass
    assert not prof.events()


def test_a_schedule_says_what_is_recorded() -> None:
    stretches: list[list[str]] = []
    plan = profiler.schedule(wait=1, warmup=1, active=2, repeat=2, skip_first=1)

    def ready(prof: Any) -> None:
        stretches.append([event.name for event in prof.events()])

    with profiler.profile(schedule=plan, on_trace_ready=ready) as prof:
        for step in range(12):
            with profiler.record_function(f"step {step}"):
                pass
            prof.step()
    assert stretches == [["step 3", "step 4"], ["step 7", "step 8"]]


def test_a_trace_is_written(tmp_path: Path) -> None:
    with (
        profiler.profile(on_trace_ready=profiler.tensorboard_trace_handler(str(tmp_path))),
        profiler.record_function("work"),
    ):
        pass
    (file,) = tmp_path.iterdir()
    (event,) = json.loads(file.read_text())["traceEvents"]
    assert event["name"] == "work"


def test_the_profile_of_a_block() -> None:
    with around.profile(use_cuda=False) as prof, around.record_function("work"):
        (torch.ones(3) + 1).sum()
    assert [event.name for event in prof.function_events] == ["work"]
    assert "work" in prof.key_averages().table(sort_by="self_cpu_time_total")
    assert prof.self_cpu_time_total > 0
    with around.profile(enabled=False) as off, around.record_function("work"):
        pass
    assert not off.function_events
