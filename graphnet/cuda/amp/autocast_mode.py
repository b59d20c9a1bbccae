"""Casting as it was once written: ``torch.cuda.amp.autocast``."""

from __future__ import annotations

from graphnet import amp, dtypes
from graphnet.amp import custom_bwd as custom_bwd
from graphnet.amp import custom_fwd as custom_fwd
from graphnet.cuda.amp.deprecation import warn

__all__ = ["autocast", "custom_bwd", "custom_fwd"]


class autocast(amp.autocast):  # noqa: N801  # PyTorch's name
    """As ``torch.amp.autocast("cuda", ...)``."""

    def __init__(
        self,
        enabled: bool = True,
        dtype: dtypes.dtype = dtypes.float16,
        cache_enabled: bool = True,
    ) -> None:
        warn("autocast")
        super().__init__("cuda", dtype, enabled, cache_enabled)
