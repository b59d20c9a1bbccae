"""What a tensor says of how it was made: the names of gradient functions, and what they lead to."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

import torch

import graphnet
from tests.parity.expressions import lines

NAMES = """
2 - x
2 ** x
x ** x
x @ y
z @ y4
x @ y[0]
y[0] @ y[1]
F.linear(x, y)
F.linear(x, y, y[0])
F.linear(z, w)
F.linear(z, w, b)
F.linear(z[0, 0], w, b)
nn.Linear(4, 2)(z)
x.mean()
x.mean(0)
x.sum()
x.sum(0)
x.sum(1, keepdim=True)
x.prod()
z.prod(1)
x.max()
x.min()
x.amax(0)
x.max(0)[0]
x.clamp(min=0)
x.clamp(0, 1)
x.logsumexp(0)
torch.einsum("ij,jk->ik", x, y)
torch.linalg.inv(y)
torch.det(y)
z[:1, :1].squeeze()
x.unsqueeze(0).squeeze(0)
x.unsqueeze(0).squeeze()
x.unsqueeze(0).squeeze((0, 1))
x.log1p()
x.square()
x.median()
x.median(1)[0]
x.nanmedian(1)[0]
x.clamp(min=y[:2])
torch.linalg.solve(y, y)
F.interpolate(z, scale_factor=2)
F.interpolate(z[None], scale_factor=2, mode="bilinear")
F.interpolate(z[None], scale_factor=2, mode="bilinear", antialias=True)
F.interpolate(z[None], scale_factor=2, mode="bicubic")
F.interpolate(z, scale_factor=2, mode="nearest-exact")
F.nll_loss(z, torch.zeros(2, 4, dtype=torch.long))
x.logcumsumexp(0)
x.fmod(2)
x.fmod(y[:2])
x % 2
x.remainder(y[:2])
torch.div(x, 2, rounding_mode="floor")
torch.div(x, 2, rounding_mode="trunc")
x.clamp(y[0], y[1])
x.lerp(x, 0.5)
x.lerp(x, x)
x.masked_fill(x > 0, y[0, 0])
y.matrix_exp()
torch.linalg.qr(y)[0]
torch.linalg.svd(y)[1]
torch.linalg.eigh(y)[0]
torch.linalg.slogdet(y)[1]
torch.linalg.pinv(y)
torch.fft.rfft(x).abs()
torch.fft.fft(x + 0j)
torch.special.i0(x)
torch.special.entr(x)
torch.special.ndtri(x)
"""

EDGES = """
x * 2
2 * x
x + 1
1 + x
2 - x
x - 2
x / 2
2 / x
x * y[0]
x ** 2
x[torch.tensor([0, 1])]
x[:, torch.tensor([0, 1])]
F.cross_entropy(x, torch.tensor([0, 1]))
F.embedding(torch.tensor([0, 1]), y)
F.conv1d(z, torch.ones(2, 3, 1, requires_grad=True))
x.gather(1, torch.tensor([[0], [1]]))
x.masked_fill(x > 0.5, 0.0)
"""


def _made(code: str, module: Any) -> Any:
    ones: dict[str, Any] = {
        "x": (2, 3),
        "y": (3, 3),
        "z": (2, 3, 4),
        "w": (5, 4),
        "b": (5,),
    }
    scope: dict[str, Any] = {"torch": module, "nn": module.nn, "F": module.nn.functional}
    for name, shape in ones.items():
        scope[name] = module.rand(shape, requires_grad=True)
    scope["y4"] = module.rand(4, 4, requires_grad=True)
    return eval(code, scope)


def _name(function: Any) -> str | None:
    return None if function is None else function.name()


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize("code", lines(NAMES, EDGES))
def test_name(code: str) -> None:
    ours, theirs = _made(code, graphnet), _made(code, torch)
    assert ours.grad_fn.name() == theirs.grad_fn.name()
    assert type(ours.grad_fn).__name__ == type(theirs.grad_fn).__name__


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize("code", lines(EDGES))
def test_edges(code: str) -> None:
    ours, theirs = (
        [_name(function) for function, _ in _made(code, module).grad_fn.next_functions]
        for module in (graphnet, torch)
    )
    assert ours == theirs


def test_the_chain_of_a_layer_starts_with_its_bias() -> None:
    for module in (graphnet, torch):
        layer = module.nn.Linear(3, 2)
        hidden = layer(module.rand(4, 3)).relu()
        bias, _ = hidden.grad_fn.next_functions[0][0].next_functions[0]
        assert bias.variable is layer.bias


def walked(tensor: Any) -> list[str]:
    """The nodes above a tensor, each once, by the names of their classes."""
    seen, ahead, names = set(), [tensor.grad_fn], []
    while ahead:
        node = ahead.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        names.append(type(node).__name__)
        ahead += [function for function, _ in node.next_functions]
    return sorted(names)


def test_a_node_is_one_object_for_all_that_lead_to_it() -> None:
    found = []
    for module in (graphnet, torch):
        x = module.ones(3, requires_grad=True)
        y = (x * 2).tanh()
        for _ in range(20):  # two ways each: a million, if nodes were not known again
            y = y + y.exp()
        found.append(walked(y.sum()))
    assert found[0] == found[1]
