"""Backward hooks of modules: the same programs on both sides, with the same events in order."""

from __future__ import annotations

import gc
import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import graphnet

torch = pytest.importorskip("torch")

Program = Callable[[Any, list[Any]], Any]


def plain(gradients: Any) -> Any:
    if isinstance(gradients, tuple):
        return [plain(each) for each in gradients]
    return gradients.tolist() if hasattr(gradients, "tolist") else gradients


def watch(module: Any, name: str, seen: list[Any]) -> None:
    module.register_full_backward_pre_hook(
        lambda _, grad_output: seen.append((name, "before", plain(grad_output)))
    )
    module.register_full_backward_hook(
        lambda _, grad_input, grad_output: seen.append(
            (name, "after", plain(grad_input), plain(grad_output))
        )
    )


def layer(t: Any, rows: list[list[float]]) -> Any:
    made = t.nn.Linear(len(rows[0]), len(rows), bias=False)
    made.weight.data = t.tensor(rows)
    return made


def network(t: Any, seen: list[Any], depth: int = 3) -> Any:
    """Linear layers and an activation, with a network inside, all watched."""
    inner = t.nn.Sequential(layer(t, [[1.0, -2.0], [3.0, 1.0]]), t.nn.Tanh())
    net = t.nn.Sequential(layer(t, [[2.0, 1.0], [0.0, -1.0]]), inner, layer(t, [[1.0, 1.0]]))
    for name, module in net.named_modules():
        if name.count(".") < depth:
            watch(module, name, seen)
    return net


def variable(t: Any) -> Any:
    return t.tensor([[0.5, -0.25], [1.0, 2.0]], requires_grad=True)


def nested(t: Any, seen: list[Any]) -> Any:
    net, x = network(t, seen), variable(t)
    for _ in range(3):
        net(x).pow(2).sum().backward()
    return x.grad, *(p.grad for p in net.parameters())


def looked_at_before(t: Any, seen: list[Any]) -> Any:
    net, x = network(t, seen), variable(t)
    for _ in range(3):
        loss = net(x).pow(2).sum()
        seen.append(loss.item())
        loss.backward()
    return x.grad, *(p.grad for p in net.parameters())


def after_a_collection(t: Any, seen: list[Any]) -> Any:
    net, x = network(t, seen), variable(t)
    loss = net(x).sum()
    gc.collect()
    loss.item()
    gc.collect()
    loss.backward()
    return x.grad


def retained(t: Any, seen: list[Any]) -> Any:
    net, x = network(t, seen, depth=1), variable(t)
    loss = net(x).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    return x.grad


def used_twice(t: Any, seen: list[Any]) -> Any:
    shared, x = layer(t, [[1.0, 2.0], [3.0, 4.0]]), variable(t)
    watch(shared, "shared", seen)
    (shared(shared(x)) * t.tensor([1.0, 3.0])).sum().backward()
    return x.grad, shared.weight.grad


def input_used_elsewhere(t: Any, seen: list[Any]) -> Any:
    """A hook sees what crosses its module's boundary, not all of a tensor's gradient."""
    module, x = t.nn.Tanh(), variable(t)
    watch(module, "tanh", seen)
    h = x * 2
    y = module(h)
    (y * 3 + h * y).sum().backward()
    return x.grad


def several(t: Any, seen: list[Any]) -> Any:
    class Both(t.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, a: Any, b: Any, number: int, c: Any, *, d: Any) -> Any:
            return a * b, number, b + d, c * 1

    module, x, y = Both(), variable(t), variable(t)
    watch(module, "both", seen)
    a, _, _, _ = module(x, y, 3, t.ones(2), d=y)
    a.sum().backward()
    _, _, b, c = module(x, y, 3, t.ones(2), d=y)
    (b * 2 + c).sum().backward()
    a, _, b, _ = module(x.detach(), y, 3, t.ones(2), d=y)
    (a * b).sum().backward()
    return x.grad, y.grad


