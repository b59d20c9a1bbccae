"""Max pooling to any size, by windows that begin at random places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.nn import functional as F
from graphnet.nn.modules.module import Module
from graphnet.nn.modules.sizes import repeated


class _FractionalMaxPoolNd(Module):
    """What the two layers share; they differ in the number of spatial dimensions."""

    _pool: ClassVar[Callable[..., Any]]
    _spatial: ClassVar[int]

    _random_samples: Tensor | None

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        output_size: int | Sequence[int] | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        if output_size is None and output_ratio is None:
            raise ValueRangeError(
                f"{type(self).__name__} requires specifying either an output size, or a pooling "
                "ratio"
            )
        if output_size is not None and output_ratio is not None:
            raise ValueRangeError("only one of output_size and output_ratio may be specified")
        count = self._spatial
        self.kernel_size = repeated(kernel_size, count)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else repeated(output_size, count)
        self.output_ratio = None if output_ratio is None else repeated(output_ratio, count)
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueRangeError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Any:
        return self._pool(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """The greatest elements of windows over the last two dimensions, at random places.

    Args:
        kernel_size: the size of the window.
        output_size: how many windows, one number or one for each dimension.
        output_ratio: the number of windows, as a part of the input's size; instead of a size.
        return_indices: whether to return where the greatest elements are, too.
        _random_samples: what decides where the windows begin, instead of a draw in each call.

    Shapes: ``(N, C, H, W)`` or ``(C, H, W)``. Raises ValueError unless exactly one of size and
    ratio is given, and for a ratio that is not between 0 and 1. Source: Graham 2014, "Fractional
    max-pooling"; PyTorch's page "FractionalMaxPool2d".

    >>> import graphnet as torch
    >>> torch.nn.FractionalMaxPool2d(3, output_size=(13, 12))(torch.rand(2, 4, 50, 32)).shape
    torch.Size([2, 4, 13, 12])
    """

    _pool = staticmethod(F.fractional_max_pool2d)
    _spatial = 2


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """The greatest elements of windows over volumes, at random places.

    Arguments and errors are :class:`FractionalMaxPool2d`'s. Shapes: ``(N, C, D, H, W)`` or
    ``(C, D, H, W)``. Source: PyTorch's page "FractionalMaxPool3d".

    >>> import graphnet as torch
    >>> torch.nn.FractionalMaxPool3d(2, output_ratio=0.5)(torch.rand(2, 4, 6, 6, 8)).shape
    torch.Size([2, 4, 3, 3, 4])
    """

    _pool = staticmethod(F.fractional_max_pool3d)
    _spatial = 3
