"""The chart: which bars it has, and where they end."""

from __future__ import annotations

from pathlib import Path

import matplotlib.figure
import pytest

from benchmarks.chart import draw_chart
from tests.benchmarks.examples import FAILED, WRONG, noise, report, result


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[matplotlib.figure.Figure]:
    """The figures that are saved."""
    saved = []
    save = matplotlib.figure.Figure.savefig

    def keep(self: matplotlib.figure.Figure, *arguments: object, **options: object) -> None:
        saved.append(self)
        save(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(matplotlib.figure.Figure, "savefig", keep)
    made = report(noise(), result("cnn", 0.5), result("mlp", 3.0), FAILED, WRONG)
    made.results.append(result("mlp", 2.0, threads=2))
    draw_chart(made, tmp_path / "charts" / "ratios.png")
    assert (tmp_path / "charts" / "ratios.png").stat().st_size > 0
    return saved


def test_bars_go_from_one_to_the_ratio(drawn: list[matplotlib.figure.Figure]) -> None:
    first, second = drawn[0].axes
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in first.patches[-2:]]
    assert ends == [(1, pytest.approx(0.5)), (1, pytest.approx(3.0))]
    assert [label.get_text() for label in first.get_yticklabels()] == ["cnn", "mlp"]
    assert first.get_xscale() == "log"
    assert (first.get_title("left"), second.get_title("left")) == (
        "torch, 1 thread",
        "torch, 2 threads",
    )


def test_intervals_and_labels_fit(drawn: list[matplotlib.figure.Figure]) -> None:
    for axes in drawn[0].axes:
        low, high = axes.get_xlim()
        assert low < 0.5 * 0.95 < 3.0 * 1.05 < high


def test_nothing_makes_no_chart(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_chart(report(noise(), FAILED), tmp_path / "chart.png")
