"""The CPU: ``torch.backends.cpu``."""

from __future__ import annotations


def get_cpu_capability() -> str:
    """``"DEFAULT"``: numpy chooses its own instructions."""
    return "DEFAULT"
