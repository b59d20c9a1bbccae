"""Scaling of gradients as it was once written: ``torch.cuda.amp.GradScaler``."""

from __future__ import annotations

from typing import Any

from graphnet import amp
from graphnet.amp.grad_scaler import OptState as OptState
from graphnet.cuda.amp.deprecation import warn

__all__ = ["GradScaler", "OptState"]


class GradScaler(amp.GradScaler):
    """As ``torch.amp.GradScaler("cuda", ...)``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warn("GradScaler")
        super().__init__("cuda", *args, **kwargs)
