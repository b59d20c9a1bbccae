"""The JSON, and the warnings."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.result import Report, warnings_of
from tests.benchmarks.examples import FAILED, WRONG, noise, report, result

REQUIRED = {"workload", "peer", "threads", "ratio", "low", "high", "ours_us", "theirs_us"}
REQUIRED |= {"compile_s", "correct"}


def test_the_json_has_the_schema_that_was_promised(tmp_path: Path) -> None:
    path = tmp_path / "new" / "results.json"
    report(noise(), result(), FAILED, WRONG).write(path)
    data = json.loads(path.read_text("utf-8"))
    assert {"environment", "results"} <= data.keys()
    assert len(data["results"]) == 4
    for row in data["results"]:
        assert row.keys() >= REQUIRED
    for row in data["results"][2:]:
        assert row["ratio"] is row["ours_us"] is row["theirs_us"] is None


def test_what_is_written_can_be_read() -> None:
    made = report(noise(), result(), FAILED)
    assert Report.from_json(json.loads(json.dumps(made.as_json()))) == made


def test_a_load_is_a_warning_with_two_threads_alone() -> None:
    quiet = report(result(load=2.0), result(threads=2, load=0.2), FAILED)
    quiet.environment["allowed_cores"] = 2
    assert warnings_of(quiet) == []
    crowded = report(result(threads=2, load=0.4), result("cnn", threads=2, load=1.6))
    crowded.environment["allowed_cores"] = 2
    (warning,) = warnings_of(crowded)
    assert "mlp, cnn" in warning
    assert "1.6 cores" in warning


def test_more_threads_than_cores_are_a_warning() -> None:
    made = report(result(threads=2, load=0.0))
    assert warnings_of(made) == [
        "There are more threads than the 1 cores that this process may use."
    ]
