"""Importing graphnet stays quick: libraries that are slow to import wait until they are needed."""

import subprocess
import sys

import pytest

LAZY = ("networkx", "matplotlib", "graphviz", "tqdm", "PIL", "scipy", "torch", "zipfile")
LAZY_PARTS = ("amp", "optim.optimizer", "nn.modules", "printing", "trace.explain", "fx", "meta")
"""Parts of graphnet that not every program needs."""


def modules_after(program: str) -> set[str]:
    """The modules that a new Python process holds after a program."""
    process = subprocess.run(
        [sys.executable, "-c", f"{program}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(process.stdout.split())


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The modules there are after ``import graphnet``."""
    return modules_after("import graphnet")


@pytest.mark.parametrize("library", [*LAZY, *(f"graphnet.{part}" for part in LAZY_PARTS)])
def test_not_imported_with_graphnet(imported: set[str], library: str) -> None:
    assert "graphnet" in imported
    assert library not in imported


def test_few_random_numbers_do_not_load_numpys_generator() -> None:
    draw = "import graphnet as torch; torch.manual_seed(1); torch.rand(9).sum().item()"
    assert "numpy.random" not in modules_after(draw)
