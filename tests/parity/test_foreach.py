"""The functions of lists of tensors against PyTorch's."""

from __future__ import annotations

import pytest

from tests.parity.expressions import check

pytest.importorskip("torch")

SETUP = "[torch.tensor([0.2, 0.7]), torch.tensor([0.5])]"


@pytest.mark.parametrize("name", ["sqrt", "exp", "neg", "abs", "reciprocal", "norm", "clone"])
def test_functions_of_one_list(name: str) -> None:
    check(f"torch._foreach_{name}({SETUP})")


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "pow", "maximum", "clamp_min"])
@pytest.mark.parametrize("other", [SETUP, "0.5", "[0.5, 2.0]"])
def test_functions_of_a_list_and_a_list_or_number(name: str, other: str) -> None:
    check(f"torch._foreach_{name}({SETUP}, {other})")


@pytest.mark.parametrize(
    "code",
    [
        "torch._foreach_add_(x, x, alpha=-2)",
        "torch._foreach_mul_(x, 0.5)",
        "torch._foreach_lerp_(x, y, 0.1)",
        "torch._foreach_addcmul_(x, y, y, -0.5)",
        "torch._foreach_addcdiv_(x, y, y, [0.5, 2.0])",
        "torch._foreach_addcmul(x, y, y, value=2.0)",
        "torch._foreach_sqrt_(x)",
        "torch._foreach_zero_(x)",
        "torch._foreach_copy_(x, y)",
        "torch._foreach_add_(x, y[:1])",
        "torch._foreach_add_([], [])",
        "torch._foreach_add_(x[0], y)",
    ],
)
def test_lists_are_written_to(code: str) -> None:
    check(f"[x := {SETUP}, y := [torch.ones(2), torch.tensor([3.0])], {code}, x][2:]")
