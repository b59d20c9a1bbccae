"""Views of memory as another dtype: PyTorch's values, places, writes and refusals."""

from __future__ import annotations

import copy
import io
import pickle

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import graphnet  # noqa: E402
from tests.parity.expressions import check  # noqa: E402

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

NUMBERS = np.array([[1.0, -2.0, 3.5, 0.0], [np.nan, np.inf, 1e-30, 7.0]], np.float32)
KINDS = (
    *("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float64"),
    "complex64",
)


@pytest.mark.parametrize("kind", KINDS)
def test_values_and_places(kind: str) -> None:
    view = f"view(torch.{kind})"
    values = "x[0]" if kind == "bool" else "x"
    seen = "to(torch.float64)" if kind == "bfloat16" else "clone()"
    if kind != "bool":  # bytes that are neither 0 nor 1 are no booleans
        check(f"{values}.{view}.{seen}", x=NUMBERS)
        check(f"x[1:, 2:].{view}.{seen}", x=NUMBERS)
    check(f"(lambda y: (y.shape, y.stride(), y.storage_offset()))(x[1:, 2:].{view})", x=NUMBERS)
    check(f"x.{view}.data_ptr() == x.data_ptr()", x=NUMBERS)
    check(f"x.{view}.view(torch.float32)", x=NUMBERS)


@pytest.mark.parametrize(
    "code",
    [
        *(
            "x[:, ::2].view(torch.int64)",
            "x[:, :3].view(torch.int64)",
            "x[:, 1:3].view(torch.int64)",
        ),
        *("x[0, 0].view(torch.int16)", "x.t().view(torch.int16)", "x[:, ::2].view(torch.int32)"),
        *("x.t().view(torch.int32)", "x.as_strided((2, 2), (3, 1)).view(torch.int64)"),
        *("x[0, 0].view(torch.int32)", "x[:0].view(torch.int64)", "x.view(dtype=torch.int32)"),
        *("x.view(torch.int16).as_strided((2, 3), (4, 1), 1)", "x.view(torch.int16)[1, 2:4]"),
        *("x.view(torch.int32).view(-1)", "x.view(torch.uint8).view(torch.int32)[0] >> 23"),
        "x.clone().requires_grad_().view(torch.int32).requires_grad",
    ],
)
def test_shapes_and_refusals(code: str) -> None:
    check(code, x=NUMBERS)


@pytest.mark.parametrize(
    "code",
    [
        *("x.view(torch.int32)[0, 1] = 0", "x[1].view(torch.int16)[2:4] = 1"),
        *("x.view(torch.int32).add_(1)", "x[:, 1:].view(torch.int32).zero_()"),
        *("y = x.view(torch.int32); x[0] = 5; y += 1", "x.view(torch.uint8).numpy()[0, 3] = 64"),
        *("y = x.view(torch.int16).view(torch.uint8); y[0] = 0; x *= 2; y[1, 2] = 128",),
        *("y = x.view(torch.int16); x.mul_(2); x = y.clone()", "x.view(torch.float32).neg_()"),
    ],
)
def test_memory_is_shared(code: str) -> None:
    for _ in range(3):  # interpreted, compiled, replayed
        check(code, x=NUMBERS)


def test_writes_count_as_changes_of_what_was_saved() -> None:
    for module in (graphnet, torch):
        w = module.ones(2, requires_grad=True)
        y = (w * 2).exp()
        total = y.sum()
        y.view(module.int32).zero_()
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            total.backward()


def test_copies_and_archives_keep_the_dtype_and_the_sharing() -> None:
    x = graphnet.tensor([1.0, 2.0])
    y = x.view(graphnet.int32)
    for again in (copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair)), _saved):
        one, two = again((x, y))
        assert two.dtype is graphnet.int32
        assert two.tolist() == y.tolist()
        two.zero_()
        assert one.tolist() == [0.0, 0.0]
    assert x.tolist() == [1.0, 2.0]


def _saved(pair: object) -> object:
    archive = io.BytesIO()
    graphnet.save(pair, archive)
    archive.seek(0)
    return graphnet.load(archive)


def test_members_of_a_batch() -> None:
    x = graphnet.from_numpy(NUMBERS.copy())
    found = graphnet.vmap(lambda row: row.view(graphnet.int16) + 1)(x)
    wanted = torch.from_numpy(NUMBERS.copy()).view(torch.int16) + 1
    assert found.tolist() == wanted.tolist()
