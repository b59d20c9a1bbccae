"""Counts the matrix products that numpy is asked for: how long they take, how much they compute."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

PRODUCTS = ("matmul", "dot", "vdot")
PEAK_SIZE = 1024


class ProductCounter:
    """Stands before numpy's products.

    Attributes:
        seconds: spent in them.
        flops: floating-point operations done there.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.flops = 0

    def install(self) -> None:
        """Replace numpy's functions, before who is to be watched imports them by name."""
        for name in PRODUCTS:
            setattr(np, name, self._counting(getattr(np, name)))

    def reset(self) -> None:
        """Count from nothing again."""
        self.seconds, self.flops = 0.0, 0

    def _counting(self, product: Callable[..., Any]) -> Callable[..., Any]:
        now = time.perf_counter

        def counted(x: Any, y: Any, *arguments: Any, **options: Any) -> Any:
            began = now()
            result = product(x, y, *arguments, **options)
            self.seconds += now() - began
            self.flops += 2 * np.size(result) * (np.shape(x) or (1,))[-1]
            return result

        return counted


def peak_flops(size: int = PEAK_SIZE, repeats: int = 7) -> float:
    """What BLAS reaches with square float32 matrices of this size, per second: the best of some."""
    x = np.random.default_rng(0).standard_normal((size, size), np.float32)
    y, out = x.T.copy(), np.empty_like(x)
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        np.matmul(x, y, out=out)
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best
