"""Images to tensors and back: PIL images, arrays and tensors of one image in several types."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.dtypes import bool as bool_
from graphnet.dtypes import dtype as DType
from graphnet.dtypes import float32, float64, get_default_dtype, iinfo, int32, int64
from graphnet.errors import ArgumentError, DtypeError, ValueRangeError
from graphnet.vision.pillow import is_pil_image, pillow_image

_SHORT_MODE = "I;16" if sys.byteorder == "little" else "I;16B"

# The element type of the PIL modes whose elements are not bytes.
_ELEMENTS: dict[str, type] = {"I": np.int32, _SHORT_MODE: np.int16, "F": np.float32}

# The modes that images of this many channels can have; the first is the one taken.
_MODES_BY_CHANNELS = {2: ["LA"], 3: ["RGB", "YCbCr", "HSV"], 4: ["RGBA", "CMYK", "RGBX"]}


# Integers too fine for the floating-point type to tell apart over their whole range.
_UNSAFE = {float32: (int32, int64), float64: (int64,)}


def to_tensor(pic: Any) -> Tensor:
    """A PIL image or an array (H x W or H x W x C) as a tensor (C x H x W).

    Bytes become numbers from 0 to 1 of the default type; other elements keep type and value.
    Raises TypeError for anything else, ValueError for arrays that are no images.

    >>> import numpy as np
    >>> from graphnet.vision.transforms.functional import to_tensor
    >>> to_tensor(np.array([[0, 51, 255]], dtype=np.uint8))
    tensor([[[0.0000, 0.2000, 1.0000]]])
    """
    if is_pil_image(pic):
        array = _array_of(pic, _ELEMENTS.get(pic.mode, np.uint8))
        if pic.mode == "1":
            array = array * np.uint8(255)
    elif isinstance(pic, np.ndarray):
        array = pic
    else:
        raise ArgumentError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    if array.ndim not in (2, 3):
        raise ValueRangeError(f"pic should be 2/3 dimensional. Got {array.ndim} dimensions.")
    planes = _channels_first(array)
    if planes.dtype == np.uint8:
        real = get_default_dtype().numpy
        # What comes out of a file is a constant: it is scaled here, no operation is recorded.
        return fn.from_numpy(np.divide(planes, 255, dtype=real))
    return fn.from_numpy(planes.copy() if planes.base is not None else planes)


def pil_to_tensor(pic: Any) -> Tensor:
    """A PIL image as a tensor (C x H x W) of the same elements. Raises TypeError for others."""
    if not is_pil_image(pic):
        raise ArgumentError(f"pic should be PIL Image. Got {type(pic)}")
    return fn.from_numpy(_channels_first(_array_of(pic, None)))


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """A tensor (C x H x W or H x W) or array (H x W x C or H x W) as a PIL image.

    Floating-point elements are taken to be from 0 to 1, unless ``mode`` is "F". Raises TypeError
    for other objects and element types, ValueError for shapes that are no images and for a ``mode``
    that doesn't fit.

    >>> import graphnet as torch
    >>> from graphnet.vision.transforms.functional import to_pil_image
    >>> to_pil_image(torch.zeros(3, 2, 4)).size
    (4, 2)
    """
    if isinstance(pic, Tensor):
        array: Any = pic.detach().numpy()
        array = np.moveaxis(array, 0, -1) if array.ndim == 3 else array
    elif isinstance(pic, np.ndarray):
        array = pic
    else:
        raise ArgumentError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    if array.ndim not in (2, 3):
        raise ValueRangeError(f"pic should be 2/3 dimensional. Got {array.ndim} dimensions.")
    channels = array.shape[2] if array.ndim == 3 else 1
    if channels > 4:
        raise ValueRangeError(f"pic should not have > 4 channels. Got {channels} channels.")
    if np.issubdtype(array.dtype, np.floating) and mode != "F":
        array = (array * 255).astype(np.uint8)
    array = array.reshape(array.shape[:2]) if channels == 1 else array
    chosen = _mode_of(array.dtype, channels, mode)
    image = pillow_image("to_pil_image")
    if channels == 1:
        return image.fromarray(np.ascontiguousarray(array))
    height, width = array.shape[:2]
    return image.frombytes(chosen, (width, height), np.ascontiguousarray(array).tobytes())


def convert_image_dtype(image: Tensor, dtype: DType = float32) -> Tensor:
    """The image in another element type, its values scaled to that type's range.

    The range of floating-point types is 0 to 1. Raises TypeError for what is not a tensor and
    RuntimeError for a conversion that cannot keep the values apart (float32 to int32 or int64,
    float64 to int64).

    >>> import graphnet as torch
    >>> from graphnet.vision.transforms.functional import convert_image_dtype
    >>> convert_image_dtype(torch.tensor([0.0, 0.5, 1.0]), torch.uint8)
    tensor([  0, 127, 255], dtype=torch.uint8)
    """
    if not isinstance(image, Tensor):
        raise ArgumentError(f"Input img should be Tensor Image. Got {type(image)}")
    source: DType = image.dtype
    if source == dtype:
        return image
    converted: Tensor
    if source.is_floating_point and dtype.is_floating_point:
        converted = image.to(dtype)
    elif source.is_floating_point:
        if dtype in _UNSAFE.get(source, ()):
            raise DtypeError(f"The cast from {source} to {dtype} cannot be performed safely.")
        # A little less than one more than the largest, so that each integer gets an equal share.
        converted = (image * (_largest(dtype) + 1.0 - 1e-3)).to(dtype)
    elif dtype.is_floating_point:
        converted = image.to(dtype) / float(_largest(source))
    elif _largest(source) > _largest(dtype):
        converted = (image // ((_largest(source) + 1) // (_largest(dtype) + 1))).to(dtype)
    else:
        converted = image.to(dtype) * ((_largest(dtype) + 1) // (_largest(source) + 1))
    return converted


def _array_of(image: Any, elements: type | None) -> np.ndarray[Any, Any]:
    """A copy of a PIL image's pixels, H x W or H x W x C."""
    return np.array(image, dtype=elements, copy=True)


def _channels_first(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """H x W or H x W x C as contiguous C x H x W."""
    if array.ndim == 2:
        return np.ascontiguousarray(array)[None]
    return np.ascontiguousarray(array.transpose(2, 0, 1))


def _largest(dtype: DType) -> int:
    return 1 if dtype == bool_ else int(iinfo(dtype).max)


def _mode_of(elements: np.dtype[Any], channels: int, mode: str | None) -> str:
    """The PIL mode for these elements. Raises ValueError when it is not the wanted one."""
    if channels == 1:
        by_type: dict[Any, str] = {np.dtype(kind): name for name, kind in _ELEMENTS.items()}
        by_type[np.dtype(np.uint8)] = "L"
        expected = by_type.get(elements)
        if mode is not None and mode != expected:
            raise ValueRangeError(
                f"Incorrect mode ({mode}) supplied for input type {elements}. Should be {expected}"
            )
        found = expected
    else:
        permitted = _MODES_BY_CHANNELS[channels]
        if mode is not None and mode not in permitted:
            raise ValueRangeError(
                f"Only modes {permitted} are supported for {channels}D inputs, not {mode}"
            )
        found = (mode or permitted[0]) if elements == np.uint8 else None
    if found is None:
        raise ArgumentError(f"Input type {elements} is not supported")
    return found
