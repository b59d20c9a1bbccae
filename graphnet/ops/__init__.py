"""Every operation: one class each, by family. Importing this package declares them all."""

from graphnet.ops import (
    arithmetic,
    compare,
    convert,
    create,
    math,
    matmul,
    reduce,
    shape,
    strided,
)
