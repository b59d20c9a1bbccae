"""What TensorBoard's files hold of numbers, texts, histograms and images.

Each function gives a ``Summary.Value`` of the package tensorboard. The bins of histograms are those
that PyTorch chooses.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np

from graphnet.errors import ShapeError, ValueRangeError


def scalar(tag: str, value: Any) -> Any:
    """One number."""
    from tensorboard.compat.proto.summary_pb2 import Summary

    return Summary.Value(tag=tag, simple_value=float(value))


def text(tag: str, words: str) -> Any:
    """A text, which is shown as Markdown."""
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.plugins.text.plugin_data_pb2 import TextPluginData

    plugin = SummaryMetadata.PluginData(
        plugin_name="text", content=TextPluginData(version=0).SerializeToString()
    )
    tensor = TensorProto(
        dtype="DT_STRING",
        string_val=[words.encode("utf-8")],
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
    )
    metadata = SummaryMetadata(plugin_data=plugin)
    return Summary.Value(tag=f"{tag}/text_summary", metadata=metadata, tensor=tensor)


def histogram(tag: str, values: Any, bins: Any) -> Any:
    """How many values there are in each bin, without the empty bins at both ends.

    Raises:
        ValueRangeError: (a ValueError) there is no value.
    """
    from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

    flat = np.asarray(values).astype(np.float64).reshape(-1)
    if not flat.size:
        raise ValueRangeError("The input has no element.")
    counts, limits = np.histogram(flat, _exponential_bins() if bins == "tensorflow" else bins)
    filled = np.flatnonzero(counts)
    if not filled.size:
        raise ValueRangeError("The histogram is empty, please file a bug report.")
    first, last = filled[0], filled[-1] + 1
    # A bucket says where it ends; one that holds nothing says where the first begins.
    kept = counts[first - 1 : last] if first else [0, *counts[:last]]
    found = HistogramProto(
        min=flat.min(),
        max=flat.max(),
        num=len(flat),
        sum=flat.sum(),
        sum_squares=flat.dot(flat),
        bucket_limit=[float(limit) for limit in limits[first : last + 1]],
        bucket=[float(count) for count in kept],
    )
    return Summary.Value(tag=tag, histo=found)


@lru_cache(maxsize=1)
def _exponential_bins() -> list[float]:
    """Bins that grow by a tenth, on both sides of 0."""
    ends = [1e-12]
    while ends[-1] * 1.1 < 1e20:
        ends.append(ends[-1] * 1.1)
    return [-end for end in reversed(ends)] + [0.0] + ends


def image(tag: str, pixels: Any, layout: str) -> Any:
    """A picture; floating-point numbers go from 0 to 1.

    Args:
        tag: its name.
        pixels: an array.
        layout: what its dimensions are, in letters: ``CHW``, ``HWC``, ``HW``, or with ``N`` for
            several pictures, which are set side by side.

    Raises:
        ShapeError: there are more or fewer dimensions than letters.
    """
    from PIL import Image
    from tensorboard.compat.proto.summary_pb2 import Summary

    array = _rows(np.asarray(pixels), layout.upper())
    if array.dtype != np.uint8:
        array = np.clip(array * 255.0, 0, 255).astype(np.uint8)
    height, width, channels = array.shape
    encoded = io.BytesIO()
    Image.fromarray(array).save(encoded, format="PNG")
    picture = Summary.Image(
        height=height,
        width=width,
        colorspace=channels,
        encoded_image_string=encoded.getvalue(),
    )
    return Summary.Value(tag=tag, image=picture)


def _rows(array: Any, layout: str) -> Any:
    """The picture, or several in a square, as height, width and channels."""
    if len(layout) != array.ndim:
        raise ShapeError(
            f"size of input tensor and input format are different. tensor shape: {array.shape}, "
            f"input_format: {layout}"
        )
    array = array.transpose([layout.index(letter) for letter in "NHWC" if letter in layout])
    if "C" not in layout:
        array = array[..., None]
    if "N" in layout:
        array = _side_by_side(array)
    return np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array


def _side_by_side(pictures: Any) -> Any:
    count, height, width, channels = pictures.shape
    columns = min(count, 8)
    rows = -(-count // columns)
    grid = np.zeros((rows * columns, height, width, channels), pictures.dtype)
    grid[:count] = pictures
    placed = grid.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return placed.reshape(rows * height, columns * width, channels)
