"""Saving and loading: what comes back, and what becomes of files when something goes wrong."""

from __future__ import annotations

import errno
import io
import os
import pickle
import stat
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet import nn
from graphnet.serialization import CheckpointError


def again(obj: Any, **options: Any) -> Any:
    """Saved and loaded."""
    buffer = io.BytesIO()
    torch.save(obj, buffer)
    buffer.seek(0)
    return torch.load(buffer, **options)


class TestTensors:
    @pytest.mark.parametrize("shape", [(), (0,), (3,), (0, 2), (2, 3), (2, 0, 3)])
    @pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8", "bool"])
    def test_values_shape_and_dtype(self, shape: tuple[int, ...], dtype: str) -> None:
        tensor = torch.ones(shape, dtype=getattr(torch, dtype))
        loaded = again(tensor)
        assert (loaded.shape, loaded.dtype) == (tensor.shape, tensor.dtype)
        np.testing.assert_array_equal(loaded.numpy(), tensor.numpy())

    def test_bits_are_kept(self) -> None:
        numbers = np.array([0.1, -0.0, np.inf, -np.inf, 1e-45, np.nan], np.float32)
        loaded = again(torch.from_numpy(numbers)).numpy()
        assert loaded.tobytes() == numbers.tobytes()

    def test_requires_grad_is_kept_and_grad_is_not(self) -> None:
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        (w * w).sum().backward()
        loaded = again(w)
        assert loaded.requires_grad
        assert loaded.is_leaf
        assert loaded.grad is None
        (loaded * loaded).sum().backward()
        assert loaded.grad.tolist() == [2.0, 4.0]

    def test_a_value_that_nobody_looked_at_is_saved(self) -> None:
        assert again(torch.ones(2) + torch.ones(2)).tolist() == [2.0, 2.0]

    def test_a_copy_is_independent(self) -> None:
        tensor = torch.zeros(2)
        loaded = again(tensor)
        loaded += 1
        assert tensor.tolist() == [0.0, 0.0]

    def test_the_same_tensor_twice_is_one(self) -> None:
        tensor = torch.zeros(2)
        first, second = again([tensor, tensor])
        assert first is second

    def test_views_share_memory_again(self) -> None:
        base = torch.arange(6.0)
        whole, part, turned = again([base, base[2:4], base.reshape(2, 3).T])
        part[0] = 9
        assert whole.tolist() == [0, 1, 9, 3, 4, 5]
        assert turned.tolist() == [[0, 3], [1, 4], [9, 5]]
        assert turned.stride() == (1, 3)

    def test_parameters_and_modules(self) -> None:
        model = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
        loaded = again(model, weights_only=False)
        assert repr(loaded) == repr(model)
        assert isinstance(loaded[0].weight, nn.Parameter)
        x = torch.ones(4, 3)
        np.testing.assert_array_equal(loaded(x).detach().numpy(), model(x).detach().numpy())

    def test_a_state_dict_stays_ordered(self) -> None:
        state = nn.Linear(3, 2).state_dict()
        loaded = again(state)
        assert type(loaded) is OrderedDict
        assert list(loaded) == ["weight", "bias"]
        nn.Linear(3, 2).load_state_dict(loaded)

    def test_nested_containers(self) -> None:
        obj = {"a": [torch.tensor(1), {"b": (2.5, None, "text")}], "dtype": torch.float64}
        loaded = again(obj)
        assert loaded["a"][0].item() == 1
        assert loaded["a"][1] == {"b": (2.5, None, "text")}
        assert loaded["dtype"] is torch.float64

    def test_a_tensor_with_history_is_saved_without_it(self) -> None:
        w = torch.tensor(1.0, requires_grad=True)
        loaded = again(w * 2)
        assert loaded.item() == 2.0
        assert loaded.requires_grad
        assert loaded.is_leaf


class Own:
    """A class of a program's."""

    class Inner:
        """And one in it."""


def ran(*_: Any) -> None:
    """What a harmful file would call."""
    raise AssertionError("the file ran code")


class Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return (ran, ())


