"""Layers and losses as ``torch.*`` and as methods: the signatures they have there."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import graphnet  # noqa: E402
from tests.parity.expressions import check, lines  # noqa: E402
from tests.parity.gradients import check_gradients  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

RANDOM = np.random.default_rng(0)


def numbers(*shape: int) -> Any:
    return RANDOM.standard_normal(shape)


ARRAYS = {"x": numbers(2, 4, 6), "c": numbers(4), "p": abs(numbers(4)), "t": abs(numbers(2, 4, 6))}

LAYERS = lines("""
torch.softmax(x, 1)
torch.softmax(x, dim=-1, dtype=torch.float64)
torch.log_softmax(x, 2)
torch.log_softmax(x, 0, torch.float64)
x.softmax(-1)
x.log_softmax(dim=1)
x.hardshrink(0.3)
x.prelu(c)
torch.special.softmax(x, 0)
torch.special.log_softmax(x, 0)
torch.selu(x)
torch.celu(x, 0.7)
torch.rrelu(x, 0.1, 0.3)
torch.threshold(x, 0.2, 3.0)
torch.hardshrink(x)
torch.prelu(x, c)
torch.dropout(x, 0.5, False)
torch.dropout(x, 1.0, True)
torch.alpha_dropout(x, 0.3, False)
torch.feature_dropout(x, 0.3, train=False)
torch.feature_alpha_dropout(x, 0.3, False)
torch.layer_norm(x, (6,), None, None, 1e-3, False)
torch.rms_norm(x, (4, 6))
torch.group_norm(x, 2, c, p)
torch.batch_norm(x, c, p, None, None, True, 0.1, 1e-5, True)
torch.batch_norm(x, None, None, c.detach(), p.detach(), False, 0.1, 1e-5, cudnn_enabled=False)
torch.instance_norm(x, c, p, None, None, True, 0.1, 1e-5, False)
torch.embedding(x[0], torch.tensor([[1, 3], [0, 1]]))
torch.embedding(x[0], torch.tensor([1, 3, 1]), 3, True)
torch.constant_pad_nd(x, (1, 2, 0, 1))
torch.constant_pad_nd(x, (1, 2), 7)
torch.max_pool1d(x, 2)
torch.max_pool1d(x, 3, 2, 1, 1, True)
torch.max_pool1d_with_indices(x, 2)[1]
torch.max_pool2d(x, (2, 3), 1)
torch.max_pool3d(x[None], 2)
torch.avg_pool1d(x, 3, 2)
torch.adaptive_avg_pool1d(x, 4)
torch.adaptive_max_pool1d(x, 4)[0]
torch.conv1d(x, t)
torch.conv_transpose1d(x, t.transpose(0, 1))
torch.cosine_similarity(x, t, dim=1)
torch.pairwise_distance(x, t, 1.0)
torch.channel_shuffle(x[..., None], 2)
torch.pixel_unshuffle(x[None], 2)
""")

LOSSES = lines("""
torch.binary_cross_entropy_with_logits(x, t)
torch.binary_cross_entropy_with_logits(x, t, None, t[0].detach(), 2)
torch.hinge_embedding_loss(x, torch.ones_like(x), 1.0, 0)
torch.kl_div(x, t)
torch.kl_div(x, t, 1)
torch.triplet_margin_loss(x, t, x + 1)
torch.kl_div(x, t, 2, log_target=True)
torch.margin_ranking_loss(x, t, torch.ones_like(x), 0.5, 0)
torch.poisson_nll_loss(x, t, True, True, 1e-8, 1)
torch.triplet_margin_loss(x, t, x + 1, 1.0, 2, 1e-6, True, 0)
torch.cosine_embedding_loss(x[0], t[0], torch.ones(4), 0.1, 2)
""")

WRITING = lines("""
torch.relu_(x)
torch.selu_(x)
torch.celu_(x, 0.5)
torch.rrelu_(x, 0.1, 0.2)
torch.threshold_(x, 0.1, 2.0)
torch.dropout_(x, 1.0, True)
torch.dropout_(x, 0.5, False)
torch.alpha_dropout_(x, 0.5, False)
torch.feature_dropout_(x, 1.0, True)
torch.feature_alpha_dropout_(x, 0.5, False)
""")

REFUSED = lines("""
torch.softmax(x, 3)
torch.softmax(x)
x.softmax()
torch.feature_dropout(c, 0.5, True)
torch.embedding(torch.tensor([1, 3]), x[0])
torch.celu(x, 0)
torch.group_norm(x, 3)
torch.dropout(x)
torch.selu(x, inplace=True)
torch.max_pool1d(x, 2, return_indices=True)
""")


def used(code: str) -> dict[str, Any]:
    return {name: array for name, array in ARRAYS.items() if name in code}


@pytest.mark.parametrize("code", LAYERS + LOSSES)
def test_values_and_gradients(code: str) -> None:
    check(code, **used(code))
    check_gradients(code, second=False, **used(code))


@pytest.mark.parametrize("code", WRITING + REFUSED)
def test_writes_and_refusals(code: str) -> None:
    check(code, **ARRAYS)


@pytest.mark.parametrize("function", ["feature_dropout", "feature_alpha_dropout", "dropout"])
def test_same_seed_drops_the_same(function: str) -> None:
    results = []
    for module in (torch, graphnet):
        module.manual_seed(3)
        results.append(getattr(module, function)(module.ones(6, 5, 2), 0.4, True).numpy())
    assert np.allclose(results[0], results[1], rtol=1e-5)


def test_there_is_all_of_functional_that_the_top_level_has() -> None:
    ours, theirs = graphnet.nn.functional, torch.nn.functional
    # There it returns three tables of its kernel as well, which PyTorch does not document.
    kernels = ("embedding_bag",)
    shared = [
        name
        for name in ours.__all__
        if hasattr(torch, name) and callable(getattr(theirs, name, None)) and name not in kernels
    ]
    assert [name for name in shared if not hasattr(graphnet, name)] == []
    methods = [name for name in shared if hasattr(torch.Tensor, name)]
    assert [name for name in methods if not hasattr(graphnet.Tensor, name)] == []


def test_fill_of_what_requires_grad_requires_grad() -> None:
    for value in ("2", "True"):
        check_gradients(f"torch.fill(x, {value})", second=False, x=numbers(3))


def test_all_are_functions() -> None:
    top_level = graphnet.nn.top_level
    assert all(inspect.isfunction(getattr(top_level, name)) for name in top_level.__all__)
