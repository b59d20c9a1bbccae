"""Tensors saved for backward passes: packed, unpacked and shown as in PyTorch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

PROGRAMS: dict[str, str] = {
    "product": "x * y",
    "square": "x * x",
    "power": "x.pow(2)",
    "exponential": "x.exp()",
    "sigmoid": "x.sigmoid()",
    "sum with a number": "x + 1",
    "product with a number": "x * 2",
    "quotient": "2 / x",
    "view": "x.view(3, 1)",
    "dot": "x @ x",
    "chain": "x.tanh() * x",
    "softmax": "torch.softmax(x, 0)",
    "rectified": "x.relu() * 1",
    "greatest": "x.max()",
    "indexed": "x[torch.tensor([0, 0])]",
    "root": "x.sqrt()",
    "without gradients": "z * z",
}


def _torch(package: str) -> tuple[Any, dict[str, Any]]:
    torch = importlib.import_module(package)
    names = {
        "torch": torch,
        "x": torch.tensor([1.0, 2.0, 3.0], requires_grad=True),
        "y": torch.tensor([4.0, 5.0, 6.0], requires_grad=True),
        "z": torch.tensor([7.0, 8.0, 9.0]),
    }
    return torch, names


def _rounded(gradient: Any) -> list[float]:
    """A gradient to four digits; zeros where there is none."""
    values = [0.0, 0.0, 0.0] if gradient is None else gradient.tolist()
    return [round(value, 4) + 0.0 for value in values]


def _both(run: Callable[[str], Any]) -> None:
    assert run("graphnet") == run("torch")


@pytest.mark.parametrize("name", sorted(PROGRAMS))
@pytest.mark.parametrize("create_graph", [False, True])
def test_hooks_are_called_as_in_pytorch(name: str, create_graph: bool) -> None:
    def run(package: str) -> Any:
        torch, names = _torch(package)
        told: list[str] = []

        def pack(tensor: Any) -> Any:
            told.append(f"pack {tensor}")
            return tensor

        def unpack(tensor: Any) -> Any:
            told.append(f"unpack {tensor.detach().shape}")
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
            out = eval(PROGRAMS[name], names)  # the programs above
        told.append(str(out))
        if not out.requires_grad:
            return told
        wanted = names["x"], names["y"]
        options = {"create_graph": create_graph, "allow_unused": True}
        found = list(torch.autograd.grad(out.sum(), wanted, **options))
        if create_graph and found[0].requires_grad and name != "rectified":
            found += torch.autograd.grad(found[0].sum(), names["x"], allow_unused=True)
        return told, [_rounded(g) for g in found]

    _both(run)


def test_gradients_are_of_what_is_unpacked() -> None:
    def run(package: str) -> Any:
        torch, names = _torch(package)
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t * 10, lambda t: t):
            out = names["x"] * names["y"]
        out.sum().backward()
        return names["x"].grad.tolist(), names["y"].grad.tolist()

    _both(run)


def test_what_is_written_over_is_kept() -> None:
    def run(package: str) -> Any:
        torch, names = _torch(package)
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            out = (names["x"] * 1).mul_(names["y"])
        out.sum().backward()
        return names["x"].grad.tolist(), names["y"].grad.tolist()

    _both(run)


def test_modules_train_with_what_is_kept_elsewhere() -> None:
    def run(package: str) -> Any:
        torch, _ = _torch(package)
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        losses = []
        for _ in range(4):
            optimizer.zero_grad()
            x = torch.randn(5, 3)
            with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):
                loss = net(x).pow(2).mean()
            loss.backward()
            optimizer.step()
            losses.append(round(loss.item(), 4))
        return losses

    _both(run)


def test_problems_are_reported_as_in_pytorch() -> None:
    def run(package: str) -> Any:
        torch, names = _torch(package)
        hooks = torch.autograd.graph.saved_tensors_hooks
        told = []
        with hooks(lambda t: t, lambda t: 3):
            out = names["x"] * names["x"]
        with pytest.raises(TypeError) as error:
            out.sum().backward()
        told.append(str(error.value).split("\n")[0])
        with hooks(lambda t: t, lambda t: t):
            out = (names["x"] * names["x"]).sum()
        out.backward()
        with pytest.raises(RuntimeError, match="second time"):
            out.backward()
        return told

    _both(run)


def test_what_was_saved_can_be_asked_for() -> None:
    def run(package: str) -> Any:
        _, names = _torch(package)
        x, y = names["x"], names["y"]
        product, power, e = x * y, x**2, x.exp()
        found = [
            product.grad_fn._saved_self is x,
            product.grad_fn._saved_other is y,
            (x * names["z"]).grad_fn._saved_other.tolist(),
            power.grad_fn._saved_exponent,
            power.grad_fn._saved_self is x,
            e.grad_fn._saved_result.equal(e),
            e.grad_fn._saved_result is e,
            (x * 2 * x).grad_fn._saved_self.tolist(),
        ]
        for missing in (lambda: (x + y).grad_fn._saved_self, lambda: e.grad_fn._saved_nothing):
            with pytest.raises(AttributeError) as error:
                missing()
            found.append(str(error.value))
        return found

    _both(run)


def test_what_was_packed_is_unpacked_when_asked_for() -> None:
    torch, names = _torch("graphnet")
    with torch.autograd.graph.saved_tensors_hooks(lambda t: [t + 1], lambda packed: packed[0] - 1):
        out = names["x"].pow(2)
    assert out.grad_fn.name() == "PowBackward0"
    assert out.grad_fn._saved_self.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("outer", ["hooks", "autocast"])
def test_what_is_cast_is_saved_cast(outer: str) -> None:
    def run(package: str) -> Any:
        torch, _ = _torch(package)
        x, w = torch.ones(3, 4, requires_grad=True), torch.ones(4, 5, requires_grad=True)
        told: list[str] = []

        def pack(tensor: Any) -> Any:
            told.append(f"{tensor.dtype} {tuple(tensor.shape)}")
            return tensor

        blocks = [
            torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t),
            torch.autocast("cpu"),
        ]
        first, second = blocks if outer == "hooks" else reversed(blocks)
        with first:
            with second:
                y = (x @ w).float().exp()
            z = x @ w
        told.append(f"{z.dtype} {(x @ w).dtype}")
        y.sum().backward()
        return told, x.grad.tolist()

    _both(run)


def test_nothing_is_asked_outside_of_the_block() -> None:
    torch, names = _torch("graphnet")
    recorder = importlib.import_module("graphnet.trace.recorder").current_recorder()
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        assert "apply" in vars(recorder)
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            names["x"] * names["x"]
        assert "apply" in vars(recorder)
    assert "apply" not in vars(recorder)
