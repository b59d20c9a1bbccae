"""Where pictures go: files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from graphnet.errors import GraphnetError, ValueRangeError
from graphnet.files import atomic_write

IMAGES: Final = frozenset({".pdf", ".png", ".svg"})


class PictureError(GraphnetError, OSError):
    """A picture that cannot be drawn or written."""


def check_target(path: str | os.PathLike[str], suffixes: Collection[str]) -> Path:
    """The path of a picture to be written, checked before anything is drawn.

    Raises:
        ValueRangeError: its suffix is none of ``suffixes``.
        PictureError: its folder does not exist or cannot be written to.
    """
    target = Path(path)
    if target.suffix.lower() not in suffixes:
        raise ValueRangeError(
            f"cannot draw to {str(target)!r}: the suffix {target.suffix!r} names no format",
            cure=f"use one of {', '.join(sorted(suffixes))}",
        )
    folder = target.parent
    if not folder.is_dir():
        problem = f"there is no folder {str(folder)!r}"
    elif not os.access(folder, os.W_OK):
        problem = f"the folder {str(folder)!r} is not writable"
    elif target.is_dir():
        problem = "it is a folder"
    else:
        return target
    raise PictureError(f"cannot draw to {str(target)!r}: {problem}", cure="choose another file")


def write(target: Path, content: bytes) -> None:
    """Write a picture; a file that was there before stays unless all of it could be written.

    Raises:
        PictureError: the file cannot be written.
    """
    try:
        with atomic_write(target) as file:
            file.write(content)
    except OSError as error:
        raise PictureError(f"cannot write {str(target)!r}: {error.strerror or error}") from error
