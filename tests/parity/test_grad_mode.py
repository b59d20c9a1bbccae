"""Grad modes: what PyTorch says inside them, nested, and as decorators."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check

MODES = (
    *("no_grad()", "enable_grad()", "set_grad_enabled(True)", "set_grad_enabled(False)"),
    *("inference_mode()", "inference_mode(True)", "inference_mode(False)"),
)
SAID = "(torch.is_grad_enabled(), torch.is_inference_mode_enabled())"


@pytest.mark.parametrize("inner", MODES)
@pytest.mark.parametrize("outer", MODES)
def test_nested(outer: str, inner: str) -> None:
    lines = (
        f"with torch.{outer}:",
        f"    with torch.{inner}:",
        f"        inside = {SAID}",
        f"    between = {SAID}",
        f"x = (inside, between, {SAID})",
    )
    check("\n".join(lines))


@pytest.mark.parametrize("mode", [*MODES, "no_grad", "enable_grad", "inference_mode"])
def test_decorators(mode: str) -> None:
    lines = (
        f"@torch.{mode}",
        "def ask(again):",
        f"    return (*{SAID}, *(ask(False) if again else ()))",
        "x = ask(True)",
    )
    check("\n".join(lines))
    check(SAID)
