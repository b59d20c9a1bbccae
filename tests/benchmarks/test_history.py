"""Recording results, and finding what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.history import HistoryError, appeared, changes, find, record
from tests.benchmarks.examples import FAILED, noise, report, result


def test_what_is_recorded_is_found_by_the_first_characters(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "history.jsonl"
    first, second = report(result(), commit="aaa111"), report(result(ratio=3.0), commit="abb222+")
    record(first, path)
    record(second, path)
    assert len(path.read_text("utf-8").splitlines()) == 2
    assert find("aaa", path) == first
    assert find("abb", path) == second


def test_the_latest_line_of_a_commit_counts(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    record(report(result(), commit="aaa111+"), path)
    latest = report(result(ratio=3.0), commit="aaa111")
    record(latest, path)
    assert find("aaa111", path) == latest


def test_unknown_and_ambiguous_commits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with pytest.raises(HistoryError, match="there are: none"):
        find("a", path)
    record(report(commit="aaa111"), path)
    record(report(commit="abb222"), path)
    with pytest.raises(HistoryError, match=r"no commit 'c' .* there are: aaa111, abb222"):
        find("c", path)
    with pytest.raises(HistoryError, match="'a' may be any of aaa111, abb222"):
        find("a", path)


def test_a_change_is_where_intervals_have_nothing_in_common() -> None:
    before = report(result("mlp", 1.0), result("cnn", 1.0), result("gpt", 1.0))
    after = report(result("mlp", 1.5), result("cnn", 1.06), result("gpt", 0.5))
    found = {change.after.workload: change.factor for change in changes(before, after)}
    assert found == {"mlp": pytest.approx(1.5), "gpt": pytest.approx(0.5)}


def test_a_change_must_exceed_what_torch_seems_to_be_away_from_itself() -> None:
    before = report(noise(0.02), result(ratio=1.0, spread=0.01))
    after = report(noise(0.3), result(ratio=1.2, spread=0.01))
    assert changes(before, after) == []
    assert len(changes(before, report(noise(0.02), *after.results[1:]))) == 1


def test_noise_of_other_threads_does_not_count() -> None:
    before = report(noise(0.5, threads=2), result(ratio=1.0))
    assert len(changes(before, report(result(ratio=1.5)))) == 1


def test_torch_against_itself_never_changes() -> None:
    before = report(noise(0.01))
    after = report(result(ratio=3.0, peer="A/A"))
    assert changes(before, after) == []


def test_what_could_not_be_measured_before_is_new() -> None:
    lstm = result("lstm", peer="jax")
    assert appeared(report(FAILED, result()), report(lstm, result())) == [lstm]
    assert changes(report(FAILED), report(lstm)) == []
