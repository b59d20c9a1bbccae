"""The list of what is known to differ from PyTorch: it may only shrink."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

LIST = Path(__file__).with_name("known_failures.txt")


@cache
def known_failures() -> frozenset[str]:
    """What is listed: an aspect and a name, as in ``gradients: nn.functional.linear``."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def expect(aspect: str, name: str, check: Callable[[Any], None], entry: Any) -> None:
    """Fail where ``check`` fails and is not known to, or passes and is known to fail."""
    case = f"{aspect}: {name}"
    if case not in known_failures():
        check(entry)
        return
    try:
        check(entry)
    except Exception as error:  # noqa: BLE001  # it is known to differ, in whatever way
        pytest.xfail(f"{case} is listed in {LIST.name}: {type(error).__name__}")
    pytest.fail(f"{case} works now: take it out of {LIST.name}")
