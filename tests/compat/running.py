"""Programs that import torch, run by ``graphnet run`` where PyTorch cannot be imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]


class Project:
    """A folder with a program, and another in which a package named torch refuses to load."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        self._blocked = folder / "blocked"
        for name in ("torch", "torchvision"):
            self.write(f"{name}/__init__.py", f"raise ImportError('{name} itself')", self._blocked)

    def write(self, name: str, text: str, folder: Path | None = None) -> Path:
        """A file of this project."""
        path = (folder or self.folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), "utf-8")
        return path

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What ``python`` does with these arguments in this folder."""
        path = os.pathsep.join([str(ROOT), str(self._blocked)])
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What ``graphnet run`` does with these arguments in this folder."""
        return self.python("-m", "graphnet", "run", *words)

    def output(self, *words: str) -> list[str]:
        """The lines that ``graphnet run`` prints."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()
