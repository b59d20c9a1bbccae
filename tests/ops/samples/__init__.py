"""Operands for every operation, by the operation's name: what the suites of this folder run on."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from tests.ops.samples import (
    drawing,
    elementwise,
    fourier,
    indexing,
    matrices,
    networks,
    recurrent,
    reducing,
    sequences,
    shaping,
    spatial,
    special,
)
from tests.ops.samples.base import Fixed, Real, Sample, State, sample, type_of

FAMILIES = (
    elementwise,
    shaping,
    reducing,
    indexing,
    matrices,
    networks,
    recurrent,
    spatial,
    special,
    fourier,
    sequences,
    drawing,
)

SAMPLES: tuple[Sample, ...] = tuple(chain.from_iterable(each.samples() for each in FAMILIES))

WITHOUT: Mapping[str, str] = {
    "input": "is bound, not computed",
    "constant": "has no operands",
    "fused": "its body is made of other operations: see test_fused",
}
"""Operations that have no samples, and why."""

__all__ = ["SAMPLES", "WITHOUT", "Fixed", "Real", "Sample", "State", "sample", "type_of"]
