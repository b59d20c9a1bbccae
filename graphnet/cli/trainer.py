"""The training loop. But for the name of what it imports, this is a PyTorch program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import graphnet as torch
from graphnet import nn
from graphnet.optim import Optimizer
from graphnet.optim.lr_scheduler import LRScheduler
from graphnet.utils.data import DataLoader, TensorDataset

# How many test images are looked at together: nothing depends on it but speed.
_TEST_BATCH = 1000


@dataclass
class Score:
    """Loss and accuracy over the samples seen so far."""

    loss_sum: float = 0.0
    correct: int = 0
    seen: int = 0

    def add(self, loss: float, correct: int, count: int) -> None:
        """Count a batch, given its mean loss and how many samples were classified rightly."""
        self.loss_sum += loss * count
        self.correct += correct
        self.seen += count

    @property
    def loss(self) -> float:
        """The mean loss of a sample."""
        return self.loss_sum / self.seen

    @property
    def accuracy(self) -> float:
        """The part of the samples that was classified rightly."""
        return self.correct / self.seen


class Trainer:
    """Trains a classifier, epoch by epoch; it can stop anywhere and go on later with equal numbers.

    Args:
        model: gives the logits, (N, classes), of a batch of inputs.
        optimizer: made for the model's parameters.
        scheduler: changes the learning rate after each epoch.
        train_data: inputs and labels.
        test_data: inputs and labels.
        batch_size: samples a step.
        seed: what the order of the samples is drawn from; each epoch has its own.

    Attributes:
        epoch: how many epochs are complete.
        batch: how many steps of the present epoch are done.
        score: loss and accuracy of these steps.
        history: for each epoch ``train_loss``, ``train_accuracy``, ``test_loss`` and
            ``test_accuracy``.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        scheduler: LRScheduler,
        train_data: TensorDataset,
        test_data: TensorDataset,
        *,
        batch_size: int,
        seed: int = 0,
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.loss_fn = nn.CrossEntropyLoss()
        self.train_data = train_data
        self.test_loader: DataLoader[Any] = DataLoader(test_data, batch_size=_TEST_BATCH)
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0
        self.batch = 0
        self.score = Score()
        self.history: dict[str, list[float]] = {
            "train_loss": [],
            "train_accuracy": [],
            "test_loss": [],
            "test_accuracy": [],
        }

    @property
    def batches(self) -> int:
        """How many steps an epoch has."""
        return len(self.train_loader())

    def train_loader(self) -> DataLoader[Any]:
        """The training data in the order of the present epoch."""
        # The order depends on nothing but seed and epoch, so that a resumed epoch repeats it.
        order = torch.Generator().manual_seed((self.seed * 1_000_003 + self.epoch) % 2**63)
        return DataLoader(
            self.train_data, batch_size=self.batch_size, shuffle=True, generator=order
        )

    def step(self, images: Any, labels: Any) -> Any:
        """One training step; returns the batch's loss and the number of right answers."""
        self.optimizer.zero_grad()
        logits = self.model(images)
        loss = self.loss_fn(logits, labels)
        correct = (logits.argmax(1) == labels).sum()
        loss.backward()
        self.optimizer.step()
        return loss, correct

    def train_epoch(
        self,
        progress: Callable[[Score], None] = lambda score: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Do what is left of an epoch, then test the model and note the epoch in the history.

        Args:
            progress: called after each step with the score so far.
            stop: asked after each step whether to stop there.

        Returns:
            Whether the epoch is complete.
        """
        self.model.train()
        for images, labels in islice(self.train_loader(), self.batch, None):
            if stop():
                return False
            loss, correct = self.step(images, labels)
            self.batch += 1
            self.score.add(loss.item(), int(correct.item()), len(labels))
            progress(self.score)
        self.scheduler.step()
        tested = self.evaluate()
        self.history["train_loss"].append(self.score.loss)
        self.history["train_accuracy"].append(self.score.accuracy)
        self.history["test_loss"].append(tested.loss)
        self.history["test_accuracy"].append(tested.accuracy)
        self.epoch, self.batch, self.score = self.epoch + 1, 0, Score()
        return True

    @torch.no_grad()
    def evaluate(self) -> Score:
        """Loss and accuracy on the test data."""
        score = Score()
        self.model.eval()
        for images, labels in self.test_loader:
            logits = self.model(images)
            loss = self.loss_fn(logits, labels)
            correct = (logits.argmax(1) == labels).sum()
            score.add(loss.item(), int(correct.item()), len(labels))
        return score

    def state_dict(self) -> dict[str, Any]:
        """Everything that the rest of the training depends on."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "epoch": self.epoch,
            "batch": self.batch,
            "score": asdict(self.score),
            "history": self.history,
            "rng_state": torch.get_rng_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to where :meth:`state_dict` was called."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.epoch = state["epoch"]
        self.batch = state["batch"]
        self.score = Score(**state["score"])
        self.history = state["history"]
        torch.set_rng_state(state["rng_state"])
