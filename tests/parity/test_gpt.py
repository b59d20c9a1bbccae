"""Two language models of characters, trained and sampled from, give PyTorch's numbers and text.

They are written as such programs are: one makes each head by hand, of a masked softmax; the other
has all heads in one projection, scaled dot products, weights shared between the first layer and the
last, and groups of parameters that decay or do not.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import graphnet
import graphnet.nn
import graphnet.optim

torch = pytest.importorskip("torch")

STEPS, BATCH, CONTEXT, WIDTH, HEADS = 20, 8, 16, 32, 4
TEXT = "the quick brown fox jumps over the lazy dog, and the dog, who is lazy, lets it pass. " * 12
CHARACTERS = sorted(set(TEXT))
CODES = [CHARACTERS.index(character) for character in TEXT]


def by_hand(package: Any, dropout: float) -> Any:
    """A model whose heads are modules, with a triangle as buffer."""
    nn, F = package.nn, package.nn.functional

    class Head(nn.Module):
        def __init__(self, size: int) -> None:
            super().__init__()
            self.key = nn.Linear(WIDTH, size, bias=False)
            self.query = nn.Linear(WIDTH, size, bias=False)
            self.value = nn.Linear(WIDTH, size, bias=False)
            self.register_buffer("tril", package.tril(package.ones(CONTEXT, CONTEXT)))
            self.dropout = nn.Dropout(dropout)

        def forward(self, x: Any) -> Any:
            _, length, _ = x.shape
            k, q = self.key(x), self.query(x)
            scores = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5
            scores = scores.masked_fill(self.tril[:length, :length] == 0, float("-inf"))
            return self.dropout(F.softmax(scores, dim=-1)) @ self.value(x)

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.heads = nn.ModuleList([Head(WIDTH // HEADS) for _ in range(HEADS)])
            self.proj = nn.Linear(WIDTH, WIDTH)
            self.net = nn.Sequential(
                nn.Linear(WIDTH, 4 * WIDTH),
                nn.ReLU(),
                nn.Linear(4 * WIDTH, WIDTH),
                nn.Dropout(dropout),
            )
            self.ln1, self.ln2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.dropout = nn.Dropout(dropout)

        def forward(self, x: Any) -> Any:
            normal = self.ln1(x)
            together = package.cat([head(normal) for head in self.heads], dim=-1)
            x = x + self.dropout(self.proj(together))
            return x + self.net(self.ln2(x))

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(len(CHARACTERS), WIDTH)
            self.places = nn.Embedding(CONTEXT, WIDTH)
            self.blocks = nn.Sequential(*[Block() for _ in range(2)])
            self.norm = nn.LayerNorm(WIDTH)
            self.last = nn.Linear(WIDTH, len(CHARACTERS))
            self.apply(self._init)

        def _init(self, module: Any) -> None:
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, mean=0.0, std=0.1)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

        def forward(self, index: Any, targets: Any = None) -> Any:
            _, length = index.shape
            x = self.tokens(index) + self.places(package.arange(length))
            logits = self.last(self.norm(self.blocks(x)))
            if targets is None:
                return logits, None
            batch, length, classes = logits.shape
            logits = logits.view(batch * length, classes)
            return logits, F.cross_entropy(logits, targets.view(batch * length))

    model = Model()
    return model, package.optim.AdamW(model.parameters(), lr=1e-2)


def by_dot_products(package: Any, dropout: float) -> Any:
    """A model with one projection for all heads, tied weights and groups of parameters."""
    nn, F = package.nn, package.nn.functional

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.c_attn = nn.Linear(WIDTH, 3 * WIDTH)
            self.c_proj = nn.Linear(WIDTH, WIDTH)
            self.dropout = nn.Dropout(dropout)

        def forward(self, x: Any) -> Any:
            batch, length, width = x.size()
            q, k, v = (
                part.view(batch, length, HEADS, width // HEADS).transpose(1, 2)
                for part in self.c_attn(x).split(WIDTH, dim=2)
            )
            y = F.scaled_dot_product_attention(
                *(q, k, v),
                attn_mask=None,
                dropout_p=dropout if self.training else 0,
                is_causal=True,
            )
            y = y.transpose(1, 2).contiguous().view(batch, length, width)
            return self.dropout(self.c_proj(y))

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.ln_1 = nn.LayerNorm(WIDTH)
            self.attn = Attention()
            self.ln_2 = nn.LayerNorm(WIDTH, bias=False)
            self.mlp = nn.ModuleDict(
                {
                    "c_fc": nn.Linear(WIDTH, 4 * WIDTH),
                    "act": nn.GELU(approximate="tanh"),
                    "c_proj": nn.Linear(4 * WIDTH, WIDTH),
                    "dropout": nn.Dropout(dropout),
                }
            )

        def forward(self, x: Any) -> Any:
            x = x + self.attn(self.ln_1(x))
            y = self.ln_2(x)
            for module in self.mlp.values():
                y = module(y)
            return x + y

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = nn.ModuleDict(
                {
                    "wte": nn.Embedding(len(CHARACTERS), WIDTH),
                    "wpe": nn.Embedding(CONTEXT, WIDTH),
                    "drop": nn.Dropout(dropout),
                    "h": nn.ModuleList([Block() for _ in range(2)]),
                    "ln_f": nn.LayerNorm(WIDTH),
                }
            )
            self.lm_head = nn.Linear(WIDTH, len(CHARACTERS), bias=False)
            self.transformer.wte.weight = self.lm_head.weight
            for name, parameter in self.named_parameters():
                if name.endswith("c_proj.weight"):
                    nn.init.normal_(parameter, mean=0.0, std=0.02 / math.sqrt(4))

        def forward(self, index: Any, targets: Any = None) -> Any:
            places = package.arange(0, index.size(1), dtype=package.long)
            x = self.transformer.wte(index) + self.transformer.wpe(places)
            x = self.transformer.drop(x)
            for block in self.transformer.h:
                x = block(x)
            x = self.transformer.ln_f(x)
            if targets is None:
                return self.lm_head(x[:, [-1], :]), None
            logits = self.lm_head(x)
            flat = logits.view(-1, logits.size(-1))
            return logits, F.cross_entropy(flat, targets.view(-1), ignore_index=-1)

    model = Model()
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return model, package.optim.AdamW(groups, lr=3e-3, betas=(0.9, 0.95))


def batch(package: Any, data: Any) -> tuple[Any, Any]:
    starts = package.randint(len(data) - CONTEXT, (BATCH,))
    x = package.stack([data[start : start + CONTEXT] for start in starts])
    y = package.stack([data[start + 1 : start + CONTEXT + 1] for start in starts])
    return x, y


def trained(package: Any, model: Any, optimizer: Any) -> list[float]:
    """The loss of each step, then the mean over some batches without dropout."""
    data = package.tensor(CODES, dtype=package.long)
    losses = []
    for _ in range(STEPS):
        _, loss = model(*batch(package, data))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        package.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with package.no_grad():
        estimates = package.zeros(3)
        for k in range(3):
            estimates[k] = model(*batch(package, data))[1].item()
    return [*losses, estimates.mean().item()]


def generated(package: Any, model: Any, count: int, top_k: int | None) -> list[list[int]]:
    index = package.zeros((2, 1), dtype=package.long)
    with package.no_grad():
        for _ in range(count):
            logits, _ = model(index[:, -CONTEXT:])
            logits = logits[:, -1, :] / 0.8
            if top_k is not None:
                best, _ = package.topk(logits, min(top_k, logits.size(-1)))
                logits[logits < best[:, [-1]]] = -float("Inf")
            shares = package.nn.functional.softmax(logits, dim=-1)
            drawn = package.multinomial(shares, num_samples=1)
            index = package.cat((index, drawn), dim=1)
    found: list[list[int]] = index.tolist()
    return found


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize("dropout", [0.0, 0.2])
@pytest.mark.parametrize("make", [by_hand, by_dot_products])
def test_training_and_generation(make: Any, dropout: float) -> None:
    curves, texts = [], []
    for package in (graphnet, torch):
        package.manual_seed(1337)
        model, optimizer = make(package, dropout)
        curves.append(trained(package, model, optimizer))
        texts.append([generated(package, model, 40, top_k) for top_k in (None, 5)])
    mine, wanted = curves
    assert wanted[-1] < 0.9 * wanted[0]
    np.testing.assert_allclose(mine, wanted, rtol=1e-5)
    assert texts[0] == texts[1]
