"""Importing graphnet stays quick: libraries that are slow to import wait until they are needed."""

import subprocess
import sys

import pytest

LAZY = ("networkx", "matplotlib", "graphviz", "tqdm", "PIL", "scipy", "torch", "zipfile")


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The modules that a new Python process holds after ``import graphnet``."""
    program = "import sys, graphnet; print(*sys.modules)"
    process = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(process.stdout.split())


@pytest.mark.parametrize("library", LAZY)
def test_not_imported_with_graphnet(imported: set[str], library: str) -> None:
    assert "graphnet" in imported
    assert library not in imported
