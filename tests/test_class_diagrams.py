"""The script that draws the class diagrams still finds every class it names, and draws them all."""

import subprocess
import sys
from pathlib import Path

import pytest

DIAGRAMS = Path(__file__).parents[1] / "docs" / "diagrams"
SCRIPT = DIAGRAMS / "make_class_diagrams.py"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pictures, drawn anew."""
    folder = tmp_path_factory.mktemp("diagrams")
    command = [sys.executable, str(SCRIPT), "--output", str(folder)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return folder


def test_every_picture_of_the_repository_is_drawn(drawn: Path) -> None:
    names = {path.name for path in drawn.iterdir()}
    assert names == {path.name for path in DIAGRAMS.glob("*.png")}
    assert "class-diagram-v0.png" in names


def test_the_pictures_are_png_files(drawn: Path) -> None:
    for path in drawn.iterdir():
        assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n"), path.name
