"""What programs import of PyTorch's modules that is in no documentation."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

pytest.importorskip("torch")


@pytest.fixture
def modules() -> Any:
    """By the name of a module of torch, PyTorch's own and what stands in for it."""
    import graphnet

    def both(name: str) -> tuple[Any, Any]:
        theirs = importlib.import_module(name)
        graphnet.compat.install()
        try:
            ours = importlib.import_module(name)
        finally:
            graphnet.compat.uninstall()
        return ours, theirs

    return both


def _kinds(torch: Any) -> list[tuple[bool, bool]]:
    nn, conv = torch.nn, importlib.import_module("torch.nn.modules.conv")
    layers = [nn.Conv1d(1, 1, 1), nn.Conv2d(1, 1, 1), nn.ConvTranspose2d(1, 1, 1), nn.Linear(1, 1)]
    return [
        (isinstance(layer, conv._ConvNd), isinstance(layer, conv._ConvTransposeNd))
        for layer in layers
    ]


def test_convolutions_are_recognised() -> None:
    import graphnet

    theirs = _kinds(importlib.import_module("torch"))
    graphnet.compat.install()
    try:
        ours = _kinds(importlib.import_module("torch"))
    finally:
        graphnet.compat.uninstall()
    assert ours == theirs


def test_sizes_are_written_out_alike(modules: Any) -> None:
    seen = []
    for library in modules("torch.nn.modules.utils"):
        seen.append(
            (
                library._reverse_repeat_tuple((1, 2, 3), 2),
                library._list_with_default([None, 4], [1, 2, 3]),
                library._list_with_default(5, [1, 2]),
            )
        )
        with pytest.raises(ValueError, match="Input dimension should be at least 3"):
            library._list_with_default([1, None], [1, 2])
    assert seen[0] == seen[1]


def test_prefixes_are_taken_off_alike() -> None:
    import graphnet

    def without(prefix: str) -> dict[str, int]:
        state = {"module.a": 1, "b": 2, "module.b.c": 3}
        utils = importlib.import_module("torch.nn.modules.utils")
        utils.consume_prefix_in_state_dict_if_present(state, prefix)
        return state

    theirs = without("module.")
    graphnet.compat.install()
    try:
        assert without("module.") == theirs
    finally:
        graphnet.compat.uninstall()


def test_lines_are_moved_in_alike(modules: Any) -> None:
    texts = [each._addindent("a\nb\n\nc", 3) for each in modules("torch.nn.modules.module")]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "call",
    [
        "init._no_grad_uniform_(x, -1.0, 2.0)",
        "init._no_grad_normal_(x, 1.0, 2.0)",
        "init._no_grad_trunc_normal_(x, 0.0, 1.0, -2.0, 2.0)",
        "init._no_grad_fill_(x, 3.0)",
        "init._no_grad_zero_(x)",
    ],
)
def test_parameters_are_filled_alike(call: str, modules: Any) -> None:
    seen = []
    for init, torch in zip(modules("torch.nn.init"), modules("torch"), strict=True):
        torch.manual_seed(0)
        x = torch.nn.Parameter(torch.ones(5, 4))
        assert eval(call, {"init": init, "x": x}) is x
        seen.append(x.tolist())
    assert seen[0] == seen[1]


def test_storages_have_their_module(modules: Any) -> None:
    for storage, torch in zip(modules("torch.storage"), modules("torch"), strict=True):
        assert isinstance(torch.ones(2).untyped_storage(), storage.UntypedStorage)
