"""Random tensors like another one: of its shape, dtype and place in memory.

Memory is filled in the order of addresses. What is like a transposed tensor has its numbers in the
places where PyTorch puts them, though all tensors made here are contiguous.
"""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.functions.filling import integer_bounds
from graphnet.functions.options import as_dtype, finish, require_tensor
from graphnet.functions.ordering import stride_of_like
from graphnet.functions.sampling import float_dtype
from graphnet.ops.random import Normal, RandomIntegers, Uniform
from graphnet.random import Generator, draw

__all__ = ["rand_like", "randint_like", "randn_like"]


def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Uniform numbers in [0, 1) in another tensor's shape and, unless another is given, dtype."""
    x = require_tensor("rand_like", "input", input)
    wanted = float_dtype("rand_like", dtype or x.dtype)
    op = Uniform(tuple(x.shape), wanted, stride_of_like(x, memory_format))
    return finish(
        draw(op, 0.0, 1.0, generator=generator, device=device or input.device),
        device or input.device,
        requires_grad,
        layout,
    )


def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Normal numbers of mean 0 and variance 1 in another tensor's shape and dtype."""
    x = require_tensor("randn_like", "input", input)
    wanted = float_dtype("randn_like", dtype or x.dtype)
    op = Normal(tuple(x.shape), wanted, stride_of_like(x, memory_format))
    return finish(
        draw(op, 0.0, 1.0, generator=generator, device=device or input.device),
        device or input.device,
        requires_grad,
        layout,
    )


def randint_like(
    input: Tensor,
    low: int,
    high: int | None = None,
    *,
    generator: Generator | None = None,
    dtype: dtypes.dtype | None = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Uniform whole numbers in [low, high), or [0, low), in another tensor's shape and dtype."""
    x = require_tensor("randint_like", "input", input)
    if high is None:
        low, high = 0, low
    wanted = as_dtype("randint_like", dtype) or x.dtype
    op = RandomIntegers(tuple(x.shape), wanted, stride_of_like(x, memory_format))
    made = draw(
        op,
        *integer_bounds("randint_like", low, high),
        generator=generator,
        device=device or input.device,
    )
    return finish(made, device or input.device, requires_grad, layout)
