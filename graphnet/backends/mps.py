"""Apple's GPUs, which are not used: ``torch.backends.mps``."""

from __future__ import annotations


def is_available() -> bool:
    """False: it is not there."""
    return False


def is_built() -> bool:
    """False: it is not there."""
    return False


def is_macos_or_newer(major: int, minor: int) -> bool:
    """False: nothing here asks for the version of macOS."""
    return False
