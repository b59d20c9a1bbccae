"""What is trained and how: the options of ``graphnet train`` that a checkpoint remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Self

from graphnet import nn, optim
from graphnet.cli.failure import CommandError
from graphnet.cli.models import CNN, MLP
from graphnet.optim import Optimizer
from graphnet.optim.lr_scheduler import ExponentialLR
from graphnet.vision import datasets


@dataclass(frozen=True)
class Network:
    """A network that can be trained, and for how many epochs unless told otherwise."""

    make: Callable[[], nn.Module]
    epochs: int


@dataclass(frozen=True)
class Recipe:
    """An optimizer and the options that suit the networks here.

    ``momentum`` is None where the optimizer has none.
    """

    make: Callable[..., Optimizer]
    lr: float
    momentum: float | None = None


NETWORKS = {"mlp": Network(MLP, epochs=5), "cnn": Network(CNN, epochs=3)}
OPTIMIZERS = {
    "sgd": Recipe(optim.SGD, lr=0.05, momentum=0.9),
    "adam": Recipe(optim.Adam, lr=2e-3),
    "adamw": Recipe(optim.AdamW, lr=2e-3),
    "rmsprop": Recipe(optim.RMSprop, lr=1e-3, momentum=0.0),
    "adagrad": Recipe(optim.Adagrad, lr=1e-2),
}
DATASETS = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}


@dataclass(frozen=True)
class Settings:
    """The options that decide the numbers. ``None`` stands for what suits the others.

    After each epoch the learning rate is multiplied by ``lr_decay``.

    >>> Settings.of(optimizer="sgd").lr
    0.05
    """

    network: str = "mlp"
    dataset: str = "mnist"
    optimizer: str = "adam"
    lr: float | None = None
    lr_decay: float = 0.6
    momentum: float | None = None
    batch_size: int = 128
    seed: int = 0

    @classmethod
    def of(cls, **options: Any) -> Self:
        """Settings with nothing left open.

        Raises:
            CommandError: a momentum for an optimizer that has none.
        """
        given = cls(**options)
        recipe = OPTIMIZERS[given.optimizer]
        if given.momentum is not None and recipe.momentum is None:
            having = ", ".join(n for n, other in OPTIMIZERS.items() if other.momentum is not None)
            raise CommandError(f"--momentum: {given.optimizer} has none; {having} have")
        filled = {
            "lr": recipe.lr if given.lr is None else given.lr,
            "momentum": recipe.momentum if given.momentum is None else given.momentum,
        }
        return cls(**{**asdict(given), **filled})

    def check_same(self, options: dict[str, Any]) -> None:
        """Refuse options that contradict these, the settings of a training to be resumed.

        Raises:
            CommandError: one does; the message names it.
        """
        for name, value in options.items():
            mine = getattr(self, name)
            if mine != value:
                option = "--" + name.replace("_", "-")
                raise CommandError(
                    f"the checkpoint was made with {option} {mine}, not {value}: leave {option} "
                    "out to resume it, or leave --resume out to start anew"
                )

    def make_model(self) -> nn.Module:
        """The network, with initial values drawn from the default generator."""
        return NETWORKS[self.network].make()

    def make_optimizer(self, model: nn.Module) -> Optimizer:
        """The optimizer of a model's parameters."""
        momentum = {} if self.momentum is None else {"momentum": self.momentum}
        return OPTIMIZERS[self.optimizer].make(model.parameters(), lr=self.lr, **momentum)

    def make_scheduler(self, optimizer: Optimizer) -> ExponentialLR:
        """What lowers the learning rate after each epoch."""
        return ExponentialLR(optimizer, gamma=self.lr_decay)
