"""Training curves: loss and accuracy over the epochs, as a picture."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from graphnet.errors import ValueRangeError
from graphnet.viz.files import IMAGES, check_target, write
from graphnet.viz.style import FAINT, INK, PALETTES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS: Final = tuple(palette.line for palette in PALETTES.values())
_STYLE: Final[Any] = {
    "font.size": 10.5,
    "text.color": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": FAINT,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
}
_DOTS_PER_INCH: Final = 144
_FEW_EPOCHS: Final = 30


def plot_history(history: Mapping[str, Sequence[float]], path: str | os.PathLike[str]) -> Path:
    """Draw what was measured in each epoch: a panel for each quantity, a line for each data set.

    Args:
        history: the values by name, one an epoch. The last word of a name is the quantity, the
            others say of what: ``train_loss`` and ``test_loss`` share a panel.
        path: the file, ``.png``, ``.svg`` or ``.pdf``.

    Returns:
        The file's path.

    Raises:
        ValueError: there are no values, or the suffix names no format.
        OSError: the file cannot be written. Nothing is left behind then.
    """
    target = check_target(path, IMAGES)
    panels: dict[str, dict[str, Sequence[float]]] = {}
    for name, values in history.items():
        series, _, quantity = name.rpartition("_")
        if len(values):
            panels.setdefault(quantity, {})[series] = values
    if not panels:
        raise ValueRangeError(
            "there is nothing to plot: the history has no values",
            cure="plot it after the first epoch",
        )
    write(target, _drawn(panels, target.suffix[1:].lower()))
    return target


def _drawn(panels: Mapping[str, Mapping[str, Sequence[float]]], format_: str) -> bytes:
    import matplotlib
    from matplotlib.figure import Figure

    image = io.BytesIO()
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(5.2 * len(panels), 3.6), layout="constrained")
        for axes, (quantity, lines) in zip(
            figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True
        ):
            _draw_panel(axes, quantity, lines)
        figure.savefig(image, format=format_, dpi=_DOTS_PER_INCH)
    return image.getvalue()


def _draw_panel(axes: Axes, quantity: str, lines: Mapping[str, Sequence[float]]) -> None:
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    is_share = quantity == "accuracy" and all(v <= 1 for values in lines.values() for v in values)
    for number, (series, values) in enumerate(lines.items()):
        epochs = range(1, len(values) + 1)
        axes.plot(
            epochs,
            values,
            color=_COLOURS[number % len(_COLOURS)],
            marker="o" if len(values) <= _FEW_EPOCHS else "",
            markersize=4,
            linewidth=1.8,
            label=f"{series} {_number(values[-1], is_share)}".strip(),
        )
    axes.set_title(quantity, loc="left", fontweight="bold")
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if is_share:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="y", color=FAINT, alpha=0.2)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)


def _number(value: float, is_share: bool) -> str:
    return f"{value:.2%}" if is_share else f"{value:.4g}"