def replaced(t: Any, seen: list[Any]) -> Any:
    net, x = network(t, []), variable(t)
    net[1].register_full_backward_hook(lambda m, into, out: (into[0] * 10 + out[0],))
    net[1].register_full_backward_hook(lambda m, into, out: seen.append(plain(into)))
    net[1].register_full_backward_hook(lambda m, into, out: (into[0] - 1,), prepend=True)
    net[1][0].register_full_backward_pre_hook(lambda m, out: (out[0] + 1,))
    net[1][0].register_full_backward_pre_hook(lambda m, out: (out[0] * 2,), prepend=True)
    net[1][0].register_full_backward_pre_hook(lambda m, out: seen.append(plain(out)))
    net[1][0].register_full_backward_hook(lambda m, into, out: seen.append(plain(out)))
    net(x).sum().backward()
    return x.grad, *(p.grad for p in net.parameters())


def removed(t: Any, seen: list[Any]) -> Any:
    module, x = t.nn.Tanh(), variable(t)
    first = module.register_full_backward_hook(lambda *_: seen.append("first"))
    second = module.register_full_backward_pre_hook(lambda *_: seen.append("second"))
    before = module(x).sum()
    first.remove()
    module(x).sum().backward()
    second.remove()
    before.backward()
    module(x).sum().backward()
    module.register_full_backward_hook(lambda *_: seen.append("third"))
    return x.grad


def without_gradient_of_inputs(t: Any, seen: list[Any]) -> Any:
    net = network(t, seen)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net(variable(t).detach()).sum().backward()
    seen.append([str(w.message)[:60] for w in caught if "Full backward" in str(w.message)])
    return tuple(p.grad for p in net.parameters())


def without_gradient_mode(t: Any, seen: list[Any]) -> Any:
    net, x = network(t, seen), variable(t)
    with t.no_grad():
        y = net(x)
    return y, t.tensor(y.requires_grad)


def nothing_to_differentiate(t: Any, seen: list[Any]) -> Any:
    module = t.nn.Tanh()
    watch(module, "tanh", seen)
    return module(t.ones(2))


def by_autograd_grad(t: Any, seen: list[Any]) -> Any:
    net, x = network(t, seen), variable(t)
    return t.autograd.grad(net(x).sum(), x)


def everywhere(t: Any, seen: list[Any]) -> Any:
    names = t.nn.modules.module
    net, x = network(t, seen, depth=1), variable(t)
    handles = [
        names.register_module_full_backward_pre_hook(
            lambda m, out: seen.append(("every", type(m).__name__, plain(out)))
        ),
        names.register_module_full_backward_hook(
            lambda m, into, out: (
                seen.append(("every", type(m).__name__, plain(into))) or (into[0] * 2,)
            )
        ),
    ]
    try:
        net(x).sum().backward()
    finally:
        for handle in handles:
            handle.remove()
    net(x).sum().backward()
    return x.grad


def trained(t: Any, seen: list[Any]) -> Any:
    net = network(t, seen, depth=1)
    optimizer = t.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    for _ in range(4):
        optimizer.zero_grad()
        net(variable(t)).pow(2).mean().backward()
        optimizer.step()
    return tuple(net.parameters())


PROGRAMS = [
    nested, looked_at_before, after_a_collection, retained, used_twice, input_used_elsewhere,
    several, replaced, removed, without_gradient_of_inputs,
    without_gradient_mode, nothing_to_differentiate, by_autograd_grad, everywhere, trained,
]  # fmt: skip


def flattened(thing: Any) -> Iterator[Any]:
    if isinstance(thing, list | tuple):
        yield len(thing)
        for each in thing:
            yield from flattened(each)
    else:
        yield thing


@pytest.mark.filterwarnings("ignore:Full backward hook")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_same_happens_in_the_same_order(program: Program) -> None:
    found = []
    for t in (torch, graphnet):
        seen: list[Any] = []
        made = program(t, seen)
        gradients = made if isinstance(made, tuple) else (made,)
        found.append((seen, [gradient.tolist() for gradient in gradients]))
    expected, actual = (list(flattened(each)) for each in found)
    assert len(actual) == len(expected)
    for ours, theirs in zip(actual, expected, strict=True):
        assert ours == (pytest.approx(theirs, 1e-4, 1e-5) if type(theirs) is float else theirs)


