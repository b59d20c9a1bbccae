"""Samples of random draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from graphnet import dtypes
from tests.ops.samples.base import Fixed, Number, Real, Sample, State, sample

FILLS: Mapping[str, tuple[Number, ...]] = {
    "uniform": (0.0, 2.0),
    "normal": (1.0, 2.0),
    "log_normal": (0.0, 0.5),
    "exponential": (1.5,),
    "cauchy": (0.0, 1.0),
    "geometric": (0.4,),
    "bernoulli": (0.3,),
    "random_integers": (2, 9),
}
"""Draws of a shape, and their parameters."""


def samples() -> Iterator[Sample]:
    """All of them."""
    for name, parameters in FILLS.items():
        for dtype in (dtypes.float32, dtypes.float64):
            for tag, shape in {"plain": (2, 3), "zero_dim": (), "empty": (0, 2)}.items():
                options = {"shape": shape, "dtype": dtype}
                yield sample(name, State(), *parameters, **options, tag=f"{dtype.name}_{tag}")
    strided = {"shape": (2, 3), "dtype": dtypes.float32, "stride": (1, 2)}
    yield sample("uniform", State(), 0, 1, **strided, tag="strided")
    yield sample("random_integers", State(), 0, 5, shape=(3,), dtype=dtypes.int64, tag="int64")
    shares = Fixed(np.array([[0.1, 0.9, 0.5], [1.0, 0.0, 0.2]]))
    yield sample("bernoulli_from", State(), shares, dtype=dtypes.float32)
    yield sample("permutation", State(), n=5)
    chosen = Fixed(np.array([[True, False], [True, True]]))
    for dtype in (dtypes.float32, dtypes.float64):
        yield sample("uniform_where", State(), chosen, 0.1, 0.3, dtype=dtype, tag=dtype.name)
    for dtype in (np.float32, np.float64):
        places = Fixed(np.array([[0.3, 1.0, 7.5], [0.9, 2.0, 40.0]], dtype))
        yield sample("standard_gamma", State(), places, tag=np.dtype(dtype).name)
        yield sample("poisson", State(), places, tag=np.dtype(dtype).name)
        counts = Fixed(np.array([2, 50, 7], dtype))
        chances = Fixed(np.array([[0.1, 0.9, 0.5], [1.0, 0.0, 0.2]], dtype))
        yield sample("binomial", State(), counts, chances, tag=np.dtype(dtype).name)
    wide = Fixed(np.array([0.5, 3.0], np.float32))
    yield sample("standard_gamma", State(), wide, compute=dtypes.float64, tag="computed_in_double")
    # What a number depends on is how it was drawn, so finite differences do not see it.
    for shape, tag in (((2, 3), "plain"), ((), "zero_dim"), ((0, 3), "empty")):
        drawn = (Real(shape, 0.2, 5.0), Real(shape, 0.1, 4.0))
        yield sample("gamma_sample", *drawn, results=(), tag=tag)
        yield sample("gamma_sample_grad", *drawn, tag=tag)
    yield sample("multinomial", State(), shares, num_samples=4, replacement=True)
    yield sample("multinomial", State(), shares, num_samples=2, tag="different")
