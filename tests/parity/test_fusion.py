"""Normalization fused into the layer before it, and memory shared by DLPack."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import graphnet

pytest.importorskip("torch")

LAYERS = {
    "convolution": lambda nn: (nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), (2, 2, 4, 4)),
    "without bias": lambda nn: (nn.Conv1d(2, 3, 2, bias=False), nn.BatchNorm1d(3), (2, 2, 4)),
    "not affine": lambda nn: (nn.Conv1d(2, 3, 2), nn.BatchNorm1d(3, affine=False), (2, 2, 4)),
    "linear": lambda nn: (nn.Linear(2, 3), nn.BatchNorm1d(3), (4, 2)),
}


def _fused(package: str, name: str) -> list[Any]:
    torch = importlib.import_module(package)
    fusion = importlib.import_module(f"{package}.nn.utils.fusion")
    torch.manual_seed(0)
    layer, norm, shape = LAYERS[name](torch.nn)
    x = torch.randn(shape)
    norm(layer(x))
    layer.eval(), norm.eval()
    fuse = fusion.fuse_linear_bn_eval if name == "linear" else fusion.fuse_conv_bn_eval
    made = fuse(layer, norm)
    np.testing.assert_allclose(
        made(x).detach().numpy(), norm(layer(x)).detach().numpy(), rtol=1e-4, atol=1e-5
    )
    return [made.weight.detach().numpy(), made.bias.detach().numpy(), made.weight.requires_grad]


@pytest.mark.parametrize("name", LAYERS)
def test_a_fused_layer_is_pytorchs(name: str) -> None:
    for ours, theirs in zip(_fused("graphnet", name), _fused("torch", name), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_a_transposed_convolution_is_fused_by_its_second_dimension() -> None:
    found = []
    for package in ("graphnet", "torch"):
        torch = importlib.import_module(package)
        fusion = importlib.import_module(f"{package}.nn.utils.fusion")
        torch.manual_seed(0)
        layer, norm = torch.nn.ConvTranspose1d(2, 3, 2).eval(), torch.nn.BatchNorm1d(3).eval()
        norm.running_var.fill_(4.0)
        found.append(fusion.fuse_conv_bn_eval(layer, norm, transpose=True).weight.detach().numpy())
        with pytest.raises(Exception, match="Fusion only for eval"):
            fusion.fuse_conv_bn_eval(layer.train(), norm)
    np.testing.assert_allclose(*found, rtol=1e-5)


def test_memory_is_shared_with_other_libraries() -> None:
    import torch

    ours = graphnet.zeros(3)
    theirs = torch.from_dlpack(ours)
    theirs[1] = 7
    assert ours.tolist() == [0.0, 7.0, 0.0]
    back = graphnet.from_dlpack(theirs)
    back[2] = 5
    assert ours.tolist() == theirs.tolist() == [0.0, 7.0, 5.0]
    assert graphnet.from_dlpack(torch.ones(2, dtype=torch.int64)).dtype is graphnet.int64
    capsule = graphnet.to_dlpack(graphnet.ones(2))
    assert torch.from_dlpack(capsule).tolist() == [1.0, 1.0]
    with pytest.raises(BufferError, match="require gradient"):
        graphnet.ones(2, requires_grad=True).__dlpack__()
