"""Programs that import torch print the same under ``graphnet run`` as with PyTorch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.parity.printed import difference

pytest.importorskip("torch")

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
# Each imports the package that its name ends with.
WITH_PACKAGES = sorted((Path(__file__).parent / "packages").glob("with_*.py"))


class PyTorch:
    """Runs programs in forks of one process; see :mod:`tests.parity.forking`."""

    def __init__(self) -> None:
        words = [sys.executable, "-m", "tests.parity.forking"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def output(self, program: Path, folder: Path) -> list[str]:
        """The lines that a program prints."""
        files = folder / "output", folder / "errors"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(program), *map(str, files)]) + "\n")
        self._process.stdin.flush()
        code = self._process.stdout.readline().strip()
        assert code == "0", files[1].read_text("utf-8")
        return files[0].read_text("utf-8").splitlines()

    def close(self) -> None:
        """No more programs."""
        self._process.communicate()


@pytest.fixture(scope="module")
def pytorch() -> Iterator[PyTorch]:
    process = PyTorch()
    yield process
    process.close()


def output(program: Path, folder: Path) -> list[str]:
    """The lines that a program prints under ``graphnet run``."""
    done = subprocess.run(
        [sys.executable, "-m", "graphnet", "run", str(program)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_prints_the_same(program: Path, pytorch: PyTorch, tmp_path: Path) -> None:
    different = difference(output(program, tmp_path), pytorch.output(program, tmp_path))
    assert different is None, different


@pytest.mark.parametrize("program", WITH_PACKAGES, ids=lambda path: path.stem)
def test_a_program_with_packages_prints_the_same(
    program: Path, pytorch: PyTorch, tmp_path: Path
) -> None:
    package = program.stem.removeprefix("with_")
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed; `make parity` does")
    test_a_program_prints_the_same(program, pytorch, tmp_path)
