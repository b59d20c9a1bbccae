"""What :mod:`importlib.metadata` is told about torch and torchvision."""

from __future__ import annotations

from importlib.metadata import Distribution
from os import PathLike
from pathlib import Path


class StandIn(Distribution):
    """A distribution that has a name and a version, and no files."""

    def __init__(self, name: str, version: str) -> None:
        self._text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version!s}\n"

    def read_text(self, filename: str) -> str | None:
        """The metadata; None for all other files."""
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: str | PathLike[str]) -> Path:
        """The path itself: nothing is there."""
        return Path(path)
