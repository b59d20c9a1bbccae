"""The writer that programs use, over the one that a package brings."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError, NotSupportedError


class TensorBoardMissingError(GraphnetError, ModuleNotFoundError):
    """Neither of the packages that write TensorBoard's files is installed."""


def require_package() -> str:
    """The package that writes.

    Raises:
        TensorBoardMissingError: there is none.
    """
    for name in ("tensorboardX", "tensorboard"):
        if find_spec(name) is not None:
            return name
    raise TensorBoardMissingError("No module named 'tensorboard'", cure="pip install tensorboardX")


class SummaryWriter:
    """Writes what a training run has to show, for TensorBoard to show it.

    Methods are those of ``tensorboardX.SummaryWriter``; tensors among their arguments, which may
    stand in lists and dictionaries, are handed on as arrays. Where only the package tensorboard is
    installed there are scalars, texts, histograms, images and curves of precision and recall.

    Args:
        log_dir: the folder; one below ``runs``, named by date and machine, if None.
        comment: comes after that name.
        purge_step: what was written from this step on is taken back.
        max_queue, flush_secs: how long events may wait to be written.
        filename_suffix: what the name of the file ends with.

    Raises:
        TensorBoardMissingError: (an ImportError) neither package is installed.
        NotSupportedError: (a NotImplementedError) the package that is there has no such method.

    Source: PyTorch's page ``torch.utils.tensorboard``.
    """

    def __init__(
        self,
        log_dir: str | Path | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        if log_dir is None:
            began = time.strftime("%b%d_%H-%M-%S")
            log_dir = Path("runs", f"{began}_{socket.gethostname()}{comment}")
        self.log_dir = str(log_dir)
        if require_package() == "tensorboardX":
            from tensorboardX import SummaryWriter as Writer

            self._writer: Any = Writer(
                self.log_dir,
                purge_step=purge_step,
                max_queue=max_queue,
                flush_secs=flush_secs,
                filename_suffix=filename_suffix,
            )
        else:
            from graphnet.utils.tensorboard.events import EventWriter

            self._writer = EventWriter(self.log_dir, max_queue, flush_secs, filename_suffix)

    def get_logdir(self) -> str:
        """The folder that is written to."""
        return self.log_dir

    def add_graph(self, *args: Any, **kwargs: Any) -> None:
        """Raises NotSupportedError: TensorBoard cannot show what is recorded here."""
        raise NotSupportedError(
            "add_graph would show PyTorch's own trace of a model",
            cure="draw the graph with graphnet.viz.draw",
        )

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(f"'SummaryWriter' object has no attribute {name!r}")
        method = getattr(self._writer, name, None)
        if method is None:
            raise NotSupportedError(
                f"SummaryWriter.{name} is not there without tensorboardX",
                cure="pip install tensorboardX",
            )

        def call(*args: Any, **kwargs: Any) -> Any:
            return method(*map(_plain, args), **{key: _plain(kwargs[key]) for key in kwargs})

        return call

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _plain(value: Any) -> Any:
    """An argument with arrays for tensors."""
    if isinstance(value, Tensor):
        return value.detach().numpy()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value
    return value
