"""Which kernel computes attention: ``torch.nn.attention``. There is one, whatever is asked for.

Source: PyTorch's page ``torch.nn.attention``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum

from graphnet.errors import ValueRangeError

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(Enum):
    """PyTorch's kernels for scaled dot product attention."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(
    backends: SDPBackend | Sequence[SDPBackend], set_priority: bool = False
) -> Iterator[None]:
    """A block in which PyTorch would use one of these kernels. They compute the same.

    Raises:
        ValueRangeError: (a ValueError) something else than kernels is named.
    """
    named = [backends] if isinstance(backends, SDPBackend) else list(backends)
    for each in named:
        if not isinstance(each, SDPBackend):
            raise ValueRangeError(f"sdpa_kernel takes members of SDPBackend, not {each!r}")
    yield
