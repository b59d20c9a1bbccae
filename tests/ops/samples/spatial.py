"""Samples of what is done to images: convolution, pooling, padding, resampling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphnet import dtypes
from graphnet.ir.node import Value
from graphnet.ir.types import TensorType
from graphnet.ops.conv import Convolution
from graphnet.ops.pool import MaxPool, MaxPoolGrad, MaxPoolIndices
from tests.ops.samples.base import Real, Sample, Shape, sample

NO_PADDING_1, NO_PADDING_2 = ((0, 0),), ((0, 0), (0, 0))


def samples() -> Iterator[Sample]:
    """All of them."""
    yield from _convolutions()
    yield from _windows()
    yield from _max_pools()
    yield from _average_pools()
    yield from _pads()
    yield from _resampling()


CONVOLUTIONS: dict[str, tuple[Shape, Shape, dict[str, Any]]] = {
    "line": (
        (2, 2, 6),
        (3, 2, 3),
        {"stride": (1,), "padding": ((1, 1),), "dilation": (1,), "groups": 1},
    ),
    "image": (
        (1, 2, 4, 5),
        (2, 2, 3, 2),
        {"stride": (1, 2), "padding": ((1, 0), (0, 1)), "dilation": (1, 1), "groups": 1},
    ),
    "dilated": (
        (1, 1, 7),
        (1, 1, 3),
        {"stride": (2,), "padding": NO_PADDING_1, "dilation": (2,), "groups": 1},
    ),
    "grouped": (
        (2, 4, 3),
        (4, 2, 2),
        {"stride": (1,), "padding": NO_PADDING_1, "dilation": (1,), "groups": 2},
    ),
    "depthwise": (
        (2, 3, 4, 3),
        (3, 1, 2, 2),
        {"stride": (2, 1), "padding": ((1, 0), (0, 1)), "dilation": (1, 1), "groups": 3},
    ),
    "pointwise": (
        (2, 3, 2, 2),
        (2, 3, 1, 1),
        {"stride": (1, 1), "padding": NO_PADDING_2, "dilation": (1, 1), "groups": 1},
    ),
    "empty": (
        (0, 2, 4),
        (3, 2, 3),
        {"stride": (1,), "padding": NO_PADDING_1, "dilation": (1,), "groups": 1},
    ),
}
"""Shapes of input and weight, and the geometry."""


def _convolutions() -> Iterator[Sample]:
    for tag, (shape, window, options) in CONVOLUTIONS.items():
        x, weight, bias = Real(shape), Real(window), Real(window[:1])
        types = (TensorType(dtypes.float64, each) for each in (shape, window))
        g = Real(Convolution(**options).infer(*types).shape)
        yield sample("convolution", x, weight, **options, tag=tag)
        yield sample("convolution", x, weight, bias, **options, tag=f"{tag}_bias")
        spatial, size = shape[2:], window[2:]
        yield sample("convolution_input_grad", g, weight, **options, spatial=spatial, tag=tag)
        yield sample("convolution_weight_grad", x, g, **options, window=size, tag=tag)


SLIDING = {"window": (2, 2), "stride": (1, 2), "padding": ((1, 0), (0, 0)), "dilation": (1, 2)}


def _windows() -> Iterator[Sample]:
    yield sample("im2col", Real((1, 2, 3, 5)), **SLIDING)
    yield sample("im2col", Real((0, 2, 3, 5)), **SLIDING, tag="empty")
    yield sample("col2im", Real((1, 8, 6)), spatial=(3, 5), **SLIDING)
    yield sample("col2im", Real((0, 8, 6)), spatial=(3, 5), **SLIDING, tag="empty")


POOLS: dict[str, tuple[Shape, dict[str, Any]]] = {
    "apart": (
        (1, 2, 4, 4),
        {"window": (2, 2), "stride": (2, 2), "padding": NO_PADDING_2, "dilation": (1, 1)},
    ),
    "overlapping": ((2, 1, 4, 5), SLIDING),
    "line": (
        (2, 6),
        {"window": (3,), "stride": (1,), "padding": ((1, 1),), "dilation": (1,)},
    ),
    "empty": (
        (0, 2, 4),
        {"window": (2,), "stride": (2,), "padding": NO_PADDING_1, "dilation": (1,)},
    ),
}


def _max_pools() -> Iterator[Sample]:
    for tag, (shape, options) in POOLS.items():
        yield sample("max_pool", Real(shape), **options, tag=tag)
        g = Real(MaxPool(**options).pooled(shape))
        gradient, pool = MaxPoolGrad(**options), MaxPool(**options)
        yield sample(
            "max_pool_grad", g, Real(shape), **options, apply=_with(gradient, pool), tag=tag
        )
        where = MaxPoolIndices(**options)
        yield sample("max_pool_indices", Real(shape), **options, apply=_after(where, pool), tag=tag)
    yield sample("adaptive_max_pool", Real((1, 2, 5)), places=(3,))
    yield sample("adaptive_max_pool", Real((2, 3, 4)), places=(2, 3), tag="image")
    yield sample("adaptive_max_pool", Real((0, 2, 5)), places=(3,), tag="empty")


def _with(gradient: MaxPoolGrad, pool: MaxPool) -> Callable[..., Any]:
    def apply(g: Value, x: Value) -> Any:
        return gradient(g, x, pool(x))

    return apply


def _after(where: MaxPoolIndices, pool: MaxPool) -> Callable[..., Any]:
    def apply(x: Value) -> Any:
        return where(x, pool(x))

    return apply


AVERAGES: dict[str, tuple[Shape, dict[str, Any]]] = {
    "plain": (
        (1, 2, 4, 4),
        {"window": (2, 2), "stride": (2, 2), "padding": NO_PADDING_2, "overhang": (0, 0)},
    ),
    "padded": (
        (1, 2, 5),
        {"window": (3,), "stride": (2,), "padding": ((1, 2),), "overhang": (1,)},
    ),
    "without_padding": (
        (1, 2, 5),
        {
            "window": (3,),
            "stride": (2,),
            "padding": ((1, 1),),
            "overhang": (0,),
            "count_include_pad": False,
        },
    ),
    "divisor": (
        (2, 5),
        {"window": (2,), "stride": (1,), "padding": NO_PADDING_1, "overhang": (0,), "divisor": 3},
    ),
    "one": (
        (2, 3),
        {"window": (1,), "stride": (1,), "padding": NO_PADDING_1, "overhang": (0,)},
    ),
    "empty": (
        (0, 2, 4),
        {"window": (2,), "stride": (2,), "padding": NO_PADDING_1, "overhang": (0,)},
    ),
}


def _average_pools() -> Iterator[Sample]:
    for tag, (shape, options) in AVERAGES.items():
        pool = sample("avg_pool", Real(shape), **options, tag=tag)
        yield pool
        gradient = {"count_include_pad": True, "divisor": None, **options}
        spatial = shape[-len(options["window"]) :]
        g = Real(pool.op.pooled(shape))  # type: ignore[attr-defined]  # an AvgPool
        yield sample("avg_pool_grad", g, **gradient, spatial=spatial, tag=tag)


PADS: dict[str, tuple[Shape, tuple[tuple[int, int], ...]]] = {
    "plain": ((3, 4), ((0, 0), (1, 2))),
    "both": ((3, 4), ((2, 1), (0, 2))),
    "cut": ((3, 4), ((-1, 1), (1, -1))),
    "nothing": ((3, 4), ((0, 0), (0, 0))),
    "empty": ((0, 4), ((0, 0), (1, 2))),
}


def _pads() -> Iterator[Sample]:
    for tag, (shape, pads) in PADS.items():
        padded = tuple(n + before + after for n, (before, after) in zip(shape, pads, strict=True))
        yield sample("constant_pad", Real(shape), 1.5, pads=pads, tag=tag)
        for mode in ("reflect", "replicate", "circular"):
            options = {"pads": pads, "mode": mode, "tag": f"{mode}_{tag}"}
            yield sample("edge_pad", Real(shape), **options)
            yield sample("edge_pad_grad", Real(padded), **options)
    yield sample("constant_pad", Real((3,)), 2, pads=((-4, 2),), tag="cut_all")


LINES: dict[str, tuple[Any, ...]] = {
    "area": (("area", 5, 2, None, False, False),),
    "nearest": (("nearest", 2, 3, None, False, False), ("nearest-exact", 5, 3, None, False, False)),
    "linear": (("linear", 3, 5, 0.6, False, False), ("linear", 4, 3, None, True, False)),
    "cubic": (("cubic", 4, 6, None, False, False),),
    "antialias": (("linear", 6, 3, None, False, True), ("cubic", 7, 3, None, False, True)),
}


def _resampling() -> Iterator[Sample]:
    for tag, lines in LINES.items():
        before, after = tuple(line[1] for line in lines), tuple(line[2] for line in lines)
        yield sample("resample", Real((2, *before)), lines=lines, tag=tag)
        yield sample("resample_grad", Real((2, *after)), lines=lines, tag=tag)
    for tag, batch in {"empty": (0, 2), "no_batch": ()}.items():
        yield sample("resample", Real((*batch, 5)), lines=LINES["area"], tag=f"{tag}_area")
        yield sample("resample_grad", Real((*batch, 2)), lines=LINES["area"], tag=f"{tag}_area")
