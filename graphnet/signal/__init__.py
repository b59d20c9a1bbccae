"""``torch.signal``: windows."""

from graphnet.signal import windows

__all__ = ["windows"]
