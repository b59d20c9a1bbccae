"""Every operation: one class each, by family. Importing this package declares them all."""

import sys
from typing import Any

from graphnet.ops import (
    activation,
    arithmetic,
    avg_pool,
    bessel,
    bounds,
    compare,
    complex,
    conv,
    convert,
    create,
    ctc,
    custom,
    eigen,
    embedding,
    error_function,
    factorise,
    fourier,
    gelu,
    gru,
    index,
    join,
    lapack,
    linalg,
    linear,
    loss,
    lstm,
    math,
    matmul,
    nll,
    norm,
    pad,
    parts,
    polynomials,
    pool,
    power,
    random,
    rearrange,
    reduce,
    rejection,
    resample,
    rnn,
    rounding,
    scan,
    scatter,
    search,
    shape,
    smooth_activation,
    softmax,
    sort,
    special,
    statistics,
    strided,
)


def __getattr__(name: str) -> Any:
    """``torch.ops.aten`` is another thing: see :mod:`graphnet.operators`."""
    if name in ("aten", "prims", "profiler", "quantized", "torchvision"):
        return getattr(sys.modules["graphnet"].operators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
