"""Transforms of images by their newer names: ``torchvision.transforms.v2``.

They are those of :mod:`graphnet.vision.transforms`, for images alone: boxes and masks that belong
to an image are not transformed with it.

>>> import graphnet as torch
>>> from graphnet.vision.transforms import v2
>>> v2.ToDtype(torch.float32, scale=True)(torch.tensor([[[255]]], dtype=torch.uint8))
tensor([[[1.]]])
"""

from graphnet.vision.transforms import (
    CenterCrop,
    ColorJitter,
    Compose,
    ConvertImageDtype,
    GaussianBlur,
    Grayscale,
    InterpolationMode,
    Lambda,
    Normalize,
    Pad,
    PILToTensor,
    RandomApply,
    RandomChoice,
    RandomCrop,
    RandomErasing,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomInvert,
    RandomOrder,
    RandomResizedCrop,
    RandomRotation,
    RandomSolarize,
    RandomVerticalFlip,
    Resize,
    ToPILImage,
    ToTensor,
)
from graphnet.vision.transforms.v2 import functional
from graphnet.vision.transforms.v2.convert import ToDtype, ToImage

__all__ = [
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "ConvertImageDtype",
    "GaussianBlur",
    "Grayscale",
    "InterpolationMode",
    "Lambda",
    "Normalize",
    "PILToTensor",
    "Pad",
    "RandomApply",
    "RandomChoice",
    "RandomCrop",
    "RandomErasing",
    "RandomGrayscale",
    "RandomHorizontalFlip",
    "RandomInvert",
    "RandomOrder",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomSolarize",
    "RandomVerticalFlip",
    "Resize",
    "ToDtype",
    "ToImage",
    "ToPILImage",
    "ToTensor",
    "functional",
]
