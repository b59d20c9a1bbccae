"""cuDNN, which is not there: what programs set for it is kept and changes nothing.

Source: PyTorch's page ``torch.backends``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

enabled = True
benchmark = False
benchmark_limit = 10
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """False: there is no GPU."""
    return False


def version() -> int | None:
    """None: it is not there."""
    return None


@contextmanager
def flags(
    enabled: bool = False,
    benchmark: bool = False,
    benchmark_limit: int = 10,
    deterministic: bool = False,
    allow_tf32: bool = True,
    **_: Any,
) -> Iterator[None]:
    """Set all for a block."""
    module = vars(sys.modules[__name__])
    wanted = {
        "enabled": enabled,
        "benchmark": benchmark,
        "benchmark_limit": benchmark_limit,
        "deterministic": deterministic,
        "allow_tf32": allow_tf32,
    }
    before = {name: module[name] for name in wanted}
    module.update(wanted)
    try:
        yield
    finally:
        module.update(before)
