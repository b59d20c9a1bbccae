"""The import hook, from inside a program."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import graphnet
from graphnet import compat, load_ipython_extension, unload_ipython_extension
from graphnet.autograd.gradcheck import GradcheckError
from graphnet.compat.finder import MissingModuleError
from graphnet.compat.mirror import MissingNameError


@pytest.fixture
def hook() -> Iterator[None]:
    compat.install()
    yield
    compat.uninstall()


def torch_module(name: str) -> Any:
    """A module of torch's, by a name that is not written as an import."""
    return import_module(f"torch{'.' if name else ''}{name}")


@pytest.mark.usefixtures("hook")
@pytest.mark.parametrize(
    ("name", "attribute", "expected"),
    [
        ("", "Tensor", graphnet.Tensor),
        ("nn.modules.module", "Module", graphnet.nn.Module),
        ("nn.modules.activation", "ReLU", graphnet.nn.ReLU),
        ("nn.parameter", "Parameter", graphnet.nn.Parameter),
        ("nn.functional", "relu", graphnet.nn.functional.relu),
        ("nn.utils.rnn", "pack_padded_sequence", graphnet.nn.utils.rnn.pack_padded_sequence),
        ("optim.optimizer", "Optimizer", graphnet.optim.Optimizer),
        ("optim.lr_scheduler", "StepLR", graphnet.optim.lr_scheduler.StepLR),
        ("utils.data.dataset", "Dataset", graphnet.utils.data.Dataset),
        ("utils.data.sampler", "Sampler", graphnet.utils.data.Sampler),
        ("utils.data.dataloader", "default_collate", graphnet.utils.data.default_collate),
        ("utils.data._utils.collate", "default_collate", graphnet.utils.data.default_collate),
        ("functional", "einsum", graphnet.einsum),
        ("autograd.grad_mode", "no_grad", graphnet.no_grad),
        ("autograd.profiler", "record_function", graphnet.profiler.record_function),
    ],
)
def test_deep_modules_hold_the_same_objects(name: str, attribute: str, expected: Any) -> None:
    assert getattr(torch_module(name), attribute) is expected


@pytest.mark.usefixtures("hook")
def test_modules_are_reached_by_attributes_as_well() -> None:
    torch = torch_module("")
    assert torch.nn.functional is torch_module("nn.functional")
    assert torch.nn.functional.__name__ == "torch.nn.functional"
    assert torch.utils.data is torch_module("utils.data")


@pytest.mark.usefixtures("hook")
def test_a_function_keeps_the_name_that_it_has_in_common_with_its_module() -> None:
    assert torch_module("autograd.gradcheck").GradcheckError is GradcheckError
    assert torch_module("autograd").gradcheck is graphnet.autograd.gradcheck


@pytest.mark.usefixtures("hook")
def test_programs_find_names_in_the_dictionary_of_a_module() -> None:
    assert vars(torch_module("optim"))["SGD"] is graphnet.optim.SGD
    assert torch_module("nn").__dict__["Linear"] is graphnet.nn.Linear
    models = import_module("torchvision.models")
    networks = [
        name for name, value in vars(models).items() if name[0].islower() and callable(value)
    ]
    assert {"resnet18", "vgg16"} <= set(networks)
    assert "no_such_name" not in vars(models)


@pytest.mark.usefixtures("hook")
def test_star_imports_give_public_names() -> None:
    names: dict[str, Any] = {}
    exec("from torch.nn import *\nfrom torch import *", names)
    assert names["Linear"] is graphnet.nn.Linear
    assert names["randn"] is graphnet.randn


@pytest.mark.usefixtures("hook")
def test_what_a_program_sets_is_set_in_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_module("nn.functional"), "relu", abs)
    assert graphnet.nn.functional.relu is abs


@pytest.mark.usefixtures("hook")
def test_a_missing_name_is_named_as_torchs_with_the_line() -> None:
    nn = torch_module("nn")
    with pytest.raises(
        MissingNameError, match=r"module 'torch\.nn' has no attribute 'Linaer'"
    ) as e:
        nn.Linaer()
    assert isinstance(e.value, AttributeError)
    assert "test_finder.py" in str(e.value)
    assert not hasattr(nn, "Linaer")
    with pytest.raises(ImportError, match=r"cannot import name 'Linaer' from 'torch\.nn'"):
        exec("from torch.nn import Linaer", {})


@pytest.mark.usefixtures("hook")
def test_a_missing_module_is_named_as_torchs_with_the_line() -> None:
    with pytest.raises(MissingModuleError, match=r"No module named 'torch\.nowhere'") as e:
        torch_module("nowhere")
    assert isinstance(e.value, ImportError)
    assert e.value.name == "torch.nowhere"
    assert "test_finder.py" in str(e.value)


@pytest.mark.usefixtures("hook")
def test_the_version_is_pytorchs() -> None:
    version = torch_module("").__version__
    assert version == "2.13.0"
    assert version >= "2.8"
    assert version > (1, 10)
    assert not version < "2.9"
    assert version < "2.14.0.dev1"
    assert version > "2.13.0rc1"
    assert version.split(".")[:2] == ["2", "13"]
    assert importlib.metadata.version("torch") == version


def test_what_was_there_before_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ModuleType("torch")
    monkeypatch.setitem(sys.modules, "torch", before)
    compat.install()
    compat.install()
    assert torch_module("") is not before
    compat.uninstall()
    assert torch_module("") is before
    assert not compat.installed()


def test_notebooks_load_it_as_an_extension() -> None:
    load_ipython_extension(None)
    assert compat.installed()
    unload_ipython_extension(None)
    assert not compat.installed()
