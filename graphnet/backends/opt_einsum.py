"""opt_einsum, which orders products: it is not used: ``torch.backends.opt_einsum``."""

from __future__ import annotations


def is_available() -> bool:
    """False: it is not used."""
    return False