class TestWeightsOnly:
    @pytest.mark.parametrize("kind", [Own, Own.Inner, nn.Linear, Harmful, np.ones])
    def test_other_classes_are_refused(self, kind: Any) -> None:
        obj = {nn.Linear: lambda: nn.Linear(1, 1), np.ones: lambda: np.ones(2)}.get(kind, kind)()
        with pytest.raises(pickle.UnpicklingError, match="was not an allowed global by default"):
            again([torch.ones(1), obj])

    def test_the_error_says_what_to_do(self) -> None:
        with pytest.raises(pickle.UnpicklingError) as error:
            again(Own())
        assert f"add_safe_globals([{__name__}.Own])" in str(error.value)
        assert "weights_only=False" in str(error.value)

    def test_nothing_of_the_operating_system_is_ever_allowed(self) -> None:
        with torch.serialization.safe_globals([os.system, os.getcwd]):
            for function in (os.system, os.getcwd):
                with pytest.raises(pickle.UnpicklingError, match="blocked"):
                    again(function)

    def test_what_needs_no_permission(self) -> None:
        obj = [torch.Size([2]), torch.device("cpu"), 1j, {1}, bytearray(b"x"), torch.bfloat16]
        obj += [nn.Parameter(torch.ones(1)), OrderedDict(a=1), None, "text", (2.5, True)]
        assert again(obj) == obj

    def test_the_state_of_a_training(self) -> None:
        model = nn.Linear(2, 1)
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.ones(3, 2)).sum().backward()
        optimizer.step()
        states = model.state_dict(), optimizer.state_dict(), torch.get_rng_state()
        loaded, moments, _ = again(states)
        assert torch.equal(loaded["weight"], model.weight)
        assert moments["state"][0]["step"].item() == 1

    def test_allowed_in_a_block(self) -> None:
        before = torch.serialization.get_safe_globals()
        with torch.serialization.safe_globals([Own.Inner]):
            assert isinstance(again(Own.Inner()), Own.Inner)
        assert torch.serialization.get_safe_globals() == before
        with pytest.raises(pickle.UnpicklingError):
            again(Own.Inner())

    def test_allowed_from_now_on(self) -> None:
        torch.serialization.add_safe_globals([Own])
        assert isinstance(again(Own()), Own)
        torch.serialization.clear_safe_globals()
        with pytest.raises(pickle.UnpicklingError):
            again(Own())

    def test_allowed_under_the_name_that_files_have(self) -> None:
        with torch.serialization.safe_globals([(Own.Inner, f"{__name__}.Own")]):
            assert isinstance(again(Own()), Own.Inner)

    @pytest.mark.parametrize(
        ("entry", "error"), [((Own,), ValueError), ((Own, 3), TypeError)], ids=str
    )
    def test_an_entry_that_is_none(self, entry: Any, error: type[Exception]) -> None:
        with torch.serialization.safe_globals([entry]), pytest.raises(error, match="Expected"):
            again(1)

    def test_a_transformer_needs_its_classes_only(self) -> None:
        model = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 1)
        kinds = [type(module) for module in model.modules()]
        with torch.serialization.safe_globals([*kinds, nn.functional.relu]):
            loaded = again(model)
        assert repr(loaded) == repr(model)

    def test_another_pickle_module_loads_anything(self) -> None:
        assert isinstance(again(Own(), pickle_module=pickle), Own)
        with pytest.raises(RuntimeError, match="explicit pickle_module"):
            again(Own(), pickle_module=pickle, weights_only=True)


class TestStreams:
    def test_several_objects_in_one_stream(self) -> None:
        buffer = io.BytesIO()
        for number in range(3):
            torch.save(torch.tensor(number), buffer)
        buffer.seek(0)
        assert [torch.load(buffer).item() for _ in range(3)] == [0, 1, 2]
        with pytest.raises(EOFError):
            torch.load(buffer)

    def test_neither_path_nor_stream(self) -> None:
        nothing: Any = None
        with pytest.raises(AttributeError, match="expected 'f' to be string, path, or a file-like"):
            torch.save(1, nothing)

    def test_what_cannot_be_pickled(self, tmp_path: Path) -> None:
        with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
            torch.save(lambda: 1, tmp_path / "x.pt")
        assert list(tmp_path.iterdir()) == []


