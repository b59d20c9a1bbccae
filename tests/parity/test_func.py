"""``torch.func``'s derivatives and modules against PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import graphnet
from tests.parity.expressions import outcome, same

torch = pytest.importorskip("torch")

V = np.array([0.3, -1.2, 0.8], np.float32)
M = np.random.default_rng(2).standard_normal((4, 3)).astype(np.float32)


def compare(code: str) -> None:
    found = []
    for package in (graphnet, torch):
        names = {"F": package.func, "v": package.from_numpy(V), "m": package.from_numpy(M)}
        found.append(outcome(code, package, names))
    assert same(*found), f"{code}\n  graphnet: {found[0]}\n  PyTorch:  {found[1]}"


@pytest.mark.parametrize(
    "code",
    [
        "F.grad(lambda x: (x**3).sum())(v)",
        "F.grad(lambda x, y: (x * y).sum(), argnums=1)(v, v + 1)",
        "F.grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(v, v + 1)",
        "F.grad(lambda x, y: (x * y).sum(), argnums=-1)(v, v + 1)",
        "F.grad(lambda x: (x.sum(), x * 2), has_aux=True)(v)",
        "F.grad(lambda d: (d['a'] * d['b'][0]).sum())({'a': v, 'b': [v]})['b']",
        "F.grad(lambda x: torch.ones(()))(v)",
        "F.grad(lambda x: x.sum() * 2 if x.sum() > 0 else x.sum() * 3)(v)",
        "F.grad(F.grad(lambda x: x**3))(torch.tensor(2.0))",
        "F.grad(lambda x: x * F.grad(lambda y: x + y)(torch.tensor(1.0)))(torch.tensor(1.5))",
        "F.grad(lambda x: x.clone().mul_(2).pow_(2).sum())(v)",
        "F.grad_and_value(lambda x: (x**2).sum())(v)",
        "F.grad_and_value(lambda x: ((x**2).sum(), (x, [x + 1])), has_aux=True)(v)",
        "F.vjp(torch.sin, v)[0], F.vjp(torch.sin, v)[1](v)",
        "F.vjp(lambda x, y: (x * y, x.sum()), v, v + 1)[1]((v, torch.ones(())))",
        "F.vjp(lambda x: (x.exp(), x), v, has_aux=True)[2]",
        "torch.vmap(F.vjp(lambda x: x.sin() * x.sum(), v)[1])(torch.eye(3))",
        "F.vjp(lambda x: (x * torch.ones(3)).exp(), v)[1](v)",
        "F.jvp(torch.sin, (v,), (v,))",
        "F.jvp(lambda x, y: (x * y, x.sum()), (v, v), (v, v * 0))",
        "F.jvp(lambda x: (x.exp(), x * 2), (v,), (v,), has_aux=True)",
        "F.jvp(lambda x: torch.ones(2), (v,), (v,))",
        "F.linearize(lambda x: x.sin() * x.sum(), v)[1](v)",
        "F.jacrev(lambda x: x.sin() * x.sum())(v)",
        "F.jacrev(lambda x, y: x.outer(y), argnums=(0, 1))(v, v + 1)",
        "F.jacrev(lambda x: (x * 2, x.sum()))(v)",
        "F.jacrev(lambda x: (x**2, x), has_aux=True)(v)",
        "F.jacrev(lambda x: x**2, chunk_size=2)(v)",
        "F.jacfwd(lambda x: x.sin() * x.sum())(v)",
        "F.jacfwd(lambda x, y: x.outer(y), argnums=(0, 1))(v, v + 1)",
        "F.jacfwd(lambda x: (x**2, x), has_aux=True)(v)",
        "F.hessian(lambda x: (x**3).sum() * x[0])(v)",
        "F.jacrev(F.jacrev(lambda x: x.sin().sum()))(v)",
        "F.jacfwd(F.jacfwd(lambda x: x.sin().sum()))(v)",
        "torch.vmap(F.hessian(lambda x: (x**3).sum()))(m)",
        "torch.vmap(F.jacrev(torch.tanh))(m)",
        "torch.vmap(F.grad(lambda w, x: ((w * x).sum() - 1) ** 2), (None, 0))(v, m)",
        "F.grad(lambda x: torch.vmap(lambda r: (r * x).sum())(m).exp().sum())(v)",
        "F.grad(lambda x: x)(v)",
        "F.grad(lambda x: 1.0)(v)",
        "F.grad(lambda x: x.sum(), has_aux=True)(v)",
        "F.grad(lambda x: x.sum(), argnums=2)(v)",
        "F.vjp(lambda x: x, v)[1](torch.ones(2))",
        "F.jvp(lambda x: x, v, v)",
        "F.jvp(lambda x: x, (v,), (torch.ones(2),))",
        "F.jvp(lambda x: 1.0, (v,), (v,))",
        "F.jacrev(lambda x: 1.0)(v)",
        "(lambda b: F.grad(lambda x: b.add_(x).sum())(v))(torch.zeros(3))",
    ],
)
def test_derivatives(code: str) -> None:
    compare(code)


def layer(package: Any, seed: int = 0) -> Any:
    package.manual_seed(seed)
    net = package.nn
    return net.Sequential(net.Linear(3, 4), net.BatchNorm1d(4), net.Tanh(), net.Linear(4, 2))


def test_gradients_of_each_sample() -> None:
    found = []
    for package in (graphnet, torch):
        model = layer(package).eval()
        state = dict(model.named_parameters()), dict(model.named_buffers())

        def loss(
            params: Any, buffers: Any, x: Any, model: Any = model, package: Any = package
        ) -> Any:
            out = package.func.functional_call(model, (params, buffers), (x[None],))
            return (out**2).sum()

        each = package.vmap(package.func.grad(loss), (None, None, 0))
        gradients = each(*state, package.from_numpy(M))
        found.append({name: g.detach().numpy() for name, g in gradients.items()})
    for name, theirs in found[1].items():
        np.testing.assert_allclose(found[0][name], theirs, rtol=1e-4, atol=1e-6, err_msg=name)


def test_an_ensemble() -> None:
    found = []
    for package in (graphnet, torch):
        models = [layer(package, seed).eval() for seed in range(3)]
        params, buffers = package.func.stack_module_state(models)
        base = layer(package).eval()

        def call(p: Any, b: Any, x: Any, base: Any = base, package: Any = package) -> Any:
            return package.func.functional_call(base, (p, b), (x,))

        together = package.vmap(call, (0, 0, None))(params, buffers, package.from_numpy(M))
        found.append(together.detach().numpy())
        for one, model in zip(together, models, strict=True):
            assert package.allclose(one, model(package.from_numpy(M)), atol=1e-6)
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-6)


def test_buffers_that_are_given_are_written_to() -> None:
    for package in (graphnet, torch):
        norm = package.nn.BatchNorm1d(3)
        given = {"running_mean": package.zeros(3), "running_var": package.ones(3)}
        package.func.functional_call(norm, given, package.from_numpy(M))
        assert np.allclose(given["running_mean"].numpy(), 0.1 * M.mean(0), atol=1e-6)
        assert not norm.running_mean.any()


def test_gradients_go_to_what_was_given() -> None:
    for package in (graphnet, torch):
        module = package.nn.Linear(3, 1)
        weight = package.ones(1, 3, requires_grad=True)
        package.func.functional_call(
            module, {"weight": weight}, package.from_numpy(M)
        ).sum().backward()
        assert np.allclose(weight.grad.numpy(), M.sum(0), atol=1e-6)
        assert module.weight.grad is None


@pytest.mark.parametrize(
    "code",
    [
        "F.functional_call(l, {'weight': torch.ones(2, 2)}, (torch.ones(1, 2),), strict=True)",
        "F.functional_call(l, {'other': torch.ones(2, 2)}, (torch.ones(1, 2),), strict=True)",
        "F.functional_call(l, {'weight': 1.0}, (torch.ones(1, 2),))",
        "F.functional_call(l, ({'weight': l.weight}, {'weight': l.weight}), (torch.ones(1, 2),))",
        "F.stack_module_state([])",
        "F.stack_module_state([l, torch.nn.ReLU()])",
        "F.stack_module_state([l, torch.nn.Linear(2, 2).eval()])",
    ],
)
def test_errors_of_modules(code: str) -> None:
    found = []
    for package in (graphnet, torch):
        names = {"F": package.func, "l": package.nn.Linear(2, 2)}
        found.append(outcome(code, package, names))
    assert isinstance(found[1], Exception)
    assert same(*found), f"{code}: {found}"


def test_a_custom_function_is_differentiated_inside_only() -> None:
    class Double(graphnet.autograd.Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return x * 2

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            pass

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 20

    x = graphnet.ones(3)
    assert graphnet.func.grad(lambda x: Double.apply(x).sum())(x).tolist() == [20, 20, 20]
    with pytest.raises(RuntimeError, match="Double"):
        graphnet.vmap(Double.apply)(x.requires_grad_())


@pytest.mark.parametrize("transform", ["vmap", "grad", "jvp"])
def test_products_are_cast_inside_too(transform: str) -> None:
    def run(torch: Any) -> Any:
        w = torch.linspace(0.0, 1.0, 16).reshape(4, 4)
        x = torch.linspace(-1.0, 1.0, 12).reshape(3, 4)
        dtypes: list[str] = []

        def product(a: Any) -> Any:
            y = a @ w
            dtypes.append(str(y.dtype))
            return y.float() if transform == "vmap" else y.float().sum()

        with torch.autocast("cpu"):
            if transform == "jvp":
                found = torch.func.jvp(product, (x,), (x,))[1]
            else:
                found = getattr(torch.func, transform)(product)(x)
        return dtypes, found.tolist()

    assert run(graphnet) == run(torch)
