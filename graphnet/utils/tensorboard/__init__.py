"""Logs for TensorBoard: ``torch.utils.tensorboard``.

It needs the package tensorboardX, or else tensorboard, with which it writes less. Where
neither is installed, importing ``SummaryWriter`` raises ImportError, as in PyTorch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphnet.utils.tensorboard.writer import SummaryWriter

__all__ = ["SummaryWriter"]


def __getattr__(name: str) -> Any:
    if name != "SummaryWriter":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from graphnet.utils.tensorboard import writer

    writer.require_package()
    return writer.SummaryWriter
