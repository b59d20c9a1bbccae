"""Training curves."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from graphnet.viz import PictureError, plot_history

HISTORY = {
    "train_loss": [0.5, 0.2, 0.1],
    "test_loss": [0.4, 0.25],
    "train_accuracy": [0.9, 0.95, 0.98],
    "test_accuracy": [0.91, 0.94, 0.971],
}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are saved."""
    figures = []
    save = Figure.savefig

    def keep(figure: Figure, *args: object, **kwargs: object) -> None:
        figures.append(figure)
        save(figure, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Figure, "savefig", keep)
    return figures


@pytest.mark.parametrize(
    ("name", "start"), [("c.png", b"\x89PNG\r\n\x1a\n"), ("c.svg", b"<?xml"), ("c.PDF", b"%PDF-")]
)
def test_the_suffix_tells_the_format(tmp_path: Path, name: str, start: bytes) -> None:
    path = plot_history(HISTORY, tmp_path / name)
    assert path.read_bytes().startswith(start)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_panel_for_each_quantity_and_a_line_for_each_data_set(
    tmp_path: Path, drawn: list[Figure]
) -> None:
    plot_history(HISTORY, tmp_path / "c.png")
    loss, accuracy = drawn[0].axes
    assert loss.get_title(loc="left") == "loss"
    assert accuracy.get_title(loc="left") == "accuracy"
    assert [line.get_xydata().tolist() for line in loss.lines] == [
        [[1, 0.5], [2, 0.2], [3, 0.1]],
        [[1, 0.4], [2, 0.25]],
    ]
    assert [text.get_text() for text in loss.get_legend().texts] == ["train 0.1", "test 0.25"]
    assert [text.get_text() for text in accuracy.get_legend().texts] == [
        "train 98.00%",
        "test 97.10%",
    ]


def test_a_bare_quantity_and_percentages_are_plotted_as_they_are(
    tmp_path: Path, drawn: list[Figure]
) -> None:
    plot_history({"loss": [float("nan"), 1.5], "accuracy": [97.5]}, tmp_path / "c.png")
    loss, accuracy = drawn[0].axes
    assert [text.get_text() for text in loss.get_legend().texts] == ["1.5"]
    assert [text.get_text() for text in accuracy.get_legend().texts] == ["97.5"]


@pytest.mark.parametrize("history", [{}, {"train_loss": []}])
def test_nothing_to_plot_is_an_error(tmp_path: Path, history: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="the history has no values"):
        plot_history(history, tmp_path / "c.png")
    assert list(tmp_path.iterdir()) == []


def test_the_target_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"the suffix '\.dot' names no format"):
        plot_history(HISTORY, tmp_path / "c.dot")
    with pytest.raises(PictureError, match="there is no folder"):
        plot_history(HISTORY, tmp_path / "missing" / "c.png")


def test_the_state_of_matplotlib_is_left_alone(tmp_path: Path) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plot_history(HISTORY, tmp_path / "c.png")
    assert dict(mpl.rcParams) == before
