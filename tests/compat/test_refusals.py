"""What is not here says so, by the name that the program used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import graphnet as torch


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("torch.nested.nested_tensor", lambda: torch.nested.nested_tensor([torch.ones(2)])),
        (
            "torch.nn.utils.parametrizations.orthogonal",
            lambda: torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(2, 2)),
        ),
        ("torch.Tensor.index", lambda: torch.ones(2).index(0, 0)),
    ],
)
def test_it_names_what_is_missing(name: str, use: Callable[[], Any]) -> None:
    with pytest.raises(NotImplementedError, match=name) as caught:
        use()
    assert "test_refusals.py" in str(caught.value)


def test_settings_of_compilers_are_kept() -> None:
    torch._inductor.config.coordinate_descent_tuning = True
    assert torch._inductor.config.coordinate_descent_tuning
    torch._dynamo.config.suppress_errors = True
    assert not torch._C._jit_set_autocast_mode(True)
    assert torch._C._jit_set_autocast_mode(False)
    module = torch.nn.Linear(2, 2)
    module.compile()
    assert module(torch.ones(1, 2)).shape == (1, 2)
