"""``nn.functional``: normalisation over batches, layers, groups and lines."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet.nn import functional as F


def random(*shape: int) -> Any:
    return np.random.default_rng(0).standard_normal(shape)


@pytest.mark.parametrize("shape", [(6, 3), (6, 3, 5), (6, 3, 2, 5)])
def test_batch_norm_normalises_each_channel(shape: tuple[int, ...]) -> None:
    x = random(*shape) * 5 + 100
    dims = (0, *range(2, len(shape)))
    y = F.batch_norm(torch.tensor(x), None, None, training=True, eps=1e-12).numpy()
    np.testing.assert_allclose(y.mean(dims), 0, atol=1e-9)
    np.testing.assert_allclose(y.var(dims), 1)


def test_running_statistics_follow_the_batch() -> None:
    x = random(6, 3, 5)
    mean, variance = torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)
    for _ in range(3):
        F.batch_norm(torch.tensor(x), mean, variance, training=True, momentum=0.25)
    rest = 0.75**3
    np.testing.assert_allclose(mean.numpy(), x.mean((0, 2)) * (1 - rest))
    unbiased = x.transpose(1, 0, 2).reshape(3, -1).var(1, ddof=1)
    np.testing.assert_allclose(variance.numpy(), unbiased * (1 - rest) + rest)


def test_running_statistics_are_used_in_evaluation_and_stay() -> None:
    x = random(4, 2)
    mean, variance = torch.tensor([1.0, 2.0]), torch.tensor([4.0, 9.0])
    y = F.batch_norm(torch.tensor(x).float(), mean, variance, eps=0.0)
    np.testing.assert_allclose(y.numpy(), (x - [1, 2]) / [2, 3], 1e-5, 1e-6)
    assert mean.tolist() == [1.0, 2.0]
    assert variance.tolist() == [4.0, 9.0]


def test_batch_norm_says_what_does_not_fit() -> None:
    x = torch.ones(1, 3)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        F.batch_norm(x, None, None, training=True)
    with pytest.raises(RuntimeError, match="running_mean should contain 3 elements not 2"):
        F.batch_norm(x, torch.zeros(2), torch.ones(2))
    with pytest.raises(RuntimeError, match="to be defined when training=False"):
        F.batch_norm(x, None, None)


def test_precision_survives_a_large_mean() -> None:
    x = (random(64, 4, 9) + 1e4).astype(np.float32)
    y = F.batch_norm(torch.tensor(x), None, None, training=True).numpy()
    exact = x.astype(float)
    exact = (exact - exact.mean((0, 2), keepdims=True)) / exact.std((0, 2), keepdims=True)
    np.testing.assert_allclose(y, exact, atol=5e-3)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_layer_norm_normalises_each_sample(dims: int) -> None:
    x = random(4, 3, 5)
    axes = tuple(range(3 - dims, 3))
    sizes = x.shape[3 - dims :]
    weight, bias = random(*sizes), random(*sizes)
    centred = x - x.mean(axes, keepdims=True)
    expected = centred / np.sqrt(x.var(axes, keepdims=True) + 1e-5) * weight + bias
    ours = F.layer_norm(torch.tensor(x), sizes, torch.tensor(weight), torch.tensor(bias))
    np.testing.assert_allclose(ours.numpy(), expected, 1e-9, 1e-9)
    with pytest.raises(RuntimeError, match="expected input with shape"):
        F.layer_norm(torch.tensor(x), (*sizes, 7))


def test_group_norm_of_one_group_and_of_each_channel() -> None:
    x = random(4, 6, 5)
    whole = F.group_norm(torch.tensor(x), 1).numpy()
    np.testing.assert_allclose(whole, F.layer_norm(torch.tensor(x), (6, 5)).numpy(), 1e-9, 1e-9)
    each = F.group_norm(torch.tensor(x), 6).numpy()
    np.testing.assert_allclose(each, F.instance_norm(torch.tensor(x)).numpy(), 1e-9, 1e-9)
    with pytest.raises(RuntimeError, match="divisible by num_groups"):
        F.group_norm(torch.tensor(x), 4)


def test_rms_norm_and_normalize() -> None:
    x = random(4, 6)
    rms = F.rms_norm(torch.tensor(x), (6,), eps=0.0).numpy()
    np.testing.assert_allclose((rms**2).mean(1), 1)
    unit = F.normalize(torch.tensor(x)).numpy()
    np.testing.assert_allclose((unit**2).sum(1), 1)
    assert F.normalize(torch.zeros(1, 3)).tolist() == [[0.0, 0.0, 0.0]]


def test_similarity_and_distance() -> None:
    x, y = torch.tensor([[1.0, 0.0], [1.0, 1.0]]), torch.tensor([[0.0, 2.0], [2.0, 2.0]])
    np.testing.assert_allclose(F.cosine_similarity(x, y).numpy(), [0, 1], atol=1e-6)
    distances = F.pairwise_distance(x, y).numpy()
    np.testing.assert_allclose(distances, [math.sqrt(5), math.sqrt(2)], 1e-5)
