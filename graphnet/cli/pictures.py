"""The pictures of a training: its curves and its graphs."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import graphnet as torch
from graphnet.cli.failure import failing_to
from graphnet.cli.trainer import Trainer
from graphnet.viz import draw
from graphnet.viz.curves import plot_history


def draw_all(trainer: Trainer, folder: Path) -> dict[str, Path]:
    """Write the curves, the forward graph and the graph of a whole training step.

    Returns:
        Where each picture is.

    Raises:
        CommandError: one cannot be written.
    """
    files = {
        "curves": folder / "curves.png",
        "forward graph": folder / "forward.png",
        "training-step graph": folder / "training-step.png",
    }
    twin, images, labels = _twin(trainer)
    names = {**dict(twin.model.named_parameters()), "images": images, "labels": labels}
    with torch.no_grad():
        forward = torch.capture(twin.model, images)
    step = torch.capture(twin.step, images, labels)
    with failing_to(f"draw into {folder}"):
        plot_history(trainer.history, files["curves"])
        draw(forward, files["forward graph"], names)
        draw(step, files["training-step graph"], names)
    return files


def _twin(trainer: Trainer) -> tuple[Trainer, Any, Any]:
    """A copy of a trainer, and a batch: capturing a program runs it, which must leave no trace."""
    parts = deepcopy((trainer.model, trainer.optimizer, trainer.scheduler))
    data = trainer.train_data
    twin = Trainer(*parts, data, data, batch_size=trainer.batch_size, seed=trainer.seed)
    return (twin, *next(iter(twin.train_loader())))
