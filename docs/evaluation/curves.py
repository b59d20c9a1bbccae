"""Training curves of graphnet over PyTorch's: the programs of the parity suite, drawn.

The networks, the data and the loop are those of ``tests/parity/test_training_curves.py``; that test
asserts what this script shows. It prints the largest relative difference of each pair of curves::

    python docs/evaluation/curves.py           # needs torch and pytest
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SUITE = ROOT / "tests" / "parity" / "test_training_curves.py"


def load_suite() -> Any:
    """The module of the test."""
    sys.path.insert(0, str(ROOT))
    spec = importlib.util.spec_from_file_location("training_curves", SUITE)
    assert spec is not None
    assert spec.loader is not None
    suite = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(suite)
    return suite


def main() -> None:
    """Train, print, draw."""
    suite = load_suite()
    from matplotlib.figure import Figure

    torch, graphnet = suite.torch, suite.graphnet
    torch.set_num_threads(1)
    data = suite.images.__wrapped__()
    figure = Figure(figsize=(9, 5), layout="constrained")
    rows = figure.subplots(2, 2, sharex=True, height_ratios=(2, 1))
    for column, (words, make) in enumerate((("MLP", suite.mlp), ("CNN", suite.cnn))):
        for (name, options), colour in zip(
            suite.OPTIMIZERS.items(), ("#4c6f9c", "#a85b3f"), strict=True
        ):
            torch.manual_seed(0)
            theirs = make(torch)
            ours = suite.with_weights_of(theirs, make(graphnet))
            curves = []
            for package, model in ((graphnet, ours), (torch, theirs)):
                optimizer = getattr(package.optim, name)(model.parameters(), **options)
                curves.append(suite.losses_of(package, model, optimizer, data, look=False))
            mine, wanted = curves
            apart = [abs(a - b) / abs(b) for a, b in zip(mine, wanted, strict=True)]
            print(
                f"| {words} | {name} | {wanted[0]:.4f} | {mine[-1]:.6f} | {wanted[-1]:.6f} "
                f"| {max(apart):.1e} |"
            )
            above, below = rows[0][column], rows[1][column]
            above.plot(wanted, color=colour, linewidth=4, alpha=0.35, label=f"PyTorch, {name}")
            above.plot(mine, color=colour, linewidth=1.2, label=f"graphnet, {name}")
            below.semilogy([max(each, 1e-9) for each in apart], color=colour, linewidth=1)
        rows[0][column].set_title(words)
        rows[0][column].legend(frameon=False)
        rows[1][column].axhline(suite.TOLERANCE, color="#22252b", linestyle="--", linewidth=1)
        rows[1][column].set_xlabel("step")
    rows[0][0].set_ylabel("loss")
    rows[1][0].set_ylabel("relative difference\n(dashed: allowed)")
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(HERE / "curves.png", dpi=130)


if __name__ == "__main__":
    main()
