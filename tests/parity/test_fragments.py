"""Fragments of programs print the same with graphnet and with PyTorch, and are refused alike.

A file in ``fragments`` holds fragments, one after the other, each under a line ``# --- what it
shows``. A fragment finds ``torch``, ``nn``, ``F`` and ``np``, and a generator seeded with 0. What
it prints has to be equal, and the built-in type and the first line of what it raises.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")

FOLDER = Path(__file__).parent / "fragments"


def fragments() -> Iterator[Any]:
    """All fragments as parameters, named by file and title."""
    for path in sorted(FOLDER.glob("*.txt")):
        parts = re.split(r"^# --- (.*)\n", path.read_text(), flags=re.MULTILINE)
        for title, code in zip(parts[1::2], parts[2::2], strict=True):
            yield pytest.param(code, id=f"{path.stem}-{title}")


def shown(code: str, module: Any) -> list[str]:
    """The lines that a fragment prints; at the end what it raises."""
    scope = {"torch": module, "nn": module.nn, "F": module.nn.functional, "np": np}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module.manual_seed(0)
        try:
            exec(compile(code, "<fragment>", "exec"), scope)
        except Exception as error:  # noqa: BLE001  # whatever is raised is compared
            kinds = [kind for kind in type(error).__mro__ if kind.__module__ == "builtins"]
            message = str(error).strip().split("\n", 1)[0]
            printed.write(f"raises {kinds[0].__name__}: {message}")
    return printed.getvalue().replace("graphnet", "torch").splitlines()


@pytest.mark.parametrize("code", list(fragments()))
def test_a_fragment_shows_the_same(code: str) -> None:
    assert shown(code, graphnet) == shown(code, torch)
