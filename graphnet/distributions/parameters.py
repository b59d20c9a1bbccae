"""What distributions do with their parameters: ``torch.distributions.utils``."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import Any

from graphnet._tensor import Tensor
from graphnet.dtypes import dtype as DType
from graphnet.dtypes import finfo, get_default_dtype
from graphnet.errors import ValueRangeError
from graphnet.functions.broadcasting import broadcast_tensors
from graphnet.functions.creation import tensor
from graphnet.functions.factories import ones, zeros
from graphnet.functions.sampling import normal
from graphnet.grad_mode import enable_grad
from graphnet.ir.types import Size
from graphnet.nn.functional import binary_cross_entropy_with_logits, sigmoid, softmax

__all__ = [
    "broadcast_all",
    "clamp_probs",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "standard_normal",
    "sum_rightmost",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]


#: The shape of one sample.
ONE = Size()


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Numbers and tensors as tensors of one shape; numbers take the dtype of a tensor among them.

    Raises:
        ValueRangeError: one is neither.
    """
    if not all(isinstance(value, (Tensor, Number)) for value in values):
        raise ValueRangeError(
            "Input arguments must all be instances of Number, torch.Tensor or objects implementing "
            f"__torch_function__, but got {', '.join(type(value).__name__ for value in values)}"
        )
    known = [value.dtype for value in values if isinstance(value, Tensor)]
    dtype = known[0] if known else get_default_dtype()
    made = [v if isinstance(v, Tensor) else tensor(v, dtype=dtype) for v in values]
    return tuple(broadcast_tensors(*made))


def batch_shape_of(*values: Any) -> Size:
    """The shape of a batch of parameters; none if all are numbers."""
    if all(isinstance(value, Number) for value in values):
        return Size()
    return broadcast_all(*values)[0].shape


def standard_normal(shape: Any, dtype: DType) -> Tensor:
    """Normal numbers with mean 0 and variance 1."""
    return normal(zeros(shape, dtype=dtype), ones(shape, dtype=dtype))


def sum_rightmost(value: Any, dim: int) -> Any:
    """The sum over the last ``dim`` dimensions."""
    if dim == 0:
        return value
    return value.reshape((*value.shape[: value.dim() - dim], -1)).sum(-1)


def _standard_normal(shape: Any, dtype: DType, device: Any) -> Tensor:
    """:func:`standard_normal`, as programs that define distributions call it."""
    return standard_normal(shape, dtype)


_sum_rightmost = sum_rightmost


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Probabilities from their logarithms up to a constant, or from log-odds if ``is_binary``."""
    made: Tensor = sigmoid(logits) if is_binary else softmax(logits, dim=-1)
    return made


def clamp_probs(probs: Tensor) -> Tensor:
    """Probabilities kept away from 0 and 1 by the precision of their dtype."""
    eps = finfo(probs.dtype).eps
    kept: Tensor = probs.clamp(min=eps, max=1 - eps)
    return kept


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """The inverse of :func:`logits_to_probs`: logarithms, or log-odds if ``is_binary``."""
    kept = clamp_probs(probs)
    logits: Tensor = kept.log() - (-kept).log1p() if is_binary else kept.log()
    return logits


def bernoulli_log_prob(logits: Tensor, value: Tensor) -> Tensor:
    """The logarithm of the probability of a success or failure."""
    negative: Tensor = binary_cross_entropy_with_logits(logits, value, reduction="none")
    found: Tensor = -negative
    return found


class lazy_property:  # noqa: N801  # PyTorch's name
    """A property that is computed when it is first asked for, and then kept."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The entries of a matrix on and below a diagonal, row by row."""
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueRangeError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    entries = [(i, j) for i in range(n) for j in range(min(i + diag + 1, n))]
    rows, columns = tensor([i for i, _ in entries]), tensor([j for _, j in entries])
    vector: Tensor = mat[..., rows, columns]
    return vector


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """The matrix that has these entries on and below a diagonal."""
    count = vec.shape[-1]
    n = (
        -(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * count + 4 * abs(diag) * (diag + 1)) ** 0.5
    ) / 2
    if round(n) - n > finfo(vec.dtype).eps:
        raise ValueRangeError(
            f"The size of last dimension is {count} which cannot be expressed as the lower "
            "triangular part of a square D x D matrix."
        )
    size = round(n)
    made = zeros((*vec.shape[:-1], size, size), dtype=vec.dtype)
    entries = [(i, j) for i in range(size) for j in range(min(i + diag + 1, size))]
    made[..., tensor([i for i, _ in entries]), tensor([j for _, j in entries])] = vec
    return made
