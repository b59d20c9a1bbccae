"""The protocol between the two processes."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks import side as sides
from benchmarks.side import OVERRIDES, THREAD_VARIABLES, Side, SideError, environment_of
from benchmarks.worker import serve

FAKE = """
import json, os, sys
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "leave":
        sys.exit(3)
    if command["do"] == "sleep":
        continue
    if command["do"] == "fail":
        print(json.dumps({"error": "OSError: no"}), flush=True)
    else:
        print(json.dumps({"value": [command, os.environ["OMP_NUM_THREADS"]]}), flush=True)
"""


@pytest.fixture
def side() -> Iterator[Side]:
    with Side(3, [sys.executable, "-c", FAKE]) as made:
        yield made


def test_a_command_is_answered(side: Side) -> None:
    assert side.ask("run", steps=5) == [{"do": "run", "steps": 5}, "3"]


def test_an_error_is_raised_and_the_side_lives_on(side: Side) -> None:
    with pytest.raises(SideError, match="OSError: no"):
        side.ask("fail")
    assert side.ask("run")[0] == {"do": "run"}


def test_a_side_that_ends_is_an_error(side: Side) -> None:
    with pytest.raises(SideError, match="ended with code 3"):
        side.ask("leave")
    with pytest.raises(SideError, match="ended with code 3"):
        side.ask("run")


def test_a_side_that_does_not_answer_is_ended(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "TIMEOUT", 0.1)
    with pytest.raises(SideError, match="no answer"):
        side.ask("sleep")
    assert side.process.wait() != 0


def test_a_side_ends_with_its_block() -> None:
    with Side(1, [sys.executable, "-c", FAKE]) as made:
        assert made.process.poll() is None
    assert made.process.poll() is not None


def test_a_worker_has_equal_threads_everywhere_and_no_overrides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (*THREAD_VARIABLES, *OVERRIDES):
        monkeypatch.setenv(name, "8")
    variables = environment_of(2)
    assert {variables[name] for name in THREAD_VARIABLES} == {"2"}
    assert not set(OVERRIDES) & variables.keys()


class Echo:
    """Answers one command."""

    def twice(self, x: int) -> int:
        return 2 * x

    def fail(self) -> None:
        raise ValueError("first line\nsecond line")


def test_serving_answers_in_order_and_survives_errors() -> None:
    commands: list[dict[str, Any]] = [
        {"do": "twice", "x": 2},
        {"do": "fail"},
        {"do": "twice", "x": 4},
    ]
    replies = io.StringIO()
    serve(io.StringIO("".join(json.dumps(c) + "\n" for c in commands)), replies, Echo())
    first, failed, last = map(json.loads, replies.getvalue().splitlines())
    assert (first, last) == ({"value": 4}, {"value": 8})
    assert failed["error"] == "ValueError: first line"
    assert "second line" in failed["traceback"]


def test_a_real_worker_runs_a_workload() -> None:
    with Side(1) as worker:
        assert worker.ask("load", framework="graphnet", threads=1)["version"]
        worker.ask("build", workload="expr", options={})
        assert len(worker.ask("first", steps=3)) == 3
        assert worker.ask("run", steps=2) > 0
        memory = worker.ask("memory")
        assert memory["peak"] >= memory["imported"] > 0
        with pytest.raises(SideError, match="ModuleNotFoundError"):
            worker.ask("build", workload="nothing", options={})