class TestFiles:
    @pytest.mark.parametrize("kind", [str, Path])
    def test_a_path(self, tmp_path: Path, kind: Any) -> None:
        path = kind(tmp_path / "x.pt")
        torch.save({"x": torch.ones(2)}, path)
        assert torch.load(path, map_location="cpu", weights_only=True)["x"].tolist() == [1.0, 1.0]
        assert [entry.name for entry in tmp_path.iterdir()] == ["x.pt"]

    def test_an_old_file_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "x.pt"
        torch.save(1, path)
        torch.save(2, path)
        assert torch.load(path) == 2

    def test_permissions_are_those_of_any_new_file(self, tmp_path: Path) -> None:
        path, other = tmp_path / "x.pt", tmp_path / "other"
        torch.save(1, path)
        other.touch()
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError, match=r"Parent directory .*nowhere does not exist"):
            torch.save(1, tmp_path / "nowhere" / "x.pt")

    def test_a_folder_in_place_of_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "x.pt").mkdir()
        with pytest.raises(RuntimeError, match="Is a directory"):
            torch.save(1, tmp_path / "x.pt")
        assert [entry.name for entry in tmp_path.iterdir()] == ["x.pt"]

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            torch.load(tmp_path / "x.pt")


def no_space(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class TestFullDisk:
    def test_the_old_file_stays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "x.pt"
        torch.save("old", path)
        monkeypatch.setattr(os, "fsync", no_space)
        with pytest.raises(RuntimeError, match="No space left on device") as error:
            torch.save("new", path)
        assert isinstance(error.value, CheckpointError)
        assert str(path) in str(error.value)
        assert "unchanged" in str(error.value)
        assert torch.load(path) == "old"
        assert [entry.name for entry in tmp_path.iterdir()] == ["x.pt"]

    def test_no_half_file_is_left(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "fsync", no_space)
        with pytest.raises(RuntimeError, match="No space left on device"):
            torch.save(torch.ones(1000), tmp_path / "x.pt")
        assert list(tmp_path.iterdir()) == []

    def test_a_stopped_program_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(*_: Any) -> None:
            raise KeyboardInterrupt

        path = tmp_path / "x.pt"
        torch.save("old", path)
        monkeypatch.setattr(os, "fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            torch.save("new", path)
        assert torch.load(path) == "old"
        assert [entry.name for entry in tmp_path.iterdir()] == ["x.pt"]

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
    def test_a_real_full_device(self) -> None:
        with Path("/dev/full").open("wb", buffering=0) as stream, pytest.raises(OSError):  # noqa: PT011  # the message is the system's
            torch.save(torch.ones(100_000), stream)


class TestDamage:
    @pytest.fixture
    def content(self) -> bytes:
        buffer = io.BytesIO()
        torch.save({"x": torch.arange(100)}, buffer)
        return buffer.getvalue()

    def test_every_truncation_is_noticed(self, content: bytes) -> None:
        for length in [*range(1, 60), len(content) // 2, len(content) - 1]:
            with pytest.raises(CheckpointError, match="truncated"):
                torch.load(io.BytesIO(content[:length]))

    def test_every_changed_byte_is_noticed(self, content: bytes, tmp_path: Path) -> None:
        for position in [*range(60), *range(60, len(content), 7)]:
            damaged = bytearray(content)
            damaged[position] ^= 0x55
            (tmp_path / "x.pt").write_bytes(damaged)
            with pytest.raises(CheckpointError):
                torch.load(tmp_path / "x.pt")

    def test_a_foreign_file(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text("buy milk, and bread, and butter")
        with pytest.raises(CheckpointError, match=r"notes\.txt is not a checkpoint"):
            torch.load(path)

    def test_a_plain_pickle(self) -> None:
        with pytest.raises(CheckpointError, match="the stream is not a checkpoint"):
            torch.load(io.BytesIO(pickle.dumps([1, 2, 3] * 20)))

    def test_an_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "x.pt").touch()
        with pytest.raises(EOFError, match="is empty"):
            torch.load(tmp_path / "x.pt")

    def test_a_class_that_is_gone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        module = ModuleType("vanishing")
        module.Thing = type("Thing", (), {"__module__": "vanishing"})  # type: ignore[attr-defined]
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, "vanishing", module)
            torch.save(module.Thing(), tmp_path / "x.pt")
        with pytest.raises(CheckpointError, match="a class that is not there: No module named"):
            torch.load(tmp_path / "x.pt", weights_only=False)
