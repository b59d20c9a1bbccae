"""Convolution of each channel by a filter of its own: too little for matrix products.

The three kernels are those of :mod:`graphnet.ops.convolve`. They go through the positions in the
window, for a few images at a time.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from graphnet.ops.windows import Ints, Windows, at_once, padded_with, runs

Array = npt.NDArray[Any]


def applies(weight: Ints, groups: int) -> bool:
    """Whether each channel has one filter: a weight of shape ``(groups, 1, *kernel)``."""
    return groups > 1 and weight[0] == groups and weight[1] == 1


def _spread(weight: Array, windows: Windows) -> Array:
    """The weights of each position in the window, to be multiplied with images."""
    ones = (1,) * len(windows.kernel)
    by_position = weight.reshape(weight.shape[0], -1).T
    return np.ascontiguousarray(by_position).reshape(-1, weight.shape[0], *ones)


def _together(x: Array) -> int:
    return at_once(x.shape[0], 4 * math.prod(x.shape[1:]) * x.itemsize)


def convolve(out: Array, x: Array, weight: Array, bias: Array | None, windows: Windows) -> None:
    """Correlate each channel of ``x`` with its filter, into ``out``."""
    weights = _spread(weight, windows)
    indices = list(windows.positions(out.shape[2:]))
    shift = 0 if bias is None else bias.reshape(weights.shape[1:])
    for start, stop in runs(x.shape[0], _together(x)):
        images, result = padded_with(x[start:stop], windows, 0), out[start:stop]
        result[...] = shift
        product = np.empty_like(result)
        for index, factor in zip(indices, weights, strict=True):
            result += np.multiply(images[index], factor, out=product)


def weight_gradient(x: Array, g: Array, windows: Windows) -> Array:
    """Contract input ``x`` and the result's gradient ``g`` to the gradient of the weight."""
    channels = x.shape[1]
    places = "xyz"[: len(windows.kernel)]
    subscripts = f"nc{places},nc{places}->c"
    indices = list(windows.positions(g.shape[2:]))
    total = np.zeros((len(indices), channels), x.dtype)
    for start, stop in runs(x.shape[0], _together(x)):
        images, gradients = padded_with(x[start:stop], windows, 0), g[start:stop]
        for position, index in enumerate(indices):
            total[position] += np.einsum(subscripts, images[index], gradients)
    return np.ascontiguousarray(total.T).reshape(channels, 1, *windows.kernel)


def input_gradient(out: Array, g: Array, weight: Array, windows: Windows) -> None:
    """Contract the result's gradient and ``weight`` to the gradient of the input, in ``out``."""
    weights = _spread(weight, windows)
    indices = list(windows.positions(g.shape[2:]))
    spatial = out.shape[2:]
    for start, stop in runs(g.shape[0], _together(out)):
        gradients = g[start:stop]
        product = np.empty_like(gradients)
        image = np.zeros((stop - start, g.shape[1], *windows.padded(spatial)), g.dtype)
        for index, factor in zip(indices, weights, strict=True):
            image[index] += np.multiply(gradients, factor, out=product)
        out[start:stop] = image[windows.interior(spatial)]
