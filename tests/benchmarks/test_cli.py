"""What the words and options of the command line mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import cli, history
from benchmarks.result import Report
from benchmarks.session import Session
from benchmarks.workloads import WORKLOADS
from tests.benchmarks.examples import WRONG, report, result


def session(*words: str) -> Session:
    return cli.session_of(cli.parser().parse_args(words))


def test_by_default_every_workload_is_timed_against_torch_on_one_thread() -> None:
    assert session() == Session(WORKLOADS, True, (), ("torch",), (1,), False)


def test_everything_can_be_chosen() -> None:
    words = ["mlp", "cnn", "--against", "torch,torch.compile,jax", "--threads", "1,2", "--quick"]
    made = session(*words, "--memory", "--cold", "--scaling")
    assert made.workloads == ("mlp", "cnn")
    assert made.peers == ("torch", "torch.compile", "jax")
    assert made.threads == (1, 2)
    assert made.quick
    assert set(made.tables) == {"memory", "cold", "scaling"}


@pytest.mark.parametrize("table", ["overhead", "cold", "memory", "scaling", "profile"])
def test_a_table_as_a_word_is_made_alone(table: str) -> None:
    made = session(table)
    assert made.tables == (table,)
    assert not made.speed
    beside = session(f"--{table}")
    assert beside.tables == (table,)
    assert beside.speed


def test_jobs_are_all_there_in_order() -> None:
    made = session("cnn", "mlp", "--threads", "1,2", "--memory", "--profile", "--overhead")
    assert [job.name for job in made.jobs(report())] == [
        "mlp / A/A, threads: 1",
        "cnn / torch, threads: 1",
        "mlp / torch, threads: 1",
        "mlp / A/A, threads: 2",
        "cnn / torch, threads: 2",
        "mlp / torch, threads: 2",
        "profile of cnn",
        "profile of mlp",
        "memory of cnn",
        "memory of mlp",
        "overhead",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--against", "tensorflow"], "'tensorflow' is none of torch, torch.compile, jax"),
        (["--threads", "two"], "'two' is no list of numbers"),
        (["--threads", "0"], "at least one thread"),
    ],
)
def test_wrong_options_are_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(words)
    assert message in capsys.readouterr().err


def test_an_unknown_workload_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["mpl"]) == 2
    assert "there is no workload 'mpl'; there are expr, seed-mlp" in capsys.readouterr().err


def test_the_help_describes_every_workload(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    text = capsys.readouterr().out
    for name in (*WORKLOADS, "overhead"):
        assert f"\n  {name} " in text


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history that is used instead of the real one."""
    path = tmp_path / "history.jsonl"
    for name in ("find", "record"):
        function = getattr(history, name)
        monkeypatch.setattr(history, name, lambda given, function=function: function(given, path))
    return path


def pretend(monkeypatch: pytest.MonkeyPatch, made: Report) -> None:
    """Let a session find what is in a report at once."""

    def run(self: Session, into: Report, console: Any) -> None:
        into.results.extend(made.results)

    monkeypatch.setattr(Session, "run", run)
    monkeypatch.setattr(cli, "describe_environment", lambda: made.environment)


def test_results_are_shown_written_drawn_and_recorded(
    tmp_path: Path,
    recorded: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pretend(monkeypatch, report(result(ratio=2.0)))
    words = ["--json", str(tmp_path / "a.json"), "--plot", str(tmp_path / "a.png"), "--record"]
    assert cli.main(words) == 0
    assert "2.00" in capsys.readouterr().out
    assert (tmp_path / "a.json").exists()
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert len(recorded.read_text("utf-8").splitlines()) == 1


def test_a_wrong_result_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, report(WRONG))
    assert cli.main([]) == 1


def test_commits_are_compared(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history.record(report(result(ratio=1.0), commit="aaa"))
    history.record(report(result(ratio=2.0), commit="bbb"))
    assert cli.main(["--compare", "aaa", "bbb"]) == 0
    assert "× 2.00" in capsys.readouterr().out
    assert cli.main(["--compare", "aaa", "ccc"]) == 2
    assert "no commit 'ccc'" in capsys.readouterr().err
