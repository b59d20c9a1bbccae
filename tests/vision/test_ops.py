"""Boxes, and layers that models of images share."""

from __future__ import annotations

import itertools

import pytest

import graphnet as torch
from graphnet import nn
from graphnet.vision import ops

FORMS = list(itertools.permutations(("xyxy", "xywh", "cxcywh"), 2))


def boxes(count: int, seed: int) -> torch.Tensor:
    """Boxes in a square of side ten."""
    corners = torch.rand(count, 4, generator=torch.Generator().manual_seed(seed)) * 5
    corners[:, 2:] += corners[:, :2]
    return corners


def overlap(a: list[float], b: list[float]) -> float:
    """The intersection of two boxes over their union."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return shared / (sum(areas) - shared)


def test_overlaps_are_those_of_each_pair() -> None:
    a, b = boxes(5, 0), boxes(4, 1)
    expected = [[overlap(x, y) for y in b.tolist()] for x in a.tolist()]
    torch.testing.assert_close(ops.box_iou(a, b), torch.tensor(expected))


def test_the_smallest_box_around_both_lowers_the_overlap() -> None:
    near, far = torch.tensor([[0.0, 0, 1, 1]]), torch.tensor([[2.0, 0, 3, 1]])
    # Two squares a unit apart lie in a box of area 3, a third of which neither covers.
    assert ops.generalized_box_iou(near, far).item() == pytest.approx(-1 / 3)
    # Their centres are 2 apart, in a box whose diagonal is the root of 10.
    assert ops.distance_box_iou(near, far).item() == pytest.approx(-4 / 10)
    assert ops.complete_box_iou(near, far).item() == pytest.approx(-4 / 10)  # of one shape


@pytest.mark.parametrize(("before", "after"), FORMS)
def test_forms_of_boxes_convert_there_and_back(before: str, after: str) -> None:
    given = boxes(3, 2)
    there = ops.box_convert(given, before, after)
    assert not torch.equal(there, given)
    torch.testing.assert_close(ops.box_convert(there, after, before), given)


def test_unknown_forms_are_refused() -> None:
    with pytest.raises(ValueError, match="Unsupported"):
        ops.box_convert(boxes(1, 0), "xyxy", "polar")


def test_of_overlapping_boxes_the_best_is_kept() -> None:
    given, scores = boxes(12, 3), torch.rand(12, generator=torch.Generator().manual_seed(4))
    kept: list[int] = []
    for best in sorted(range(12), key=lambda at: -scores[at].item()):
        if all(overlap(given[best].tolist(), given[at].tolist()) <= 0.3 for at in kept):
            kept.append(best)
    assert 1 < len(kept) < 12
    assert ops.nms(given, scores, 0.3).tolist() == kept


def test_boxes_of_other_classes_do_not_compete() -> None:
    twice = torch.tensor([[0.0, 0, 2, 2], [0.0, 0, 2, 2]])
    scores = torch.tensor([0.5, 0.9])
    assert ops.batched_nms(twice, scores, torch.tensor([0, 0]), 0.5).tolist() == [1]
    assert ops.batched_nms(twice, scores, torch.tensor([0, 1]), 0.5).tolist() == [1, 0]
    assert ops.batched_nms(twice[:0], scores[:0], torch.tensor([0, 1])[:0], 0.5).tolist() == []


def test_boxes_are_cut_left_out_and_drawn_around_masks() -> None:
    given = torch.tensor([[-1.0, 2, 12, 5], [3.0, 3, 3.5, 9]])
    assert ops.clip_boxes_to_image(given, (4, 10)).tolist() == [[0, 2, 10, 4], [3, 3, 3.5, 4]]
    assert ops.remove_small_boxes(given, 1.0).tolist() == [0]
    mask = torch.zeros(1, 5, 6)
    mask[0, 1:3, 2:5] = 1
    assert ops.masks_to_boxes(mask).tolist() == [[2, 1, 4, 2]]


def test_frozen_statistics_are_those_of_evaluation() -> None:
    norm, frozen = nn.BatchNorm2d(3), ops.FrozenBatchNorm2d(3)
    norm(torch.randn(4, 3, 5, 5) * 2 + 1)
    frozen.load_state_dict(norm.state_dict())
    x = torch.randn(2, 3, 5, 5)
    torch.testing.assert_close(frozen(x), norm.eval()(x))
    assert not list(frozen.parameters())
    assert repr(frozen) == "FrozenBatchNorm2d(3, eps=1e-05)"


def test_a_convolution_with_all_that_follows_keeps_the_size() -> None:
    block = ops.Conv2dNormActivation(3, 4, 5, dilation=2)
    assert [type(layer) for layer in block] == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU]
    assert block(torch.zeros(1, 3, 9, 9)).shape == (1, 4, 9, 9)
    assert block[0].bias is None
    assert ops.Conv2dNormActivation(3, 4, norm_layer=None)[0].bias is not None


def test_channels_are_scaled_by_the_whole_image() -> None:
    layer = ops.SqueezeExcitation(4, 2)
    x = torch.rand(2, 4, 3, 3) + 0.1
    ratio = layer(x) / x
    torch.testing.assert_close(ratio, ratio.mean((2, 3), keepdim=True).expand_as(ratio))
    assert 0 < ratio.min().item() < ratio.max().item() < 1


def test_rows_are_left_out_and_the_others_enlarged() -> None:
    torch.manual_seed(0)
    kept = ops.stochastic_depth(torch.ones(200, 3), 0.25, "row")
    assert set(kept.flatten().tolist()) == {0.0, torch.tensor(1 / 0.75).item()}
    assert torch.equal(kept[:, 0], kept[:, 2])
    assert kept.mean().item() == pytest.approx(1, abs=0.15)
    assert ops.StochasticDepth(0.25, "row").eval()(kept) is kept
    with pytest.raises(ValueError, match="mode has to be"):
        ops.stochastic_depth(kept, 0.25, "column")


def test_a_focal_loss_without_focus_is_half_of_the_cross_entropy() -> None:
    x, y = torch.randn(6), torch.tensor([0.0, 1, 1, 0, 1, 0])
    entropy = nn.functional.binary_cross_entropy_with_logits(x, y, reduction="none")
    torch.testing.assert_close(ops.sigmoid_focal_loss(x, y, alpha=0.5, gamma=0), entropy / 2)
    right = (x.sigmoid() - (1 - y)).abs()
    focused = ops.sigmoid_focal_loss(x, y, alpha=-1, gamma=2, reduction="sum")
    torch.testing.assert_close(focused, (entropy * (1 - right) ** 2).sum())
    with pytest.raises(ValueError, match="reduction"):
        ops.sigmoid_focal_loss(x, y, reduction="most")
