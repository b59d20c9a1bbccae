"""Modules of torch and torchvision that programs import by their longer names."""

from __future__ import annotations

from importlib import import_module

import pytest

import graphnet


@pytest.mark.parametrize(
    ("module", "name", "same"),
    [
        ("torch.cuda.amp.grad_scaler", "GradScaler", "torch.cuda.amp"),
        ("torch.cuda.amp.autocast_mode", "autocast", "torch.cuda.amp"),
        ("torch.amp.grad_scaler", "GradScaler", "torch.amp"),
        ("torch.utils._device", "DeviceContext", "torch.utils._device"),
        ("torchvision.models._utils", "IntermediateLayerGetter", "torchvision.models._utils"),
        ("torchvision.transforms.transforms", "Compose", "torchvision.transforms"),
    ],
)
def test_a_module_has_the_same_objects(module: str, name: str, same: str) -> None:
    graphnet.compat.install()
    try:
        parent, _, last = module.rpartition(".")
        found = getattr(import_module(module), name)
        assert found is getattr(import_module(same), name)
        assert getattr(import_module(parent), last) is import_module(module)
    finally:
        graphnet.compat.uninstall()
