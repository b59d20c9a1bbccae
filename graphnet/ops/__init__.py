"""Every operation: one class each, by family. Importing this package declares them all."""

from graphnet.ops import (
    arithmetic,
    bounds,
    compare,
    convert,
    create,
    index,
    join,
    math,
    matmul,
    power,
    rearrange,
    reduce,
    rounding,
    scan,
    scatter,
    search,
    shape,
    sort,
    statistics,
    strided,
)
