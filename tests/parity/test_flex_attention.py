"""``flex_attention`` against PyTorch's."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")

RANDOM = np.random.default_rng(1)
Q = RANDOM.standard_normal((2, 4, 6, 8)).astype(np.float32)
K = RANDOM.standard_normal((2, 4, 6, 8)).astype(np.float32)

SCORES: dict[str, Any] = {
    "none": None,
    "relative": lambda score, b, h, q, k: score + (q - k),
    "alibi": lambda score, b, h, q, k: score - (q - k).abs() * (h + 1),
    "soft cap": lambda score, b, h, q, k: (score / 5).tanh() * 5,
}
MASKS: dict[str, Any] = {
    "none": None,
    "causal": lambda b, h, q, k: q >= k,
    "window": lambda b, h, q, k: (q - k).abs() <= 1,
    "nothing for some": lambda b, h, q, k: q > k,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("score", SCORES)
def test_results_are_pytorchs(score: str, mask: str) -> None:
    found = []
    for package in (graphnet, torch):
        flex = import_module(f"{package.__name__}.nn.attention.flex_attention")
        q, k = package.from_numpy(Q), package.from_numpy(K)
        blocks = None
        if MASKS[mask] is not None:
            blocks = flex.create_block_mask(MASKS[mask], None, None, 6, 6, device="cpu")
        out, lse = flex.flex_attention(q, k, k, SCORES[score], blocks, return_lse=True)
        found.append([out.numpy(), lse.numpy()])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_gradients_are_those_of_attention() -> None:
    """PyTorch has none on the CPU."""
    flex = import_module("graphnet.nn.attention.flex_attention")
    mask = flex.create_block_mask(MASKS["causal"], None, None, 6, 6)
    functional = graphnet.nn.functional
    ways = (
        lambda q, k: flex.flex_attention(q, k, k, None, mask),
        lambda q, k: functional.scaled_dot_product_attention(q, k, k, is_causal=True),
    )
    found = []
    for way in ways:
        q, k = (graphnet.from_numpy(x.copy()).requires_grad_() for x in (Q, K))
        (way(q, k) ** 2).sum().backward()
        assert q.grad is not None
        assert k.grad is not None
        found.append((q.grad.numpy(), k.grad.numpy()))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["causal", "window"])
def test_masks_are_pytorchs(name: str) -> None:
    found = []
    for package in (graphnet, torch):
        flex = import_module(f"{package.__name__}.nn.attention.flex_attention")
        mod = flex.and_masks(MASKS[name], flex.or_masks(MASKS["causal"], MASKS["window"]))
        mask = flex.create_mask(mod, 2, 3, 300, 200, device="cpu")
        blocks = flex.create_block_mask(mod, None, None, 300, 200, device="cpu")
        found.append((mask.numpy(), blocks.to_dense().numpy(), blocks.shape))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_array_equal(found[0][1], found[1][1])
    assert found[0][2] == tuple(found[1][2])


@pytest.mark.filterwarnings("ignore")
def test_heads_may_share_keys() -> None:
    found = []
    for package in (graphnet, torch):
        flex = import_module(f"{package.__name__}.nn.attention.flex_attention")
        q, k = package.from_numpy(Q), package.from_numpy(K[:, :2])
        found.append(flex.flex_attention(q, k, k, enable_gqa=True, scale=0.5).numpy())
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-5)
