"""``graphnet train``, over a small set of images in MNIST's format."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet.cli import main, pictures
from graphnet.cli.trainer import Trainer
from graphnet.vision.datasets import MNIST
from graphnet.vision.datasets.idx import write_idx

ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG\r\n\x1a\n"
# 200 images in batches of 32 are 7 steps an epoch, the last of 8 images.
SIZES = {"train": 200, "t10k": 50}
STEPS = 7


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten patterns under noise, as easy to tell apart as digits."""
    root = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    patterns = random.integers(0, 200, (10, 7, 7)).repeat(4, axis=1).repeat(4, axis=2)
    for name in ("MNIST", "FashionMNIST"):
        folder = root / name / "raw"
        folder.mkdir(parents=True)
        for part, size in SIZES.items():
            labels = random.integers(0, 10, size).astype(np.uint8)
            images = patterns[labels] + random.integers(0, 56, (size, 28, 28))
            write_idx(folder / f"{part}-images-idx3-ubyte", images.astype(np.uint8))
            write_idx(folder / f"{part}-labels-idx1-ubyte", labels)
    return root


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes longest."""
    monkeypatch.setattr(pictures, "draw_all", lambda trainer, folder: {})


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nowhere to get data from."""
    monkeypatch.setattr(MNIST, "mirrors", [])
    monkeypatch.setattr(MNIST, "other_sources", ())


def train(data: Path, out: Path, *words: str) -> int:
    options = ["--data", str(data), "--out", str(out), "--batch-size", "32", "--quiet"]
    return main(["train", *options, *words])


def resume(data: Path, out: Path, *words: str) -> int:
    return main(["train", "--resume", "--data", str(data), "--out", str(out), "--quiet", *words])


