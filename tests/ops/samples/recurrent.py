"""Samples of the recurrent layers and their gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.ops.samples.base import Real, Sample, Shape, sample

FEATURES, SIZE, PROJECTED = 1, 2, 1
GATE = (0.05, 0.95)

SEQUENCES: dict[str, tuple[Shape, dict[str, Any]]] = {
    "padded": ((2, 2), {}),
    "reverse": ((2, 2), {"reverse": True}),
    "packed": ((4,), {"batch_sizes": (2, 1, 1)}),
    "packed_reverse": ((4,), {"batch_sizes": (2, 1, 1), "reverse": True}),
    "empty": ((2, 0), {}),
}
"""The leading sizes of a sequence, and the operation's attributes."""


def samples() -> Iterator[Sample]:
    """All of them."""
    for tag, (lead, options) in SEQUENCES.items():
        batch = options["batch_sizes"][0] if "batch_sizes" in options else lead[1]
        for name, gates, states in (
            *(("rnn_tanh", 1, 1), ("rnn_relu", 1, 1)),
            *(("gru", 3, 1), ("lstm", 4, 2)),
        ):
            initial = [Real((batch, SIZE))] * states
            for biases in (0, 2) if tag == "padded" else (2,):
                layer = [*initial, *_weights(gates, SIZE, biases)]
                each = tag if biases else f"{tag}_without_bias"
                yield sample(name, Real((*lead, FEATURES)), *layer, tag=each, **options)
        yield from _gradients(tag, lead, batch, options)
        yield from _projections(tag, lead, batch, options)


def _weights(gates: int, state: int, biases: int) -> list[Real]:
    rows = gates * SIZE
    return [Real((rows, FEATURES)), Real((rows, state)), *[Real((rows,))] * biases]


def _gradients(tag: str, lead: Shape, batch: int, options: dict[str, Any]) -> Iterator[Sample]:
    sequence, last = Real((*lead, SIZE), *GATE), Real((batch, SIZE))
    for name in ("rnn_tanh_grad", "rnn_relu_grad"):
        given = sequence, last, sequence, Real((SIZE, SIZE))
        yield sample(name, *given, tag=tag, **options)
        yield sample(name, *given, sequence, tag=f"{tag}_again", **options)
    gates = Real((3, *lead, SIZE), *GATE)
    given = sequence, last, gates, sequence, sequence, Real((3 * SIZE, SIZE))
    yield sample("gru_grad", *given, tag=tag, **options)
    yield sample("gru_grad", *given, gates, sequence, sequence, tag=f"{tag}_again", **options)
    gates = Real((4, *lead, SIZE), *GATE)
    given = sequence, last, last, gates, sequence, sequence, Real((4 * SIZE, SIZE))
    again = gates, sequence, sequence, sequence
    yield sample("lstm_grad", *given, tag=tag, **options)
    yield sample("lstm_grad", *given, *again, tag=f"{tag}_again", **options)


def _projections(tag: str, lead: Shape, batch: int, options: dict[str, Any]) -> Iterator[Sample]:
    """LSTMs whose state is smaller than their gates."""
    state, cell, projection = Real((batch, PROJECTED)), Real((batch, SIZE)), Real((PROJECTED, SIZE))
    for biases in (0, 2) if tag == "padded" else (2,):
        layer = state, cell, *_weights(4, PROJECTED, biases), projection
        each = f"{tag}_projected" if biases else f"{tag}_projected_without_bias"
        yield sample("lstm", Real((*lead, FEATURES)), *layer, tag=each, **options)
    output, cells = Real((*lead, PROJECTED), *GATE), Real((*lead, SIZE), *GATE)
    gates = Real((4, *lead, SIZE), *GATE)
    given = output, state, cell, gates, cells, cells, Real((4 * SIZE, PROJECTED)), projection
    again = gates, output, cells, cells
    yield sample("lstm_grad", *given, tag=f"{tag}_projected", **options)
    yield sample("lstm_grad", *given, *again, tag=f"{tag}_projected_again", **options)
