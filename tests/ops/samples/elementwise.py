"""Samples of operations that work element by element: only their domains need to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from graphnet import dtypes
from tests.ops.samples.base import Fixed, Number, Real, Sample, Shape, sample

Domain = tuple[float, float]
ANY: Domain = (-2.0, 2.0)
POSITIVE: Domain = (0.3, 2.5)
UNIT: Domain = (-0.9, 0.9)
SHARE: Domain = (0.05, 0.95)

UNARY: Mapping[str, Domain] = {
    **dict.fromkeys(
        [
            *("abs", "asinh", "atan", "ceil", "cos", "cosh", "erf", "exp", "exp2", "expm1"),
            *("floor", "log_sigmoid", "mish", "neg", "relu", "round"),
            *("sigmoid", "sign", "sin", "sinc", "sinh", "square", "tan", "tanh", "trunc"),
            *("isfinite", "isinf", "isnan", "logical_not", "signbit", "bitwise_not"),
        ],
        ANY,
    ),
    **dict.fromkeys(["log", "log10", "log1p", "log2", "reciprocal", "rsqrt", "sqrt"], POSITIVE),
    **dict.fromkeys(["acos", "asin", "atanh"], UNIT),
    "acosh": (1.2, 3.0),
    "hardsigmoid": (-5.0, 5.0),
    "hardswish": (-5.0, 5.0),
    "tan": UNIT,
}
"""Functions of one operand, and where they are tried."""

BINARY: Mapping[str, tuple[Domain, Domain]] = {
    **dict.fromkeys(
        [
            *("add", "atan2", "clamp_max", "clamp_min", "copysign", "fmax", "fmin"),
            *("hypot", "logaddexp", "logaddexp2", "maximum", "minimum", "mul", "nextafter"),
            *("sub", "eq", "ne", "lt", "le", "gt", "ge", "heaviside"),
            *("logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or"),
            *("bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "gcd", "lcm"),
        ],
        (ANY, ANY),
    ),
    **dict.fromkeys(["div", "floor_divide", "fmod", "remainder", "trunc_divide"], (ANY, POSITIVE)),
    "pow": (POSITIVE, ANY),
    "relu_grad": (ANY, ANY),
    "xlogy": (ANY, POSITIVE),
}
"""Functions of two operands that broadcast."""

TERNARY: Mapping[str, tuple[Domain, Domain, Domain]] = {
    "gelu_grad": (ANY, ANY, SHARE),
    "clamp": (ANY, (-1.5, -0.5), (0.5, 1.5)),
    "lerp": (ANY, ANY, SHARE),
}

WITH_NUMBERS: Mapping[str, list[tuple[Domain, tuple[Number, ...]]]] = {
    "elu": [(ANY, (1.0, 1.0, 1.0)), (ANY, (1.7, 1.05, 0.5))],
    "hardtanh": [(ANY, (-1.0, 1.0)), (ANY, (-1, 1))],
    "leaky_relu": [(ANY, (0.01,)), (ANY, (1.5,))],
    "nan_to_num": [(ANY, (0.0, 1.0, -1.0))],
    "softplus": [(ANY, (1.0, 20.0)), (ANY, (2.0, 1.5))],
    "clamp": [(ANY, (-1.0, 1.0)), (ANY, (0.5, 0.5))],
    "pow": [(POSITIVE, (2.5,)), *((ANY, (power,)) for power in (0, 1, 2, 3, -1, 2.0, -2))],
    "lerp": [(ANY, (1.0, 0.25))],
}
"""Functions of a tensor and Python numbers."""

SHAPES: Mapping[str, Shape] = {"plain": (2, 3), "empty": (0, 3), "zero_dim": ()}

BROADCAST: Mapping[str, tuple[Shape, Shape, Shape]] = {
    "broadcast": ((2, 1, 3), (3,), (4, 1)),
    "stretched": ((1, 3), (2, 1), ()),
    "empty_broadcast": ((0, 1), (1, 3), (1,)),
}


def samples() -> Iterator[Sample]:
    """All of them."""
    for name, domain in UNARY.items():
        for tag, shape in SHAPES.items():
            yield sample(name, Real(shape, *domain), tag=tag)
    for name, domains in (BINARY | TERNARY).items():
        yield from _broadcasting(name, domains)
    for name, cases in WITH_NUMBERS.items():
        for number, (domain, numbers) in enumerate(cases):
            for tag, shape in SHAPES.items():
                yield sample(name, Real(shape, *domain), *numbers, tag=f"number{number}_{tag}")
    for tag, shape in SHAPES.items():
        yield sample("frexp", Real(shape, 0.55, 0.95), results=(0,), tag=tag)
    yield from _choices()
    yield from _casts()


def _broadcasting(name: str, domains: tuple[Domain, ...]) -> Iterator[Sample]:
    for tag, shape in SHAPES.items():
        yield sample(name, *(Real(shape, *domain) for domain in domains), tag=tag)
    for tag, shapes in BROADCAST.items():
        operands = (Real(s, *domain) for s, domain in zip(shapes, domains, strict=False))
        yield sample(name, *operands, tag=tag)
    if len(domains) == 2 and name not in ("heaviside", "relu_grad"):
        first, second = domains
        yield sample(name, Real((2, 3), *first), 2, tag="number_right")
        yield sample(name, 2, Real((2, 3), *second), tag="number_left")
        yield sample(name, Real((2, 3), *first), Real((), *second), tag="zero_dim_right")


def _choices() -> Iterator[Sample]:
    mask = np.array([[True, False, True], [False, False, True]])
    yield sample("where", Fixed(mask), Real((2, 3)), Real((2, 3)))
    yield sample("where", Fixed(mask), Real((3,)), Real((4, 1, 1)), tag="broadcast")
    yield sample("where", Fixed(mask[0]), Real((2, 1)), 0, tag="number")
    yield sample("where", Fixed(mask), 1.5, 0.5, results=(), tag="numbers")
    yield sample("where", Fixed(np.True_), Real(), Real(), tag="zero_dim")
    yield sample("where", Fixed(mask[:0]), Real((3,)), Real((0, 1)), tag="empty")
    for name in ("fmax", "fmin"):
        yield sample(name, Real((2, 3)), Fixed(np.nan, tied=True), tag="nan")
    holes = np.array([[np.nan, 1.0, -np.inf], [np.inf, -0.5, 2.0]])
    yield sample("nan_to_num", Fixed(holes, tied=True), 0.25, 3.0, -3.0, results=(), tag="holes")


def _casts() -> Iterator[Sample]:
    for tag, shape in SHAPES.items():
        yield sample("cast", Real(shape), dtype=dtypes.float64, tag=tag)
        for dtype in (dtypes.float32, dtypes.int64, dtypes.bool):
            # Too coarse, or not differentiable at all.
            yield sample("cast", Real(shape), dtype=dtype, tag=f"{dtype.name}_{tag}", results=())
    yield sample("cast", 1.5, dtype=dtypes.float32, tag="number", results=())
