"""Types that programs written for early versions take from ``torch.jit.annotations``."""

from typing import Dict, List, Optional, Tuple  # noqa: UP035  # by these names

__all__ = ["Dict", "List", "Optional", "Tuple"]
