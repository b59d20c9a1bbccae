"""Samples of connectionist temporal classification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from graphnet.ir.registry import op_class
from tests.ops.samples.base import Fixed, Real, Sample, sample

LABELS = np.array([[1, 2, 2], [3, 1, 0]])


def samples() -> Iterator[Sample]:
    """All of them."""
    lengths = Fixed(np.array([6, 4])), Fixed(np.array([3, 2]))
    for zero in (False, True):
        options: dict[str, Any] = {"blank": 0, "zero_infinity": zero}
        scores = Real((6, 2, 4))
        apply = _normalised(**options)
        operands = scores, Fixed(LABELS), *lengths
        tag = f"zero_{zero}"
        yield sample("ctc_loss", *operands, apply=apply, second=False, tag=tag, **options)
        g = Real((2,), 0.5, 1.5)
        yield sample("ctc_loss_grad", g, *operands, results=(), tag=tag, **options)
    options = {"blank": 0, "zero_infinity": False}
    nothing = Fixed(np.zeros((0, 1), np.int64)), *[Fixed(np.zeros(0, np.int64))] * 2
    apply = _normalised(**options)
    operands = Real((3, 0, 2)), *nothing
    yield sample("ctc_loss", *operands, apply=apply, second=False, tag="empty", **options)


def _normalised(**options: Any) -> Any:
    """The gradient is right once it has passed a log-softmax, where the operand comes from."""
    loss, normal = op_class("ctc_loss")(**options), op_class("log_softmax")(2)
    return lambda x, *others: loss(normal(x), *others)
