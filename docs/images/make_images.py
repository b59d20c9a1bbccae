"""Draws the pictures of README.md: an expression, and what the main job trains.

::

    python docs/images/make_images.py                  # draw all; trains for some seconds
    python docs/images/make_images.py --data folder    # MNIST lies there, or is downloaded to there
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import graphnet as torch
from graphnet.cli import main as graphnet
from graphnet.viz import draw

HERE = Path(__file__).parent


def draw_expression(path: Path) -> None:
    """The graph of an expression and of its gradients."""
    a = torch.tensor(2.0, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    e = (a + b) * (b + 1)
    e.backward()
    draw(e, path)


def train(data: Path, folder: Path) -> None:
    """The curves and the training step of the default run."""
    with tempfile.TemporaryDirectory() as out:
        code = graphnet(["train", "--quiet", "--data", str(data), "--out", out])
        if code:
            raise SystemExit(code)
        for name in ("curves.png", "training-step.png"):
            shutil.copyfile(Path(out, name), folder / name)


def main() -> None:
    """Draw all."""
    parser = argparse.ArgumentParser(description="Draw the pictures of README.md.")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder of MNIST")
    parser.add_argument("--output", type=Path, default=HERE, help="where the pictures go")
    options = parser.parse_args()
    draw_expression(options.output / "expression.png")
    train(options.data, options.output)


if __name__ == "__main__":
    main()
