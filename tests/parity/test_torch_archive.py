"""Files that PyTorch wrote are read: tensors, states, and modules as a whole."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")


def reread(obj: Any, **options: Any) -> Any:
    """What graphnet reads of an object that PyTorch saved."""
    buffer = io.BytesIO()
    torch.save(obj, buffer)
    buffer.seek(0)
    return graphnet.load(buffer, **options)


@pytest.mark.parametrize(
    "code",
    [
        "torch.arange(6.0).view(2, 3).t()",
        "[torch.tensor(3), torch.zeros(0, 3), torch.tensor([True, False])]",
        "{kind: torch.ones(2).to(kind) for kind in (torch.float16, torch.bfloat16, torch.int8)}",
        "(torch.tensor([1 + 2j]), torch.Size([1, 2]), torch.device('cpu'), torch.float64, 'text')",
        "torch.nn.Parameter(torch.ones(2))",
        "torch.ones(1, requires_grad=True)",
        "torch.nn.Linear(2, 1).state_dict()._metadata",
    ],
)
def test_objects(code: str) -> None:
    expected = eval(code, {"torch": torch})
    assert repr(reread(expected)) == repr(expected)


def test_tensors_in_one_memory_go_on_sharing_it() -> None:
    x = torch.arange(6.0).view(2, 3)
    whole, row = reread([x, x[1]])
    whole[1, 0] = 9
    assert row.tolist() == [9.0, 4.0, 5.0]


MODULES = [
    ("nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.GELU(), nn.Flatten())", (2, 1, 5, 5)),
    ("nn.ConvTranspose2d(1, 2, 3, stride=2)", (2, 1, 4, 4)),
    ("nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.PReLU(), nn.Dropout(0.5))", (1, 3, 4, 4)),
    ("nn.LSTM(3, 4, num_layers=2, bidirectional=True)", (5, 2, 3)),
    ("nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)", (2, 5, 4)),
]


@pytest.mark.parametrize(("code", "shape"), MODULES, ids=lambda value: str(value)[:20])
def test_modules(code: str, shape: tuple[int, ...]) -> None:
    theirs = eval(code, {"nn": torch.nn}).eval()
    ours = reread(theirs, weights_only=False)
    assert repr(ours) == repr(theirs)
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    expected, found = theirs(torch.from_numpy(x)), ours(graphnet.from_numpy(x))
    if isinstance(expected, tuple):
        expected, found = expected[0], found[0]
    np.testing.assert_allclose(
        found.detach().numpy(), expected.detach().numpy(), rtol=1e-5, atol=1e-6
    )


def test_a_training_goes_on() -> None:
    theirs = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        theirs(torch.ones(2, 3)).square().sum().backward()
        optimizer.step()
    saved = reread({"model": theirs.state_dict(), "optimizer": optimizer.state_dict()})
    ours = graphnet.nn.Linear(3, 2)
    ours.load_state_dict(saved["model"])
    resumed = graphnet.optim.Adam(ours.parameters(), lr=0.5)
    resumed.load_state_dict(saved["optimizer"])
    for module, opt, lib in ((theirs, optimizer, torch), (ours, resumed, graphnet)):
        opt.zero_grad()
        module(lib.ones(2, 3)).square().sum().backward()
        opt.step()
    np.testing.assert_allclose(
        ours.weight.detach().numpy(), theirs.weight.detach().numpy(), rtol=1e-5
    )


def test_what_was_not_allowed_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError, match=r"torch\.nn\.modules\.linear\.Linear"):
        reread(torch.nn.Linear(1, 1))


def test_a_damaged_archive_is_refused() -> None:
    buffer = io.BytesIO()
    torch.save(torch.ones(3), buffer)
    with pytest.raises(RuntimeError, match="damaged"):
        graphnet.load(io.BytesIO(buffer.getvalue()[:100]))