def refusals(t: Any) -> dict[str, tuple[str, str]]:
    def of(name: str, register: str, hook: Any, x: Any) -> None:
        module = t.nn.ReLU()
        getattr(module, register)(hook)
        try:
            module(x).sum().backward()
        except RuntimeError as error:
            found[name] = ("RuntimeError", str(error).split("\n")[0])

    found: dict[str, tuple[str, str]] = {}
    x = t.tensor([1.0, 2.0], requires_grad=True)
    weighted = t.nn.Linear(2, 2)
    two = (t.ones(2), t.ones(2))
    of("too many", "register_full_backward_hook", lambda m, into, out: two, x)
    of("too many before", "register_full_backward_pre_hook", lambda m, out: two, x)
    weighted.register_full_backward_hook(lambda m, into, out: out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            weighted(x.detach()).sum().backward()
        except RuntimeError as error:
            found["no inputs"] = ("RuntimeError", str(error).split("\n")[0])
    names = ("register_backward_hook", "register_full_backward_hook")
    for first, second in (names, names[::-1]):
        module = t.nn.ReLU()
        getattr(module, first)(print)
        try:
            getattr(module, second)(print)
        except RuntimeError as error:
            found[second] = ("RuntimeError", str(error).split("\n")[0])
    return found


def test_refusals() -> None:
    expected = refusals(torch)
    assert len(expected) == 5
    assert refusals(graphnet) == expected


def test_a_replacement_that_does_not_fit_is_refused() -> None:
    for t in (torch, graphnet):
        module, x = t.nn.ReLU(), t.ones(2, requires_grad=True)
        module.register_full_backward_hook(lambda m, into, out, t=t: (t.ones(3),))
        with pytest.raises(RuntimeError, match="has changed the size of value"):
            module(x).sum().backward()


def test_writing_to_an_input_in_place_is_refused() -> None:
    for t in (torch, graphnet):
        module, x = t.nn.ReLU(inplace=True), t.ones(2, requires_grad=True)
        module.register_full_backward_hook(lambda *_: None)
        with pytest.raises(RuntimeError):
            module(x * 1)


def test_a_result_that_is_neither_tensor_nor_tuple_warns() -> None:
    for t in (torch, graphnet):

        class Named(t.nn.Module):  # type: ignore[misc, name-defined]
            def forward(self, x: Any) -> Any:
                return {"x": x * 2}

        module, x, seen = Named(), t.ones(2, requires_grad=True), []
        module.register_full_backward_hook(lambda *_, seen=seen: seen.append(1))
        with pytest.warns(UserWarning, match="output should be a Tensor or a tuple of Tensors"):
            made = module(x)
        if t is graphnet:
            made["x"].sum().backward()
            assert seen == []
            assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.filterwarnings("ignore:Using a non-full:FutureWarning")
def test_the_old_name_works_where_a_module_is_one_operation() -> None:
    found = []
    for t in (torch, graphnet):
        module, x, seen = t.nn.ReLU(), t.tensor([1.0, -2.0], requires_grad=True), []
        module.register_backward_hook(
            lambda m, into, out, seen=seen: seen.append((plain(into), plain(out)))
        )
        (module(x) * 3).sum().backward()
        found.append(seen)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "name",
    ["register_full_backward_hook", "register_full_backward_pre_hook", "register_backward_hook"],
)
def test_signatures(name: str) -> None:
    ours, theirs = (
        [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]
        for function in (getattr(graphnet.nn.Module, name), getattr(torch.nn.Module, name))
    )
    assert ours == theirs


def test_the_tables_are_counted_and_cleared() -> None:
    def program(library: Any, events: list[Any]) -> Any:
        module = library.nn.Identity()
        handle = module.register_forward_hook(lambda *_: events.append("after"))
        module.register_forward_pre_hook(lambda *_: events.append("before"))
        module.register_full_backward_hook(lambda *_: events.append("backward"))
        tables = module._forward_hooks, module._forward_pre_hooks, module._backward_hooks
        counts = [*map(len, tables), handle.id in module._forward_hooks]
        module._forward_pre_hooks.clear()
        module(library.ones(1, requires_grad=True)).sum().backward()
        handle.remove()
        return counts, len(module._forward_hooks)

    results = []
    for library in (graphnet, torch):
        events: list[Any] = []
        results.append((program(library, events), events))
    assert results[0] == results[1]
