"""Whole programs run where PyTorch cannot be imported; tests/parity compares what they print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compat.running import ROOT, Project

PROGRAMS = sorted((ROOT / "tests" / "parity" / "programs").glob("*.py"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_runs(project: Project, program: Path) -> None:
    if "autocast" in program.read_text("utf-8"):
        pytest.importorskip("ml_dtypes")
    assert len(project.output(str(program))) > 5