def checkpoint(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = torch.load(out / "checkpoint.pt")["trainer"]
    return content


def assert_equal_states(found: Any, wanted: Any) -> None:
    """Equal to the bit, whatever is nested in what."""
    if isinstance(wanted, dict):
        assert found.keys() == wanted.keys()
        for key, value in wanted.items():
            assert_equal_states(found[key], value)
    elif isinstance(wanted, torch.Tensor):
        np.testing.assert_array_equal(found.numpy(), wanted.numpy())
    else:
        assert found == wanted


class CtrlC:
    """Presses Ctrl-C in the middle of the given steps of a training."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *steps: int) -> None:
        self.done = 0
        original = Trainer.step

        def step(trainer: Trainer, images: Any, labels: Any) -> Any:
            self.done += 1
            for _ in range(steps.count(self.done)):
                signal.raise_signal(signal.SIGINT)
            return original(trainer, images, labels)

        monkeypatch.setattr(Trainer, "step", step)


class TestWhole:
    @pytest.mark.parametrize("network", ["mlp", "cnn"])
    def test_everything_is_printed_and_written(
        self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], network: str
    ) -> None:
        out = tmp_path / "made" / "on the way"
        words = ["--network", network, "--epochs", "4", "--batch-size", "32", "--lr", "0.005"]
        assert main(["train", "--data", str(data), "--out", str(out), *words]) == 0
        printed = capsys.readouterr()
        assert printed.out.startswith(f"graphnet {torch.__version__} on MNIST: 200 training")
        assert f"{network.upper()}(\n  (" in printed.out
        for epoch in range(1, 5):
            line = rf"^epoch {epoch}/4: training loss [\d.]+, accuracy [\d.]+%; test loss [\d.]+"
            assert re.search(line, printed.out, re.MULTILINE)
        assert "epoch 1/4: 100%" in printed.err
        accuracy = re.search(r"Test accuracy ([\d.]+)% after 4 epochs", printed.out)
        assert accuracy is not None
        assert float(accuracy[1]) > 90
        names = ["checkpoint.pt", "curves.png", "forward.png", "training-step.png"]
        assert sorted(path.name for path in out.iterdir()) == names
        for name in names:
            assert str(out / name) in printed.out
            if name.endswith(".png"):
                assert (out / name).read_bytes().startswith(PNG)

    def test_history(self, data: Path, tmp_path: Path, no_pictures: None) -> None:
        assert train(data, tmp_path, "--epochs", "2") == 0
        state = checkpoint(tmp_path)
        assert (state["epoch"], state["batch"]) == (2, 0)
        names = ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]
        assert list(state["history"]) == names
        assert all(len(values) == 2 for values in state["history"].values())

    @pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "rmsprop", "adagrad"])
    def test_every_optimizer_learns(
        self, data: Path, tmp_path: Path, no_pictures: None, optimizer: str
    ) -> None:
        assert train(data, tmp_path, "--epochs", "4", "--optimizer", optimizer) == 0
        assert checkpoint(tmp_path)["history"]["test_accuracy"][-1] > 0.8

    def test_the_same_seed_gives_the_same_numbers(
        self, data: Path, tmp_path: Path, no_pictures: None
    ) -> None:
        for out, seed in (("a", "1"), ("b", "1"), ("c", "2")):
            assert train(data, tmp_path / out, "--epochs", "1", "--seed", seed) == 0
        first, second, other = (checkpoint(tmp_path / out)["history"] for out in "abc")
        assert first == second
        assert first != other

    def test_another_dataset(
        self,
        data: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        no_pictures: None,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        words = ["--dataset", "fashion-mnist", "--epochs", "1", "--data", str(data)]
        assert main(["train", *words]) == 0
        assert Path("runs/fashion-mnist-mlp/checkpoint.pt").is_file()
        assert "on FashionMNIST" in capsys.readouterr().out

    def test_quiet(
        self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], no_pictures: None
    ) -> None:
        assert train(data, tmp_path, "--epochs", "1") == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        assert printed.out.startswith("epoch 1/1: ")
        assert "Linear" not in printed.out

    def test_nobody_reads_the_output(self, data: Path, tmp_path: Path) -> None:
        words = ["train", "--epochs", "2", "--quiet", "--data", str(data), "--out", "out"]
        with subprocess.Popen(
            [sys.executable, "-m", "graphnet", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            complaints = process.stderr.read()
        assert (process.returncode, complaints) == (141, "")

    def test_as_a_program(self, data: Path, tmp_path: Path) -> None:
        words = ["train", "--epochs", "1", "--data", str(data), "--out", "out"]
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "graphnet", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "out/training-step.png" in done.stdout


class TestResume:
    @pytest.mark.parametrize("optimizer", ["sgd", "adam"])
    def test_more_epochs(
        self, data: Path, tmp_path: Path, no_pictures: None, optimizer: str
    ) -> None:
        whole, parts = tmp_path / "whole", tmp_path / "parts"
        words = ["--optimizer", optimizer, "--seed", "5"]
        assert train(data, whole, "--epochs", "3", *words) == 0
        assert train(data, parts, "--epochs", "1", *words) == 0
        assert resume(data, parts, "--epochs", "3") == 0
        assert_equal_states(checkpoint(parts), checkpoint(whole))

    @pytest.mark.parametrize("at", [1, STEPS - 1, STEPS, STEPS + 3])
    @pytest.mark.parametrize("network", ["mlp", "cnn"])
    def test_after_ctrl_c(
        self,
        data: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        no_pictures: None,
        network: str,
        at: int,
    ) -> None:
        whole, parts = tmp_path / "whole", tmp_path / "parts"
        words = ["--network", network, "--epochs", "2", "--optimizer", "sgd"]
        assert train(data, whole, *words) == 0
        with pytest.MonkeyPatch.context() as patch:
            CtrlC(patch, at)
            assert train(data, parts, *words) == 130
        assert checkpoint(parts)["epoch"] * STEPS + checkpoint(parts)["batch"] == at
        printed = capsys.readouterr().out
        assert "Stopped after" in printed
        assert f"Saved in {parts / 'checkpoint.pt'}" in printed
        assert f"graphnet train --resume --out {parts} --data {data}" in printed
        assert resume(data, parts) == 0
        assert_equal_states(checkpoint(parts), checkpoint(whole))

    def test_in_the_last_step_of_all_the_training_ends_as_ever(
        self, data: Path, tmp_path: Path, no_pictures: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        CtrlC(monkeypatch, STEPS)
        assert train(data, tmp_path, "--epochs", "1") == 0

    def test_a_second_ctrl_c_stops_at_once(
        self, data: Path, tmp_path: Path, no_pictures: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert train(data, tmp_path, "--epochs", "1") == 0
        CtrlC(monkeypatch, 2, 2)
        assert resume(data, tmp_path, "--epochs", "2") == 130
        assert checkpoint(tmp_path)["epoch"] == 1

    def test_ctrl_c_works_again_afterwards(
        self, data: Path, tmp_path: Path, no_pictures: None
    ) -> None:
        before = signal.getsignal(signal.SIGINT)
        assert train(data, tmp_path, "--epochs", "1") == 0
        assert signal.getsignal(signal.SIGINT) is before

    def test_a_finished_training(
        self, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], no_pictures: None
    ) -> None:
        assert train(data, tmp_path, "--epochs", "1") == 0
        before = checkpoint(tmp_path)
        assert resume(data, tmp_path) == 0
        assert_equal_states(checkpoint(tmp_path), before)
        assert "after 1 epoch;" in capsys.readouterr().out

    def test_random_layers_go_on_where_they_were(self, data: Path, tmp_path: Path) -> None:
        """A network with dropout, stopped within an epoch."""

        def make() -> Trainer:
            torch.manual_seed(0)
            model = torch.nn.Sequential(torch.nn.Dropout(0.5), torch.nn.Linear(4, 3))
            random = torch.Generator().manual_seed(1)
            x = torch.randn(40, 4, generator=random)
            samples = torch.utils.data.TensorDataset(x, x[:, :3].argmax(1))
            optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2)
            return Trainer(model, optimizer, scheduler, samples, samples, batch_size=8)

        whole = make()
        for _ in range(3):
            assert whole.train_epoch()
        parts = make()
        assert parts.train_epoch()
        assert not parts.train_epoch(stop=lambda: parts.batch == 3)
        torch.save(parts.state_dict(), tmp_path / "state.pt")
        again = make()
        torch.rand(17)
        again.load_state_dict(torch.load(tmp_path / "state.pt"))
        while again.epoch < 3:
            again.train_epoch()
        assert_equal_states(again.history, whole.history)
        assert_equal_states(again.model.state_dict(), whole.model.state_dict())


class TestErrors:
    """One line on stderr, exit code 2, and nothing broken."""

    @pytest.fixture
    def complaint(self, capsys: pytest.CaptureFixture[str]) -> Any:
        def read() -> str:
            lines = capsys.readouterr().err.splitlines()
            assert len(lines) == 1, lines
            assert lines[0].startswith("graphnet train: error: ")
            return lines[0]

        return read

    def test_an_output_folder_that_cannot_be_made(
        self, data: Path, tmp_path: Path, complaint: Any
    ) -> None:
        (tmp_path / "file").touch()
        assert train(data, tmp_path / "file" / "out") == 2
        assert "cannot write to the output folder: Not a directory" in complaint()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_an_output_folder_without_permission(
        self, data: Path, tmp_path: Path, complaint: Any
    ) -> None:
        tmp_path.chmod(0o500)
        assert train(data, tmp_path) == 2
        assert "cannot write to the output folder: Permission denied" in complaint()

    def test_missing_data(self, tmp_path: Path, offline: None, complaint: Any) -> None:
        assert train(tmp_path / "nothing", tmp_path / "out") == 2
        assert "cannot load MNIST: cannot download train-images" in complaint()

    def test_data_that_is_cut_short(self, data: Path, tmp_path: Path, complaint: Any) -> None:
        folder = tmp_path / "MNIST" / "raw"
        folder.mkdir(parents=True)
        for path in (data / "MNIST" / "raw").iterdir():
            (folder / path.name).write_bytes(path.read_bytes()[:-1])
        assert train(tmp_path, tmp_path / "out") == 2
        assert re.search(r"cannot load MNIST: .*-ubyte is truncated", complaint())

    def test_images_of_another_size(self, data: Path, tmp_path: Path, complaint: Any) -> None:
        folder = tmp_path / "MNIST" / "raw"
        folder.mkdir(parents=True)
        for part in SIZES:
            write_idx(folder / f"{part}-images-idx3-ubyte", np.zeros((3, 8, 9), np.uint8))
            write_idx(folder / f"{part}-labels-idx1-ubyte", np.zeros(3, np.uint8))
        assert train(tmp_path, tmp_path / "out") == 2
        assert "3 images of 8 x 9 pixels: the networks need some of 28 x 28" in complaint()

    def test_a_full_disk(
        self,
        data: Path,
        tmp_path: Path,
        no_pictures: None,
        monkeypatch: pytest.MonkeyPatch,
        complaint: Any,
    ) -> None:
        def full(*_: Any) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        assert train(data, tmp_path, "--epochs", "1") == 0
        before = checkpoint(tmp_path)
        monkeypatch.setattr(os, "fsync", full)
        assert resume(data, tmp_path, "--epochs", "2") == 2
        line = complaint()
        assert f"cannot write {tmp_path / 'checkpoint.pt'}: No space left on device" in line
        assert "what was there before is unchanged" in line
        assert_equal_states(checkpoint(tmp_path), before)
        assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]

    def test_nothing_to_resume(self, data: Path, tmp_path: Path, complaint: Any) -> None:
        assert resume(data, tmp_path) == 2
        assert f"there is nothing to resume: no {tmp_path / 'checkpoint.pt'}" in complaint()

    @pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"graphnet checkpoint 1\nxx"])
    def test_a_damaged_checkpoint(
        self, data: Path, tmp_path: Path, complaint: Any, content: bytes
    ) -> None:
        (tmp_path / "checkpoint.pt").write_bytes(content)
        assert resume(data, tmp_path) == 2
        assert f"cannot read the checkpoint {tmp_path / 'checkpoint.pt'}: " in complaint()

    def test_a_foreign_checkpoint(self, data: Path, tmp_path: Path, complaint: Any) -> None:
        torch.save({"epoch": 3}, tmp_path / "checkpoint.pt")
        assert resume(data, tmp_path) == 2
        assert "but not of this command" in complaint()

    def test_options_that_contradict_the_checkpoint(
        self, data: Path, tmp_path: Path, no_pictures: None, complaint: Any
    ) -> None:
        assert train(data, tmp_path, "--epochs", "1") == 0
        assert resume(data, tmp_path, "--batch-size", "32") == 0
        assert resume(data, tmp_path, "--network", "cnn") == 2
        assert "the checkpoint was made with --network mlp, not cnn" in complaint()

    def test_momentum_without_use(self, data: Path, tmp_path: Path, complaint: Any) -> None:
        assert train(data, tmp_path, "--optimizer", "adam", "--momentum", "0.9") == 2
        assert "--momentum: adam has none; sgd, rmsprop have" in complaint()

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["--epochs", "0"], "it must be a whole number above 0, not '0'"),
            (["--epochs", "1.5"], "it must be a whole number above 0, not '1.5'"),
            (["--batch-size", "-3"], "it must be a whole number above 0, not '-3'"),
            (["--lr", "nan"], "it must be a number above 0, not 'nan'"),
            (["--lr", "inf"], "it must be a number above 0, not 'inf'"),
            (["--lr", "fast"], "it must be a number above 0, not 'fast'"),
            (["--seed", "-1"], "it must be a whole number, 0 or more, not '-1'"),
            (["--network", "gpt"], "invalid choice: 'gpt'"),
            (["--colour", "red"], "unrecognized arguments: --colour red"),
        ],
    )
    def test_wrong_options(
        self, capsys: pytest.CaptureFixture[str], words: list[str], message: str
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["train", *words])
        assert ended.value.code == 2
        assert message in capsys.readouterr().err

    def test_no_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main([])
        assert ended.value.code == 2
        assert "the following arguments are required: command" in capsys.readouterr().err


class TestHelp:
    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["--version"])
        assert ended.value.code == 0
        assert capsys.readouterr().out == f"graphnet {torch.__version__}\n"

    def test_options(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["train", "--help"])
        assert ended.value.code == 0
        printed = capsys.readouterr().out
        for option in ("--network {mlp,cnn}", "--epochs", "--batch-size", "--lr", "--optimizer"):
            assert option in printed
        for option in ("--momentum", "--seed", "--data", "--out", "--resume", "--dataset"):
            assert option in printed
