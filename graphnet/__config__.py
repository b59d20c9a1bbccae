"""How this was built: ``torch.__config__``. It was not: it is Python over numpy."""

from __future__ import annotations

import numpy as np

from graphnet.runtime.threads import get_num_threads
from graphnet.version import __version__

__all__ = ["parallel_info", "show"]


def show() -> str:
    """What computes, in words."""
    return f"graphnet, with the API of PyTorch {__version__}, over numpy {np.__version__}\n"


def parallel_info() -> str:
    """On how many threads."""
    return f"{show()}threads: {get_num_threads()}\n"
