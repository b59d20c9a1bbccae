"""Intel's GPUs, which are not used: ``torch.xpu``."""

from __future__ import annotations

__all__ = ["device_count", "is_available"]


def is_available() -> bool:
    """False: it is not there."""
    return False


def device_count() -> int:
    """0."""
    return 0
