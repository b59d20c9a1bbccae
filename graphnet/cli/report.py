"""What ``graphnet train`` prints."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from graphnet import __version__, nn
from graphnet.cli.settings import DATASETS, Settings
from graphnet.cli.trainer import Score, Trainer

# A terminal shows the bar move; a log file needs no more than a line now and then.
_SECONDS_BETWEEN_LINES = 10.0


class EpochBar:
    """The progress bar of one epoch, with loss and accuracy so far; on stderr.

    Use it in a ``with`` statement; calling it moves it one step on.
    """

    def __init__(self, trainer: Trainer, epochs: int, *, hidden: bool) -> None:
        from tqdm import tqdm

        self._bar: Any = tqdm(
            total=trainer.batches,
            initial=trainer.batch,
            desc=f"epoch {trainer.epoch + 1}/{epochs}",
            unit=" batches",
            disable=hidden,
            dynamic_ncols=True,
            mininterval=0.1 if sys.stderr.isatty() else _SECONDS_BETWEEN_LINES,
        )

    def __call__(self, score: Score) -> None:
        """A step is done."""
        self._bar.set_postfix(_shown(score.loss, score.accuracy), refresh=False)
        self._bar.update()

    def __enter__(self) -> EpochBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()


class Report:
    """The lines on stdout.

    Args:
        quiet: leave out the model and the progress bar.
    """

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet

    def begin(self, settings: Settings, trainer: Trainer) -> None:
        """Say what is trained, on what, and how."""
        if self.quiet:
            return
        train, test = len(trainer.train_data), len(trainer.test_loader.dataset)
        name = DATASETS[settings.dataset].__name__
        print(f"graphnet {__version__} on {name}: {train:,} training images, {test:,} test images")
        print(trainer.model)
        momentum = f", momentum {settings.momentum:g}" if settings.momentum else ""
        print(
            f"{_count(trainer.model):,} parameters; "
            f"{type(trainer.optimizer).__name__}, learning rate {settings.lr:g}, "
            f"times {settings.lr_decay:g} after each epoch{momentum}; "
            f"batches of {settings.batch_size}; seed {settings.seed}"
        )
        if trainer.epoch or trainer.batch:
            where = f", {trainer.batch} batches" if trainer.batch else ""
            print(f"Resuming after {_epochs(trainer.epoch)}{where}")
        sys.stdout.flush()

    def bar(self, trainer: Trainer, epochs: int) -> EpochBar:
        """The progress bar of the present epoch."""
        return EpochBar(trainer, epochs, hidden=self.quiet)

    def epoch(self, trainer: Trainer, epochs: int, seconds: float) -> None:
        """Give the results of the epoch just completed."""
        last = {name: values[-1] for name, values in trainer.history.items()}
        train = _shown(last["train_loss"], last["train_accuracy"])
        test = _shown(last["test_loss"], last["test_accuracy"])
        print(
            f"epoch {trainer.epoch}/{epochs}: "
            f"training loss {train['loss']}, accuracy {train['accuracy']}; "
            f"test loss {test['loss']}, accuracy {test['accuracy']}; {seconds:.1f} s",
            flush=True,
        )

    def stopped(self, trainer: Trainer, checkpoint: Path, command: str) -> None:
        """Say that Ctrl-C was heard, what is saved, and how to go on."""
        print(
            f"\nStopped after {_epochs(trainer.epoch)} and {trainer.batch} of "
            f"{trainer.batches} batches.\nSaved in {checkpoint}; go on with: {command}",
            flush=True,
        )

    def end(self, trainer: Trainer, seconds: float, files: dict[str, Path]) -> None:
        """Give the result and say where everything is."""
        accuracy = trainer.history["test_accuracy"][-1]
        print(f"\nTest accuracy {accuracy:.2%} after {_epochs(trainer.epoch)}; {seconds:.1f} s\n")
        width = max(map(len, files))
        for what, path in files.items():
            print(f"{what:<{width}}  {path}")


def _shown(loss: float, accuracy: float) -> dict[str, str]:
    return {"loss": f"{loss:.4f}", "accuracy": f"{accuracy:.2%}"}


def _epochs(count: int) -> str:
    return f"{count} epoch" if count == 1 else f"{count} epochs"


def _count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())
