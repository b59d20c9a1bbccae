"""``graphnet train``: train a network on MNIST, save it, and draw its curves and graphs."""

from __future__ import annotations

import argparse
import os
import shlex
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import graphnet as torch
from graphnet.cli import checkpoint, data, pictures
from graphnet.cli.failure import failing_to
from graphnet.cli.interrupt import INTERRUPTED, StopOnInterrupt
from graphnet.cli.report import Report
from graphnet.cli.settings import DATASETS, NETWORKS, OPTIMIZERS, Settings
from graphnet.cli.trainer import Trainer

# Seeds are numbers of 64 bits; nothing else comes near this.
_LIMIT = 2**63


def add_parser(commands: Any) -> None:
    """Describe the options."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "train",
        help="train a network on MNIST",
        description="Train a network on MNIST; write a checkpoint, the curves of loss and "
        "accuracy, and pictures of the forward graph and of the graph of a training step. "
        "Ctrl-C stops and saves; --resume goes on.",
        # What was not given is not there: a resumed training takes it from the checkpoint.
        argument_default=argparse.SUPPRESS,
    )
    epochs = ", ".join(f"{network.epochs} for {name}" for name, network in NETWORKS.items())
    rates = ", ".join(f"{recipe.lr:g} for {name}" for name, recipe in OPTIMIZERS.items())
    momenta = ", ".join(f"{r.momentum:g} for {n}" for n, r in OPTIMIZERS.items() if r.momentum)
    option = parser.add_argument
    option("--network", choices=NETWORKS, help=f"default: {Settings.network}")
    option("--dataset", choices=DATASETS, help=f"default: {Settings.dataset}")
    option("--epochs", type=_positive(int), help=f"default: {epochs}")
    option("--batch-size", type=_positive(int), help=f"default: {Settings.batch_size}")
    option("--optimizer", choices=OPTIMIZERS, help=f"default: {Settings.optimizer}")
    option("--lr", type=_positive(float), help=f"learning rate; default: {rates}")
    option(
        "--lr-decay",
        type=_positive(float),
        help=f"what it is multiplied by after each epoch; default: {Settings.lr_decay:g}",
    )
    option("--momentum", type=_not_negative(float), help=f"default: {momenta}, else 0")
    option("--seed", type=_not_negative(int), help=f"default: {Settings.seed}")
    option("--data", type=Path, help="folder of the images, downloaded if need be; default: data")
    option("--out", type=Path, help="folder to write to; default: runs/<dataset>-<network>")
    option("--resume", action="store_true", help="go on from the checkpoint in the output folder")
    option("--quiet", action="store_true", help="no model, no progress bar: results only")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train as the options say; the exit code."""
    given = vars(options)
    remembered = {f.name: given[f.name] for f in fields(Settings) if f.name in given}
    folder = given.get("out") or _default_folder(remembered)
    path = folder / checkpoint.FILE
    state = None
    if given.get("resume", False):
        settings, epochs, state = checkpoint.load(path)
        settings.check_same(remembered)
        epochs = given.get("epochs", epochs)
    else:
        settings = Settings.of(**remembered)
        epochs = given.get("epochs", NETWORKS[settings.network].epochs)
    _check_writable(folder)
    trainer = _make_trainer(settings, given.get("data", Path("data")), state, path)
    report = Report(quiet=given.get("quiet", False))
    report.begin(settings, trainer)
    began = time.perf_counter()
    if not _train(trainer, settings, epochs, path, report):
        words = ["graphnet", "train", "--resume", "--out", str(folder)]
        words += ["--data", str(given["data"])] if "data" in given else []
        report.stopped(trainer, path, shlex.join(words))
        return INTERRUPTED
    seconds = time.perf_counter() - began
    files = pictures.draw_all(trainer, folder)
    report.end(trainer, seconds, {"checkpoint": path, **files})
    return 0


def _train(trainer: Trainer, settings: Settings, epochs: int, path: Path, report: Report) -> bool:
    """Train and save after each epoch; False when Ctrl-C stopped it."""
    with StopOnInterrupt() as stop:
        while trainer.epoch < epochs:
            began = time.perf_counter()
            with report.bar(trainer, epochs) as bar:
                complete = trainer.train_epoch(bar, stop)
            checkpoint.save(path, settings, epochs, trainer)
            if not complete:
                return False
            report.epoch(trainer, epochs, time.perf_counter() - began)
            if stop():
                return trainer.epoch == epochs
    return True


def _make_trainer(
    settings: Settings, folder: Path, state: dict[str, Any] | None, path: Path
) -> Trainer:
    """A trainer at the beginning, or in the state of a checkpoint."""
    train_data, test_data = data.load(settings.dataset, folder)
    torch.manual_seed(settings.seed)
    model = settings.make_model()
    optimizer = settings.make_optimizer(model)
    trainer = Trainer(
        model,
        optimizer,
        settings.make_scheduler(optimizer),
        train_data,
        test_data,
        batch_size=settings.batch_size,
        seed=settings.seed,
    )
    if state is not None:
        with failing_to(f"resume from {path}"):
            trainer.load_state_dict(state)
    return trainer


def _default_folder(options: dict[str, Any]) -> Path:
    dataset = options.get("dataset", Settings.dataset)
    network = options.get("network", Settings.network)
    return Path("runs", f"{dataset}-{network}")


def _check_writable(folder: Path) -> None:
    """Say now, not after an epoch, when results cannot be written.

    Raises:
        CommandError: the folder is no folder, cannot be made or not be written to.
    """
    with failing_to("write to the output folder"):
        folder.mkdir(parents=True, exist_ok=True)
        handle, probe = tempfile.mkstemp(dir=folder)
        os.close(handle)
        Path(probe).unlink()


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    return _number(kind, " above 0", lambda value: value > 0)


def _not_negative(kind: type[int] | type[float]) -> Callable[[str], float]:
    return _number(kind, ", 0 or more", lambda value: value >= 0)


def _number(
    kind: type[int] | type[float], range_: str, fits: Callable[[float], bool]
) -> Callable[[str], float]:
    """A type for argparse: a finite number that fits."""

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(-1)
        if not fits(value) or value >= _LIMIT:
            what = "a whole number" if kind is int else "a number"
            raise argparse.ArgumentTypeError(f"it must be {what}{range_}, not {text!r}")
        return value

    return parse
