"""Pillow, where it is installed. It is imported when the first image is touched, not before."""

from __future__ import annotations

import functools
import importlib.util
import sys
from types import ModuleType
from typing import Any

from graphnet.errors import GraphnetError


class PillowMissingError(GraphnetError, ImportError):
    """Something that only Pillow can do, on a machine without it."""


@functools.cache
def has_pillow() -> bool:
    """Whether images can be PIL images here."""
    return importlib.util.find_spec("PIL") is not None


def pillow_image(purpose: str) -> ModuleType:
    """The module ``PIL.Image``. Raises ImportError, saying what for, when it isn't installed."""
    if not has_pillow():
        raise PillowMissingError(f"{purpose} needs Pillow", cure="pip install pillow")
    from PIL import Image

    return Image


def is_pil_image(value: Any) -> bool:
    """Whether this is a PIL image. Does not import Pillow: without it nothing can be one."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)
