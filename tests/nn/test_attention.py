"""Attention against its definition, and its ways of saying the same thing against each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphnet as torch
from graphnet import nn
from graphnet.nn import functional as F

# Every example is another trace, and the warning that they are many is right.
pytestmark = pytest.mark.filterwarnings("ignore:traces diverge")

FEW = settings(max_examples=20, deadline=None)
SIZES = st.integers(1, 5)


def numbers(*shape: int) -> Any:
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape)


def attended(q: Any, k: Any, v: Any, allowed: Any) -> Any:
    """The definition, one query at a time; 0 for those that may attend to nothing."""
    out = np.zeros((len(q), v.shape[1]))
    for row, query in enumerate(q):
        seen = allowed[row]
        if seen.any():
            weights = np.exp(k[seen] @ query / np.sqrt(q.shape[1]))
            out[row] = weights @ v[seen] / weights.sum()
    return out


@FEW
@given(SIZES, SIZES, SIZES, SIZES, st.data())
def test_each_query_finds_the_weighted_mean_of_what_it_may_see(
    queries: int, keys: int, size: int, width: int, data: st.DataObject
) -> None:
    rows = st.lists(st.booleans(), min_size=keys, max_size=keys)
    allowed = np.array(data.draw(st.lists(rows, min_size=queries, max_size=queries)))
    q, k, v = numbers(queries, size), numbers(keys, size), numbers(keys, width)
    expected = attended(q, k, v, allowed)
    tensors = [torch.tensor(x) for x in (q, k, v)]
    masks = [torch.tensor(allowed), torch.tensor(np.where(allowed, 0.0, -np.inf))]
    for mask in masks:
        found = F.scaled_dot_product_attention(*tensors, attn_mask=mask)
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


def test_causal_attention_is_attention_with_a_triangle() -> None:
    q, k, v = (torch.tensor(numbers(2, length, 4)) for length in (3, 5, 5))
    triangle = torch.ones(3, 5, dtype=torch.bool).tril()
    found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    assert found.allclose(F.scaled_dot_product_attention(q, k, v, attn_mask=triangle))


def test_a_query_that_sees_nothing_has_no_gradient() -> None:
    q = torch.tensor(numbers(2, 3), requires_grad=True)
    v = torch.tensor(numbers(2, 3), requires_grad=True)
    mask = torch.tensor([[True, True], [False, False]])
    F.scaled_dot_product_attention(q, q.detach(), v, attn_mask=mask).sum().backward()
    assert q.grad[1].tolist() == [0.0] * 3
    assert q.grad[0].abs().sum() > 0
    assert v.grad.sum().item() == pytest.approx(3.0)


def test_heads_attend_apart() -> None:
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(6, 3)
    x = torch.randn(4, 6)
    q, k, v = F.linear(x, attention.in_proj_weight, attention.in_proj_bias).chunk(3, -1)
    heads = [
        F.scaled_dot_product_attention(*(part[:, 2 * head : 2 * head + 2] for part in (q, k, v)))
        for head in range(3)
    ]
    result, weights = attention(x, x, x)
    assert result.allclose(attention.out_proj(torch.cat(heads, -1)), atol=1e-6)
    assert weights.sum(-1).allclose(torch.ones(4))


@pytest.mark.parametrize("weights", [True, False])
def test_masks_may_be_given_as_booleans_numbers_or_hints(weights: bool) -> None:
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(4, 2)
    x = torch.randn(3, 2, 4)
    causal = nn.Transformer.generate_square_subsequent_mask(3)
    by_numbers, _ = attention(x, x, x, attn_mask=causal, need_weights=weights)
    by_booleans, _ = attention(x, x, x, attn_mask=causal < 0, need_weights=weights)
    by_hint, _ = attention(x, x, x, attn_mask=causal, is_causal=True, need_weights=weights)
    of_heads, _ = attention(x, x, x, attn_mask=causal.repeat(4, 1, 1), need_weights=weights)
    for other in (by_booleans, by_hint, of_heads):
        assert by_numbers.allclose(other, atol=1e-6)


def test_the_batch_may_come_first_or_be_left_out() -> None:
    torch.manual_seed(0)
    second, first = (
        nn.TransformerEncoderLayer(4, 2, 8),
        nn.TransformerEncoderLayer(4, 2, 8, batch_first=True),
    )
    first.load_state_dict(second.state_dict())
    x = torch.randn(5, 3, 4)
    padding = torch.arange(5) >= torch.tensor([[5], [3], [1]])
    expected = second.eval()(x, src_key_padding_mask=padding)
    found = first.eval()(x.transpose(0, 1), src_key_padding_mask=padding)
    assert expected.allclose(found.transpose(0, 1), atol=1e-6)
    alone = second(x[:, 1], src_key_padding_mask=padding[1])
    assert alone.allclose(expected[:, 1], atol=1e-6)


def test_padding_does_not_matter() -> None:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 2).eval()
    x = torch.randn(2, 5, 4)
    padding = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
    changed = x.masked_fill(padding.unsqueeze(-1), 7.0)
    found, other = (encoder(each, src_key_padding_mask=padding) for each in (x, changed))
    assert found[1, :3].allclose(other[1, :3], atol=1e-6)
    with torch.no_grad():
        found = encoder(x, src_key_padding_mask=padding)
    assert found[1, 3:].abs().sum() == 0
    assert found[1, :3].allclose(other[1, :3], atol=1e-6)


def test_layers_of_a_stack_begin_alike_and_are_apart() -> None:
    stack = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8), 3)
    weights = [layer.linear1.weight for layer in stack.layers]
    assert len({id(weight) for weight in weights}) == 3
    assert all(weight.equal(weights[0]) for weight in weights)


def test_a_transformer_can_be_made_of_other_parts() -> None:
    class Both(nn.Module):
        def forward(self, *sequences: Any, **masks: Any) -> Any:
            return sum(sequences)

    transformer = nn.Transformer(4, 2, custom_encoder=Both(), custom_decoder=Both())
    assert not list(transformer.parameters())
    assert transformer(torch.ones(3, 4), torch.ones(3, 4)).sum().item() == 24.0


def test_a_transformer_learns_to_repeat() -> None:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
    model = nn.Sequential(nn.Embedding(8, 16), layer, nn.Linear(16, 8))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    x = torch.randint(0, 8, (8, 6))
    losses = []
    for _ in range(30):
        loss = F.cross_entropy(model(x).flatten(0, 1), x.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]
