"""Blocks in which a method sees every call of torch's functions."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from tests.parity.expressions import lines

pytest.importorskip("torch")

CALLS = """
torch.ones(2)
torch.tensor([1.0])
x + 1
1 + x
1 - x
x * x
x / 2
x @ x.t()
x[0]
x == x
x != 1
x < 2
-x
x**2
abs(x)
x % 2
x // 2
(x > 0) & (x > 1)
~(x > 0)
F.relu(x)
F.relu(x, inplace=False)
F.dropout(x, 0.5, training=False)
F.cross_entropy(x, torch.tensor([0, 1]))
linear(x)
relu(x)
x.sum()
torch.sum(x, dim=1)
x.sum().item()
x.tolist()
torch.cat([x, x])
torch.zeros_like(x)
torch.arange(3)
torch.rand(2, generator=None)
torch.einsum("ij,ij->i", x, x)
torch.special.expit(x)
torch.linalg.norm(x)
torch.fft.fft(x)
x.to("cpu")
x.detach().numpy()
x.detach().add_(1)
x.detach().__setitem__(0, 1.0)
x.requires_grad_()
torch.nn.init.normal_(x.detach())
torch.nn.init.uniform_(x.detach(), b=2.0)
torch.nn.init.constant_(x.detach(), 3)
torch.nn.init.kaiming_uniform_(x.detach(), a=1)
torch.is_tensor(x)
torch.is_grad_enabled()
torch.manual_seed(0)
handled(x)
"""

# What PyTorch's modes see, and these do not; `t` they see by another module's name.
_UNSEEN = {"__get__", "__set__", "size", "dim", "t"}


def _seen(package: str, code: str) -> Any:
    torch = importlib.import_module(package)
    overrides = importlib.import_module(f"{package}.overrides")
    calls: list[Any] = []

    class Log(overrides.TorchFunctionMode):  # type: ignore[misc, name-defined]  # of either package
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if func.__name__ not in _UNSEEN:
                module = getattr(func, "__module__", None) or ""
                known = module if module.startswith("torch") and "_tensor" not in module else ""
                calls.append((known, func.__name__, len(args), sorted(kwargs or {})))
            return func(*args, **(kwargs or {}))

    def handled(x: Any, further: int = 0) -> Any:
        if overrides.has_torch_function_unary(x):
            return overrides.handle_torch_function(handled, (x,), x, further=1)
        raise AssertionError

    names = {"torch": torch, "F": torch.nn.functional, "handled": handled}
    names |= {"x": torch.ones(2, 2), "relu": torch.nn.ReLU(), "linear": torch.nn.Linear(2, 2)}
    with Log():
        try:
            eval(code, names)
        except AssertionError:
            calls.append("called without a mode")
    return calls


@pytest.mark.parametrize("code", lines(CALLS))
def test_modes_see_the_calls_that_pytorchs_see(code: str) -> None:
    assert _seen("graphnet", code) == _seen("torch", code)


def _nested(package: str) -> Any:
    torch = importlib.import_module(package)
    mode = importlib.import_module(f"{package}.overrides").TorchFunctionMode
    seen: list[str] = []

    class Named(mode):  # type: ignore[misc, valid-type]
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            seen.append(f"{self.name}: {func.__name__}")
            if func is torch.zeros:
                return torch.ones(*args) * 2
            return func(*args, **(kwargs or {}))

    class Length(torch.Tensor):  # type: ignore[misc, name-defined]
        pass

    length = torch.ones(2).as_subclass(Length)
    with Named("outer"), Named("inner"):
        value = torch.zeros(2)
        kind = type(length * 2).__name__
        with torch._C.DisableTorchFunction():
            torch.zeros(1)
    after = torch.zeros(2)
    return value.tolist(), kind, after.tolist(), seen


def test_modes_inside_each_other_are_asked_from_the_innermost() -> None:
    assert _nested("graphnet") == _nested("torch")


def _without_initialisation(package: str) -> Any:
    torch = importlib.import_module(package)
    mode = importlib.import_module(f"{package}.overrides").TorchFunctionMode

    class Constant(mode):  # type: ignore[misc, valid-type]
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if func in (torch.nn.init.kaiming_uniform_, torch.nn.init.uniform_):
                kwargs["tensor"].data.fill_(0.5)
                return kwargs["tensor"]
            if func is torch.empty:
                kwargs = {**(kwargs or {}), "dtype": torch.float64}
            return func(*args, **(kwargs or {}))

    with Constant():
        layer = torch.nn.Linear(2, 3)
    return layer.weight.tolist(), layer.bias.tolist(), str(layer.weight.dtype)


def test_a_mode_may_decide_how_layers_are_made() -> None:
    assert _without_initialisation("graphnet") == _without_initialisation("torch")


def _training(package: str) -> Any:
    torch = importlib.import_module(package)
    mode = importlib.import_module(f"{package}.overrides").BaseTorchFunctionMode
    torch.manual_seed(0)
    layer = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    losses = []
    for _ in range(4):
        with mode():
            loss = (layer(torch.ones(3, 2)) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(round(loss.item(), 5))
    return losses


def test_training_is_the_same_while_watched() -> None:
    assert _training("graphnet") == _training("torch")
