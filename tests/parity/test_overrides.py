"""Functions of Python that ask the classes of their arguments."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

pytest.importorskip("torch")


def _seen(package: str) -> list[Any]:
    torch = importlib.import_module(package)
    overrides = importlib.import_module(f"{package}.overrides")
    asked: list[str] = []

    class Plain(torch.Tensor):  # type: ignore[misc, name-defined]  # of either package
        pass

    class Declines(torch.Tensor):  # type: ignore[misc, name-defined]
        @classmethod
        def __torch_function__(
            cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            asked.append(f"{cls.__name__} of {sorted(each.__name__ for each in types)}")
            return NotImplemented

    class Below(Declines):
        pass

    class Answers:
        @classmethod
        def __torch_function__(
            cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            asked.append("Answers")
            return func.__name__, len(args), kwargs

    def public(*args: Any) -> None:
        raise AssertionError

    ordinary, plain = torch.ones(1), torch.ones(1).as_subclass(Plain)
    declines, below = torch.ones(1).as_subclass(Declines), torch.ones(1).as_subclass(Below)
    found: list[Any] = [
        overrides.has_torch_function((ordinary, 3)),
        overrides.has_torch_function((ordinary, plain)),
        overrides.has_torch_function_unary(Answers()),
        overrides.has_torch_function_variadic(ordinary, declines),
        [overrides.is_tensor_like(each) for each in (ordinary, plain, Answers(), 3)],
        overrides.handle_torch_function(public, (declines, below, Answers()), declines, x=3),
        torch.nn.functional.has_torch_function((plain,)),
    ]
    with pytest.raises(TypeError, match="no implementation found for"):
        overrides.handle_torch_function(public, (declines, declines), declines)
    return [*found, asked]


def test_classes_are_asked_as_in_pytorch() -> None:
    assert _seen("graphnet") == _seen("torch")
