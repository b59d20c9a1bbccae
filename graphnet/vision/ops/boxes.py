"""Boxes in images: areas, overlaps, and which to keep. Source: torchvision's page "Operators".

A box is ``(x1, y1, x2, y2)``, the corners with the smallest and the greatest coordinates.
"""

from __future__ import annotations

import math

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.dtypes import get_default_dtype
from graphnet.errors import ValueRangeError

__all__ = [
    "batched_nms",
    "box_area",
    "box_convert",
    "box_iou",
    "clip_boxes_to_image",
    "complete_box_iou",
    "distance_box_iou",
    "generalized_box_iou",
    "masks_to_boxes",
    "nms",
    "remove_small_boxes",
]


def box_area(boxes: Tensor, fmt: str = "xyxy") -> Tensor:
    """The area of each box.

    >>> import graphnet as torch
    >>> from graphnet.vision.ops import box_area
    >>> box_area(torch.tensor([[0.0, 0.0, 2.0, 3.0]]))
    tensor([6.])
    """
    if fmt in ("xywh", "cxcywh"):
        area: Tensor = boxes[..., 2] * boxes[..., 3]
        return area
    x1, y1, x2, y2 = boxes.unbind(-1)
    sides: Tensor = (x2 - x1) * (y2 - y1)
    return sides


def box_convert(boxes: Tensor, in_fmt: str, out_fmt: str) -> Tensor:
    """Boxes in another form.

    That is corners, ``xyxy``, a corner and the size, ``xywh``, or the centre and it, ``cxcywh``.

    Raises:
        ValueRangeError: (a ValueError) there is no such form.
    """
    forms = ("xyxy", "xywh", "cxcywh")
    if in_fmt not in forms or out_fmt not in forms:
        raise ValueRangeError("Unsupported Bounding Box Conversions for given in_fmt and out_fmt")
    if in_fmt == out_fmt:
        same: Tensor = boxes.clone()
        return same
    a, b, c, d = boxes.unbind(-1)
    if in_fmt == "xywh":
        c, d = a + c, b + d
    elif in_fmt == "cxcywh":
        a, b, c, d = a - 0.5 * c, b - 0.5 * d, a + 0.5 * c, b + 0.5 * d
    if out_fmt == "xywh":
        c, d = c - a, d - b
    elif out_fmt == "cxcywh":
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
    return fn.stack((a, b, c, d), -1)


def _overlap(boxes1: Tensor, boxes2: Tensor) -> tuple[Tensor, Tensor]:
    """The areas of the intersection and of the union of every pair."""
    corner = fn.maximum(boxes1[:, None, :2], boxes2[:, :2])
    opposite = fn.minimum(boxes1[:, None, 2:], boxes2[:, 2:])
    sides = (opposite - corner).clamp(min=0)
    shared = sides[:, :, 0] * sides[:, :, 1]
    return shared, box_area(boxes1)[:, None] + box_area(boxes2) - shared


def box_iou(boxes1: Tensor, boxes2: Tensor, fmt: str = "xyxy") -> Tensor:
    """The intersection of every pair of boxes over its union: a matrix.

    >>> import graphnet as torch
    >>> from graphnet.vision.ops import box_iou
    >>> box_iou(torch.tensor([[0.0, 0.0, 2.0, 2.0]]), torch.tensor([[1.0, 0.0, 3.0, 2.0]]))
    tensor([[0.3333]])
    """
    if fmt != "xyxy":
        boxes1, boxes2 = box_convert(boxes1, fmt, "xyxy"), box_convert(boxes2, fmt, "xyxy")
    shared, union = _overlap(boxes1, boxes2)
    ratio: Tensor = shared / union
    return ratio


def generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """The same, less the part of the smallest box around both that neither covers."""
    shared, union = _overlap(boxes1, boxes2)
    area = fn.prod(_hull(boxes1, boxes2), 2)
    found: Tensor = shared / union - (area - union) / area
    return found


def _hull(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """The sides of the smallest box around every pair."""
    corner = fn.minimum(boxes1[:, None, :2], boxes2[:, :2])
    opposite = fn.maximum(boxes1[:, None, 2:], boxes2[:, 2:])
    sides: Tensor = (opposite - corner).clamp(min=0)
    return sides


def distance_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    """The same, less how far the centres are apart, relative to the box around both."""
    diagonal = (_hull(boxes1, boxes2) ** 2).sum(2) + eps
    centres1 = (boxes1[:, :2] + boxes1[:, 2:]) / 2
    centres2 = (boxes2[:, :2] + boxes2[:, 2:]) / 2
    apart = ((centres1[:, None] - centres2) ** 2).sum(2)
    found: Tensor = box_iou(boxes1, boxes2) - apart / diagonal
    return found


def complete_box_iou(boxes1: Tensor, boxes2: Tensor, eps: float = 1e-7) -> Tensor:
    """The same, less how much the ratios of the sides differ."""
    angles1 = fn.atan((boxes1[:, 2] - boxes1[:, 0]) / (boxes1[:, 3] - boxes1[:, 1]))
    angles2 = fn.atan((boxes2[:, 2] - boxes2[:, 0]) / (boxes2[:, 3] - boxes2[:, 1]))
    v = 4 / math.pi**2 * (angles1[:, None] - angles2) ** 2
    weight = (v / (1 - box_iou(boxes1, boxes2) + v + eps)).detach()
    found: Tensor = distance_box_iou(boxes1, boxes2, eps) - weight * v
    return found


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """The boxes to keep, best first: those that no better one overlaps by more than a threshold.

    >>> import graphnet as torch
    >>> from graphnet.vision.ops import nms
    >>> boxes = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 1.9], [5, 5, 6, 6]])
    >>> nms(boxes, torch.tensor([0.8, 0.9, 0.1]), 0.5)
    tensor([1, 2])
    """
    order = fn.argsort(scores, descending=True, stable=True)
    sorted_boxes = boxes[order]
    overlaps: list[list[bool]] = (box_iou(sorted_boxes, sorted_boxes) > iou_threshold).tolist()
    kept: list[int] = []
    for place, overlapped in enumerate(overlaps):
        if not any(overlapped[better] for better in kept):
            kept.append(place)
    chosen: Tensor = order[kept]
    return chosen


def batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Tensor:
    """The same for each class of boxes by itself; ``idxs`` says of which class they are."""
    if not boxes.numel():
        return fn.empty((0,), dtype=idxs.dtype)
    # Classes are moved apart, so that boxes of two of them never overlap.
    apart = idxs.to(boxes.dtype) * (boxes.max() + 1)
    return nms(boxes + apart[:, None], scores, iou_threshold)


def remove_small_boxes(boxes: Tensor, min_size: float) -> Tensor:
    """The indices of the boxes neither of whose sides is shorter."""
    widths, heights = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    kept: Tensor = fn.where((widths >= min_size) & (heights >= min_size))[0]
    return kept


def clip_boxes_to_image(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes cut off where an image of a height and width ends."""
    height, width = size
    xs, ys = boxes[..., 0::2].clamp(0, width), boxes[..., 1::2].clamp(0, height)
    clipped: Tensor = fn.stack((xs, ys), -1).reshape(boxes.shape)
    return clipped


def masks_to_boxes(masks: Tensor) -> Tensor:
    """The smallest box around the true places of each mask."""
    found = []
    for mask in masks.unbind(0):
        ys, xs = fn.where(mask != 0)
        found.append(fn.stack((xs.min(), ys.min(), xs.max(), ys.max())))
    boxes: Tensor = fn.stack(found).to(get_default_dtype()) if found else fn.zeros((0, 4))
    return boxes
