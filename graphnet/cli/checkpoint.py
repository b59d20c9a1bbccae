"""The file that a training can be resumed from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import graphnet as torch
from graphnet.cli.failure import CommandError, failing_to
from graphnet.cli.settings import Settings
from graphnet.cli.trainer import Trainer

FILE = "checkpoint.pt"
_PARTS = {"settings", "epochs", "trainer"}


def save(path: Path, settings: Settings, epochs: int, trainer: Trainer) -> None:
    """Write where the training stands; the old file stays whole until the new one is.

    Raises:
        CommandError: it cannot be written.
    """
    content = {"settings": asdict(settings), "epochs": epochs, "trainer": trainer.state_dict()}
    with failing_to("save the training"):
        torch.save(content, path)


def load(path: Path) -> tuple[Settings, int, dict[str, Any]]:
    """The settings, the number of epochs aimed at, and the trainer's state.

    Raises:
        CommandError: there is no such file, or it is none of ``graphnet train``.
    """
    if not path.exists():
        raise CommandError(f"there is nothing to resume: no {path}; leave --resume out to start")
    with failing_to(f"read the checkpoint {path}"):
        content = torch.load(path)
    if not isinstance(content, dict) or content.keys() != _PARTS:
        raise CommandError(f"{path} is a file of torch.save, but not of this command")
    return Settings(**content["settings"]), content["epochs"], content["trainer"]
