"""The tables, as text."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from benchmarks.show import show_changes, show_report
from benchmarks.table import duration, number, verdict
from tests.benchmarks.examples import FAILED, WRONG, noise, report, result


def text_of(show: object, *arguments: object, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(console, *arguments)  # type: ignore[operator]
    return console.file.getvalue()  # type: ignore[attr-defined]


def line_with(text: str, *words: str) -> str:
    return next(line for line in text.splitlines() if all(word in line for word in words))


def test_a_row_has_everything() -> None:
    text = text_of(show_report, report(noise(), result("wide", 1.25)))
    row = line_with(text, "wide", "torch").split("  ")
    cells = [cell.strip() for cell in row if cell.strip()]
    assert cells[:4] == ["wide", "torch", "1", "1.25"]
    assert cells[4:] == ["1.19–1.31", "100 µs", "125 µs", "20.0 ms", "200 steps"]
    assert "A/A" in text


def test_what_never_pays_says_so() -> None:
    assert line_with(text_of(show_report, report(result(ratio=0.5))), "0.50").endswith("never  ")


def test_rows_without_a_time_say_why() -> None:
    text = text_of(show_report, report(FAILED, WRONG))
    assert line_with(text, "lstm", "failed")
    assert line_with(text, "cnn", "wrong")
    assert "lstm / jax, 1 thread: jax: ModuleNotFoundError" in text
    assert "cnn / torch, 1 thread: differs from torch: output 0 differs" in text


def test_figures_and_shares_have_tables_of_their_own() -> None:
    text = text_of(show_report, report())
    assert line_with(text, "import", "200", "1,600", "8.00", "ms")
    assert line_with(text, "recorder", "1.50", "1.20")
    assert line_with(text, "mlp", "50%", "60", "80%", "relu 30%, recording 20%")


def test_a_load_is_told() -> None:
    assert "cores busy" in text_of(show_report, report(result(threads=2, load=1.0)))


def test_changes_are_told() -> None:
    before, after = report(result(ratio=1.0)), report(result(ratio=2.0), result("cnn"), commit="d")
    text = text_of(show_changes, before, after)
    assert "abc1234567 → d: 1 of 2 changed" in text
    assert line_with(text, "mlp", "1.00", "2.00", "× 2.00")
    assert "new: cnn / torch, threads: 1" in text


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (None, "–"),
        (0.5, "0.50 µs"),
        (12.34, "12.3 µs"),
        (999.4, "999 µs"),
        (1e3, "1.00 ms"),
        (123_456.0, "123 ms"),
        (2.5e6, "2.50 s"),
    ],
)
def test_a_time_has_three_digits(microseconds: float | None, text: str) -> None:
    assert duration(microseconds) == text


def test_large_numbers_keep_their_digits() -> None:
    assert number(12_345.6) == "12,346"


@pytest.mark.parametrize(("ratio", "color"), [(1.2, "green"), (0.8, "red"), (1.01, "default")])
def test_a_colour_needs_the_whole_interval(ratio: float, color: str) -> None:
    assert verdict(result(ratio=ratio)) == color
