"""The loader's own ``transform``: a convenience for datasets that do not take one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class InputTransform:
    """Applies a transform to the input of a sample, the first entry of a tuple or list.

    Without a transform, an image (a PIL image or an H x W array of bytes) becomes a tensor, as by
    ``ToTensor``; everything else stays as it is.
    """

    transform: Callable[[Any], Any] | None

    def __call__(self, sample: Any) -> Any:
        """The sample with its input transformed."""
        apply = _image_to_tensor if self.transform is None else self.transform
        if isinstance(sample, tuple) and hasattr(sample, "_fields"):
            return type(sample)(apply(sample[0]), *sample[1:])
        if isinstance(sample, tuple | list):
            return type(sample)([apply(sample[0]), *sample[1:]])
        return apply(sample)


def _image_to_tensor(value: Any) -> Any:
    from graphnet.vision.transforms.functional import is_pil_image, to_tensor

    is_array = isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 2
    return to_tensor(value) if is_array or is_pil_image(value) else value
