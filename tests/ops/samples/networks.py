"""Samples of softmax, losses and normalisations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.ops.samples.base import Fixed, Operand, Real, Sample, Shape, sample

SHARE = (0.05, 0.95)


def samples() -> Iterator[Sample]:
    """All of them."""
    for name in ("softmax", "safe_softmax", "log_softmax"):
        for dim in (0, 1):
            yield sample(name, Real((3, 4)), dim=dim, tag=f"dim{dim}")
        yield sample(name, Real(), dim=0, tag="zero_dim")
        yield sample(name, Real((0, 4)), dim=1, tag="empty")
        yield sample(name, Real((3, 0)), dim=1, tag="of_nothing")
    for name in ("gelu", "gelu_tanh", "silu"):
        for tag, shape in {"plain": (2, 3), "zero_dim": (), "empty": (0, 3)}.items():
            yield sample(name, Real(shape), tag=tag)
    yield from _losses()
    yield from _class_losses()
    yield from _normalisations()


def _losses() -> Iterator[Sample]:
    for name in ("mse_loss", "l1_loss", "binary_cross_entropy_with_logits"):
        yield from _reductions(name, Real((2, 3)), Real((2, 3)))
        yield sample(name, Real((2, 3)), Real((3,)), tag="broadcast")
        yield sample(name, Real((1, 3)), Real((2, 1)), reduction="none", tag="stretched")
    for name, number in (("smooth_l1_loss", 0.8), ("huber_loss", 1.3)):
        yield from _reductions(name, Real((2, 3)), Real((2, 3)), number)
        yield sample(name, Real((2, 3)), Real((2, 1)), number, tag="broadcast")
    yield from _reductions("binary_cross_entropy", Real((2, 3), *SHARE), Real((2, 3), *SHARE))
    for log_target in (False, True):
        domain = (-2.0, -0.1) if log_target else SHARE
        tag = "log_" if log_target else ""
        for reduction in ("none", "mean", "sum"):
            options = {"reduction": reduction, "log_target": log_target}
            pair = Real((2, 3), -2.0, -0.1), Real((2, 3), *domain)
            yield sample("kl_div", *pair, **options, tag=f"{tag}{reduction}")
    yield sample("kl_div", Real((0, 3)), Real((0, 3)), tag="empty")


def _reductions(name: str, x: Real, y: Real, *numbers: Operand) -> Iterator[Sample]:
    for reduction in ("none", "mean", "sum"):
        yield sample(name, x, y, *numbers, reduction=reduction, tag=reduction)
    empty = Real((0, 3), x.low, x.high), Real((0, 3), y.low, y.high), *numbers
    yield sample(name, *empty, tag="empty")
    yield sample(name, *empty, reduction="none", tag="empty_none")
    single = Real((), x.low, x.high), Real((), y.low, y.high), *numbers
    yield sample(name, *single, reduction="none", tag="zero_dim")


def _class_losses() -> Iterator[Sample]:
    target, weight = Fixed(np.array([2, 0, 1])), Fixed(np.array([0.5, 1.0, 2.0]), tied=True)
    ignoring = Fixed(np.array([2, -100, 1]))
    pixels = Fixed(np.array([[2, 0], [1, 1]]))
    for reduction in ("none", "mean", "sum"):
        loss = {"reduction": reduction}
        gradient = {"shape": (3, 3), "reduction": reduction, "ignore_index": -100}
        g = Real((3,) if reduction == "none" else ())
        for tag, rest in {
            reduction: (target,),
            f"{reduction}_weighted": (target, weight),
            f"{reduction}_ignoring": (ignoring, weight),
        }.items():
            yield sample("nll_loss", Real((3, 3)), *rest, **loss, tag=tag)
            yield sample("nll_loss_grad", g, *rest, **gradient, tag=tag)
        g = Real((2, 2) if reduction == "none" else ())
        gradient["shape"] = (2, 3, 2)
        yield sample("nll_loss", Real((2, 3, 2)), pixels, **loss, tag=f"{reduction}_pixels")
        yield sample("nll_loss_grad", g, pixels, **gradient, tag=f"{reduction}_pixels")
    yield sample("nll_loss", Real((3,)), Fixed(np.int64(1)), tag="one")
    yield sample("nll_loss", Real((3, 3)), target, ignore_index=0, tag="without_a_class")
    padding = {"shape": (3, 3), "reduction": "mean", "ignore_index": 0}
    yield sample("nll_loss_grad", Real(()), target, **padding, tag="without_a_class")
    nothing = Fixed(np.zeros(0, np.int64))
    yield sample("nll_loss", Real((0, 3)), nothing, reduction="sum", tag="empty")
    empty = {"shape": (0, 3), "reduction": "none", "ignore_index": -100}
    yield sample("nll_loss_grad", Real((0,)), nothing, **empty, tag="empty")


LAYERS: dict[str, tuple[Shape, int]] = {
    "plain": ((3, 4), 1),
    "several": ((2, 2, 3), 2),
    "all": ((2, 3), 2),
    "empty": ((0, 3), 1),
}
BATCHES: dict[str, Shape] = {"plain": (4, 3), "images": (2, 3, 2, 2), "line": (3, 2, 2)}
EPS = 1e-3


def _normalisations() -> Iterator[Sample]:
    for tag, (shape, count) in LAYERS.items():
        affine = Real(shape[-count:]), Real(shape[-count:])
        dims = tuple(range(len(shape) - count, len(shape)))
        for rest in ((), affine[:1], affine):
            each = f"{tag}_affine{len(rest)}" if rest else tag
            yield sample("layer_norm", Real(shape), EPS, *rest, count=count, tag=each)
        yield sample("normal_grad", Real(shape), Real(shape), dims=dims, tag=tag)
    for tag, shape in BATCHES.items():
        channels = Real(shape[1:2])
        dims = (0, *range(2, len(shape)))
        for count in range(3):
            each = f"{tag}_affine{count}"
            yield sample("batch_norm", Real(shape), EPS, *[channels] * count, tag=each)
        yield sample("normal_grad", Real(shape), Real(shape), dims=dims, tag=f"channels_{tag}")
        yield from _given_statistics(tag, shape)
    yield from _given_statistics("empty", (0, 3, 2))
    empty = Real((0, 3, 2)), EPS, Real((3,)), Real((3,))
    # The mean of nothing is NaN, and so is the second gradient.
    yield sample("batch_norm", *empty, results=(0,), second=False, tag="empty")


def _given_statistics(tag: str, shape: Shape) -> Iterator[Sample]:
    mean = Fixed(np.linspace(-1, 1, shape[1]), tied=True)
    variance = Fixed(np.linspace(0.5, 2, shape[1]), tied=True)
    for count in range(3):
        affine = [Real(shape[1:2])] * count
        each = f"{tag}_affine{count}" if count else tag
        yield sample("batch_norm_eval", Real(shape), mean, variance, EPS, *affine, tag=each)
