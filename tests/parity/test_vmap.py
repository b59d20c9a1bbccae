"""``torch.vmap`` against PyTorch's, for many functions and for what it refuses."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphnet
from tests.parity.expressions import outcome, same

torch = pytest.importorskip("torch")

RANDOM = np.random.default_rng(3)
V = RANDOM.standard_normal((4, 3)).astype(np.float32)
W = RANDOM.standard_normal((4, 3)).astype(np.float32)
M = RANDOM.standard_normal((4, 3, 3)).astype(np.float32)
P = (M @ M.transpose(0, 2, 1) + 3 * np.eye(3)).astype(np.float32)
IMAGE = RANDOM.standard_normal((4, 2, 2, 6, 6)).astype(np.float32)
KERNEL = RANDOM.standard_normal((4, 3, 2, 3, 3)).astype(np.float32)
I = RANDOM.integers(0, 3, (4, 3))  # noqa: E741  # indices
S = RANDOM.integers(0, 3, (4,))

#: Code of a function's body; `x` and `y` are of a batch.
ONE = {
    "V": [
        "x.sum()",
        "x.exp().mean()",
        "x + 1",
        "x[0]",
        "x[1:]",
        "x[None]",
        "x[..., -1]",
        "x.flip(0)",
        "x.cumsum(0)",
        "x.softmax(0)",
        "x.log_softmax(-1)",
        "x.sort(descending=True)[0]",
        "x.argmax()",
        "x.max(0)",
        "x.max()",
        "x.topk(2)[0]",
        "x.norm()",
        "x.var()",
        "x.view(3, 1)",
        "x.unsqueeze(0).expand(2, 3)",
        "x.repeat(2)",
        "x.roll(1, 0)",
        "x.diag()",
        "torch.outer(x, x)",
        "torch.stack([x, x])",
        "torch.cat([x, x * 2])",
        "torch.where(x > 0, x, -x)",
        "x.masked_fill(x > 0, 0.0)",
        "x.clamp(min=0)",
        "x.to(torch.float64)",
        "x.sum() * x",
        "torch.ones(3) * 2",
        "torch.nn.functional.pad(x, (1, 2))",
        "torch.nn.functional.gelu(x)",
        "torch.nn.functional.layer_norm(x, (3,))",
        "torch.nn.functional.layer_norm(x, (3,), x, x)",
        "torch.einsum('i,j->ij', x, x)",
        "x.unfold(0, 2, 1)",
        "torch.fft.fft(x).real",
        "torch.nn.functional.one_hot((x > 0).long(), 3)",
        "x.median()",
        "x.prod()",
        "x.logsumexp(0)",
        "x.unbind()",
        "torch.linspace(0, 1, 3) + x",
        "torch.tril(torch.outer(x, x))",
        "x @ torch.arange(3.0)",
        "torch.arange(9.0).view(3, 3) @ x",
        "torch.nn.functional.linear(x, torch.ones(2, 3), torch.ones(2))",
        "torch.autograd.grad((x * x).sum(), x)[0] if x.requires_grad else x",
        "x.new_zeros(2) + x[:2]",
        "torch.zeros(3).index_add(0, torch.tensor([0, 2, 0]), x)",
        "x.index_select(0, torch.tensor([2, 0]))",
        "x[torch.tensor([2, 0])]",
        "torch.nn.functional.mse_loss(x, torch.ones(3))",
        "torch.nn.functional.cross_entropy(x, torch.tensor(1))",
    ],
    "M": [
        "x.t()",
        "x.T",
        "x.transpose(0, 1)",
        "x.permute(1, 0)",
        "x @ x",
        "x @ x[0]",
        "x[0] @ x",
        "x.trace()",
        "x.diagonal()",
        "x.det()",
        "x.inverse()",
        "torch.linalg.eigvalsh(x + x.T)",
        "torch.linalg.svdvals(x)",
        "x.sum(0)",
        "x.mean(1, keepdim=True)",
        "x.amax(1)",
        "x[:, 1]",
        "x[1, :]",
        "x[torch.tensor([0, 1]), torch.tensor([2, 0])]",
        "x[:, torch.tensor([0, 1])]",
        "x.reshape(-1)",
        "x.tril()",
        "x.flatten()",
        "torch.matrix_exp(x)",
        "x.split(2)",
        "torch.nn.functional.cross_entropy(x, torch.tensor([0, 1, 2]))",
        "torch.nn.functional.normalize(x)",
        "torch.nn.functional.batch_norm(x, None, None, training=True)",
        "torch.nn.functional.scaled_dot_product_attention(x[None], x[None], x[None])",
        "torch.nn.functional.linear(x, torch.ones(2, 3))",
        "torch.nn.functional.linear(torch.ones(2, 3), x)",
        "torch.cdist(x, x)",
        "x.expand(2, 3, 3)",
        "x.gather(1, torch.tensor([[0], [1], [2]]))",
        "x.scatter(1, torch.tensor([[0], [1], [2]]), 5.0)",
    ],
    "P": [
        "torch.linalg.cholesky(x)",
        "torch.linalg.solve(x, torch.ones(3))",
        "torch.logdet(x)",
        "torch.linalg.slogdet(x)",
    ],
    "IMAGE": [
        "torch.nn.functional.max_pool2d(x, 2)",
        "torch.nn.functional.avg_pool2d(x, 2)",
        "torch.nn.functional.adaptive_avg_pool2d(x, 1)",
        "torch.nn.functional.conv2d(x, torch.ones(3, 2, 3, 3))",
        "torch.nn.functional.conv2d(torch.ones(1, 2, 6, 6), x[:, :, :3, :3])",
        "torch.nn.functional.interpolate(x, scale_factor=2)",
        "torch.nn.functional.batch_norm(x, torch.zeros(2), torch.ones(2))",
        "torch.nn.functional.group_norm(x, 2)",
        "torch.nn.functional.pad(x, (1, 1, 2, 0), mode='reflect')",
    ],
    "I": [
        "torch.arange(6.0).view(3, 2)[x]",
        "torch.nn.functional.embedding(x, torch.arange(6.0).view(3, 2))",
        "torch.nn.functional.one_hot(x, 3)",
        "torch.zeros(3).scatter(0, x, 1.0)",
        "torch.arange(3.0).gather(0, x)",
        "torch.arange(3.0).index_select(0, x)",
        "torch.arange(6.0).view(2, 3)[:, x]",
    ],
    "S": ["torch.arange(3.0)[x]", "torch.arange(6.0).view(2, 3)[:, x]", "x * 2"],
}
TWO = {
    "V W": [
        "x * y",
        "x @ y",
        "torch.dot(x, y)",
        "torch.outer(x, y)",
        "torch.stack([x, y], 1)",
        "torch.where(x > y, x, y)",
        "torch.nn.functional.mse_loss(x, y)",
        "torch.nn.functional.smooth_l1_loss(x, y, reduction='sum')",
        "torch.nn.functional.binary_cross_entropy_with_logits(x, y.sigmoid())",
        "torch.nn.functional.cosine_similarity(x, y, dim=0)",
    ],
    "V M": ["x @ y", "y @ x", "y + x", "torch.nn.functional.linear(x, y, x)", "y * x[:, None]"],
    "V I": [
        "x[y]",
        "x.gather(0, y)",
        "x.index_select(0, y)",
        "torch.zeros(3).index_put((y,), x, accumulate=True)",
        "torch.zeros(3).scatter_add(0, y, x)",
        "x.index_put((y[:2],), torch.tensor(9.0))",
    ],
    "V S": ["x[y]", "torch.nn.functional.cross_entropy(x, y)"],
    "M S": ["x[y]", "x[:, y]", "x[y, 1:]"],
    "M I": [
        "x[y]",
        "x[:, y]",
        "torch.nn.functional.cross_entropy(x, y)",
        "torch.nn.functional.nll_loss(x, y, reduction='none')",
        "torch.nn.functional.cross_entropy(x, y, ignore_index=1)",
        "torch.nn.functional.embedding(y, x)",
        "x.gather(1, y[:, None])",
    ],
    "IMAGE KERNEL": [
        "torch.nn.functional.conv2d(x, y, padding=1)",
        "torch.nn.functional.conv2d(x, y, y[:, 0, 0, 0], stride=2)",
    ],
}
ARRAYS = {"V": V, "W": W, "M": M, "P": P, "IMAGE": IMAGE, "KERNEL": KERNEL, "I": I, "S": S}
CASES = [
    (names, body) for table in (ONE, TWO) for names, bodies in table.items() for body in bodies
]


def compare(code: str, arrays: list[Any]) -> None:
    found = []
    for package in (graphnet, torch):
        names = dict(zip("ab", map(package.from_numpy, arrays), strict=False))
        found.append(outcome(code, package, names))
    assert same(*found), f"{code}\n  graphnet: {found[0]}\n  PyTorch:  {found[1]}"


@pytest.mark.parametrize(("names", "body"), CASES)
def test_a_function_of_a_batch(names: str, body: str) -> None:
    arrays = [ARRAYS[name] for name in names.split()]
    arguments, given = ("x, y", "a, b") if len(arrays) == 2 else ("x", "a")
    compare(f"torch.vmap(lambda {arguments}: {body})({given})", arrays)


@pytest.mark.parametrize(("names", "body"), [case for case in CASES if " " in case[0]])
@pytest.mark.parametrize("dims", ["(0, None)", "(None, 0)"])
def test_arguments_that_all_members_share(names: str, body: str, dims: str) -> None:
    arrays = [ARRAYS[name] for name in names.split()]
    given = ["a", "b[0]"] if dims == "(0, None)" else ["a[0]", "b"]
    compare(f"torch.vmap(lambda x, y: {body}, {dims})({', '.join(given)})", arrays)


#: PyTorch cannot differentiate by what a number of each member's picks.
DIFFERENTIABLE = [
    (names, body)
    for names, body in CASES
    if names not in ("I", "S", "V S", "M S") and "autograd" not in body
]


@pytest.mark.parametrize(("names", "body"), DIFFERENTIABLE)
def test_gradients_of_each_member(names: str, body: str) -> None:
    arrays = [ARRAYS[name] for name in names.split()]
    arguments, given = ("x, y", "a, b") if len(arrays) == 2 else ("x", "a")
    total = (
        "(lambda r: sum(p.double().sum() for p in (r if isinstance(r, (tuple, list)) else [r])"
        " if p.is_floating_point()))"
    )
    loss = f"lambda {arguments}: {total}({body})"
    compare(f"torch.vmap(torch.func.grad({loss}))({given})", arrays)


@pytest.mark.parametrize(
    "code",
    [
        "torch.vmap(lambda x: x, in_dims=1)(a)",
        "torch.vmap(lambda x: x.sum(), in_dims=1)(a)",
        "torch.vmap(lambda x: x * 2, in_dims=-1, out_dims=1)(a)",
        "torch.vmap(torch.vmap(lambda x: x * x))(a)",
        "torch.vmap(torch.vmap(torch.mul, (None, 0)), (0, None))(a, a)",
        "torch.vmap(lambda d: [d['x'] + d['y'][0]])({'x': a, 'y': (a,)})",
        "torch.vmap(lambda x, y: (x, y), in_dims=(0, None))(a, 3.0)",
        "torch.vmap(lambda x, k: x * k, in_dims=(0, None))(a, 3.0)",
        "torch.vmap(lambda x: (x, x.sum()), out_dims=(1, 0))(a)",
        "torch.vmap(lambda x: x * 2, chunk_size=3)(a)",
        "torch.vmap(lambda x, *, k: x * k)(a, k=2.0)",
        "torch.vmap(lambda x: x.sum().item())(a)",
        "torch.vmap(lambda x: x if x.sum() > 0 else -x)(a)",
        "torch.vmap(lambda x: x * a.sum().item())(a)",
        "torch.vmap(torch.func.grad(lambda x: (x * a[0]).sum() if a.sum() > 0 else x[0]))(a)",
        "torch.vmap(torch.func.grad(lambda x: (x * x).sum() if x.sum() > 0 else x[0]))(a)",
        "torch.vmap(torch.func.grad(lambda x: x[a[0].argmax()]))(a)",
        "torch.func.grad(lambda x: (x * x).sum() if x.sum() > 0 else x[0])(a[0])",
        "torch.vmap(lambda x: 1)(a)",
        "torch.vmap(lambda x: x, in_dims=2)(a)",
        "torch.vmap(lambda x, y: x)(a, a[:2])",
        "torch.vmap(lambda: 1)()",
        "torch.vmap(lambda x: x, in_dims=(0, 0))(a)",
        "torch.vmap(lambda x: x, in_dims=None)(a)",
        "torch.vmap(lambda x: x)(1.0)",
        "torch.vmap(lambda x: x, out_dims=(0, 0))(a)",
        "torch.vmap(lambda x: x, out_dims=3)(a)",
        "torch.vmap(lambda x: x + torch.rand(3))(a)",
        "torch.vmap(lambda x: x, randomness='never')(a)",
        "torch.vmap(lambda x: x, chunk_size=0)(a)",
        "(lambda c: torch.vmap(lambda x: c.add_(x))(a))(torch.zeros(3))",
        "torch.manual_seed(1), torch.vmap(lambda x: x + torch.rand(3), randomness='same')(a)",
        "(torch.manual_seed(1), torch.vmap(lambda x: torch.rand(3) + x, randomness='different')(a),"
        " torch.rand(2))[1:]",
        "(torch.manual_seed(1), torch.vmap(lambda x: torch.nn.functional.dropout(x),"
        " randomness='different')(a))[1:]",
    ],
)
def test_calls(code: str) -> None:
    if "manual_seed(1), torch" in code and not code.startswith("("):
        code = f"({code})[1:]"
    compare(code, [V])


def test_writes_are_those_of_each_member() -> None:
    def changed(package: Any) -> Any:
        def step(x: Any) -> Any:
            y = x.clone()
            y[0] = 5.0
            y[1:].mul_(2)
            y += x.sum()
            return y

        return package.vmap(step)(package.from_numpy(V))

    assert np.allclose(changed(graphnet).numpy(), changed(torch).numpy())


def test_an_argument_is_written_to() -> None:
    for package in (graphnet, torch):
        x = package.from_numpy(V.copy())
        package.vmap(lambda row: row.mul_(2))(x)
        assert np.allclose(x.numpy(), 2 * V)


def test_gradients_reach_what_all_members_share() -> None:
    found = []
    for package in (graphnet, torch):
        w = package.ones(3, requires_grad=True)
        x = package.from_numpy(V).requires_grad_()
        package.vmap(lambda row, w=w: (row * w).exp().sum())(x).sum().backward()
        found.append((w.grad.numpy(), x.grad.numpy()))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_a_batch_is_one_step_and_repeats_without_recording() -> None:
    double: Callable[[Any], Any] = graphnet.vmap(lambda x: (x * x).sum())
    x = graphnet.from_numpy(V)
    for _ in range(3):
        double(x).tolist()
    before = graphnet.explain()
    for _ in range(5):
        double(x).tolist()
    after = graphnet.explain()
    assert after.replayed - before.replayed >= 5
    assert after.compiled == before.compiled


def test_what_has_no_rule_is_done_one_by_one_with_a_warning() -> None:
    edges, values = np.sort(V, axis=1), W
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        find = graphnet.vmap(graphnet.searchsorted)
        found = find(graphnet.from_numpy(edges), graphnet.from_numpy(values))
    assert [w for w in caught if "performance drop" in str(w.message)]
    expected = torch.searchsorted(torch.from_numpy(edges), torch.from_numpy(values))
    np.testing.assert_array_equal(found.numpy(), expected.numpy())
