"""Types that programs written for early versions take from ``torch._jit_internal``."""

from typing import Any, Callable, Dict, Final, List, Optional, Tuple, Union  # noqa: UP035  # by these names

from graphnet.jit import export, ignore, is_scripting, unused

__all__ = [
    "Any",
    "Callable",
    "Dict",
    "Final",
    "List",
    "Optional",
    "Tuple",
    "Union",
    "export",
    "ignore",
    "is_scripting",
    "unused",
]
