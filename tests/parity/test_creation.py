"""Making and converting tensors: PyTorch's inference of dtypes, values and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

import torch

import graphnet
from tests.parity.expressions import check, lines, outcome, same

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

FROM_DATA = """
torch.tensor(1)
torch.tensor(True)
torch.tensor(2.5)
torch.tensor(1j)
torch.tensor([1, 2.5])
torch.tensor([True, 1])
torch.tensor([True, False])
torch.tensor([True, 2.0])
torch.tensor([])
torch.tensor([[]])
torch.tensor([[], []])
torch.tensor([[1, 2], [3, 4.0]])
torch.tensor((1, 2))
torch.tensor(range(3))
torch.tensor([(1, 2), [3, 4]])
torch.tensor(torch.Size([2, 3]))
torch.tensor([[1, 2], [3]])
torch.tensor([[1], 2])
torch.tensor([1, [2]])
torch.tensor(None)
torch.tensor([None])
torch.tensor("a")
torch.tensor(["a"])
torch.tensor(b"ab")
torch.tensor([b"a"])
torch.tensor({})
torch.tensor({1, 2})
torch.tensor(object())
torch.tensor(2**63)
torch.tensor([2**63])
torch.tensor(-2**63)
torch.tensor(2**63, dtype=torch.uint64)
torch.tensor([2**40])
torch.tensor([nan, inf])
torch.tensor(np.float64(1.0))
torch.tensor([np.float64(1.0)])
torch.tensor([np.float32(1.0)])
torch.tensor([np.int8(1), 2])
torch.tensor([1, np.float64(2)])
torch.tensor([np.float16(1), 2.0])
torch.tensor(np.bool_(True))
torch.tensor(np.uint16(3))
torch.tensor(np.array(3.0))
torch.tensor(np.arange(3))
torch.tensor(np.arange(3)[::-1])
torch.tensor(np.arange(6).reshape(2, 3).T)
torch.tensor(np.array(["a"]))
torch.tensor(np.array([None]))
torch.tensor(np.array([1], ">i4"))
torch.tensor([np.array([1, 2]), np.array([3, 4])])
torch.tensor([np.array([1, 2], np.int32)])
torch.tensor([torch.tensor(1), torch.tensor(2)])
torch.tensor([torch.tensor(1.0), 2])
torch.tensor([torch.tensor([1]), torch.tensor([2])])
torch.tensor(x)
torch.tensor(x, dtype=torch.int64)
torch.tensor([1.5], dtype=torch.int64)
torch.tensor(1.5, dtype=torch.int32)
torch.tensor([300], dtype=torch.uint8)
torch.tensor([-1], dtype=torch.uint8)
torch.tensor([nan], dtype=torch.int64)
torch.tensor([1e10], dtype=torch.int32)
torch.tensor([2.0], dtype=torch.bool)
torch.tensor([1e39], dtype=torch.float32)
torch.tensor([70000.0], dtype=torch.float16)
torch.tensor([1j], dtype=torch.float32)
torch.tensor([1, 2], dtype=torch.complex64)
torch.tensor(np.array([300]), dtype=torch.uint8)
torch.tensor(np.array([1.5]), dtype=torch.int64)
torch.tensor([1, 2], dtype=float)
torch.tensor([1, 2], dtype="float32")
torch.tensor([1.0], requires_grad=True).requires_grad
torch.tensor([1], requires_grad=True)
torch.tensor([1], device="cpu")
torch.tensor([1], device="nowhere")
torch.tensor([1], foo=2)
torch.tensor()
torch.as_tensor([1, 2])
torch.as_tensor(x) is x
torch.as_tensor(x, dtype=torch.float64)
torch.as_tensor(np.arange(3))
torch.as_tensor(np.arange(3), dtype=torch.float32)
torch.asarray([1, 2.5])
torch.asarray(x) is x
torch.asarray(x, copy=True) is x
torch.asarray(x, dtype=torch.float64, copy=False)
torch.asarray(3)
torch.asarray(np.arange(3), copy=True)
torch.from_numpy([1])
torch.from_numpy(np.float32(1))
torch.from_numpy(np.arange(3)[::-1])
torch.from_numpy(np.array(["a"]))
torch.from_numpy(np.arange(6).reshape(2, 3).T).stride()
torch.scalar_tensor(3)
torch.scalar_tensor(3, dtype=torch.int32)
x.new([1, 2])
x.new((2, 3))
i.new([1.5, -2])
i.new([[1, 2], [3, 4]])
i.new(np.array([1, 2]))
x.new(x).data_ptr() == x.data_ptr()
x.new(i)
x.new(2.5)
x.new("ab")
x.new()
i.new().resize_as_(i).zero_()
x.new_tensor([1, 2])
i.new_tensor([1.5])
torch.Tensor([1, 2])
torch.Tensor(2, 3).shape
torch.Tensor(torch.Size([2, 3])).shape
torch.Tensor((2, 3))
torch.Tensor()
torch.Tensor(2.5)
torch.Tensor([[1, 2], [3]])
torch.Tensor(np.array([1, 2]))
torch.Tensor(i)
"""

FROM_SHAPES = """
torch.zeros(2, 3)
torch.zeros((2, 3))
torch.zeros([2, 3])
torch.zeros(size=(2,))
torch.zeros(())
torch.zeros(0)
torch.zeros(torch.Size([2]))
torch.zeros(x.shape)
torch.zeros(np.int64(2))
torch.zeros(torch.tensor(2))
torch.zeros()
torch.zeros(-1)
torch.zeros(2.0)
torch.zeros("a")
torch.zeros([2, "a"])
torch.zeros(2, dtype=torch.int64)
torch.zeros(2, dtype=int)
torch.zeros(2, dtype="float")
torch.zeros(2, dtype=torch.bool)
torch.zeros(2, dtype=torch.complex64)
torch.zeros(2, layout=torch.strided, device="cpu", pin_memory=False)
torch.zeros(2, requires_grad=True).requires_grad
torch.zeros(2, dtype=torch.int32, requires_grad=True)
torch.zeros(2, foo=1)
torch.ones(2, 2)
torch.ones(2, dtype=torch.float16)
torch.empty(2, 3).shape
torch.empty((0, 3), dtype=torch.int8)
torch.empty(2, memory_format=torch.contiguous_format).shape
torch.full((2,), 3)
torch.full((2,), 3.5)
torch.full((2,), True)
torch.full((2,), 1j)
torch.full((2,), 300, dtype=torch.uint8)
torch.full((2,), -1, dtype=torch.uint8)
torch.full((2,), 1.5, dtype=torch.int64)
torch.full((2,), 2, dtype=torch.bool)
torch.full((2,), torch.tensor(2))
torch.full((2,), torch.tensor([2]))
torch.full(2, 1)
torch.full((2,), "a")
torch.full([], 2.0)
torch.zeros_like(i)
torch.zeros_like(i, dtype=torch.float32)
torch.zeros_like([1])
torch.ones_like(x)
torch.empty_like(x).shape
torch.full_like(x, 2)
torch.full_like(i, 2.5)
torch.full_like(x, 3, dtype=torch.int64)
x.new_zeros(2)
x.new_zeros((2, 3))
i.new_ones(2, 2)
x.new_full((2,), 3)
i.new_full((2,), 2)
x.new_empty(2).shape
x.new_ones((2,), dtype=torch.int32)
x.new(2).shape
x.new(2, 3).shape
i.new(torch.Size([2, 3])).shape
x.new(size=(2, 3)).shape
x.new(-1)
torch.Tensor(-1)
x.new(True)
x.new(2, device="cpu").shape
torch.arange(5)
torch.arange(0)
torch.arange(1, 4)
torch.arange(1, 10, 3)
torch.arange(5, 0, -2)
torch.arange(1, 2.5, 0.5)
torch.arange(2.5)
torch.arange(end=3)
torch.arange(1, end=3)
torch.arange(start=1, end=7, step=2)
torch.arange(True)
torch.arange(torch.tensor(3))
torch.arange(np.int64(3))
torch.arange(0, 1, 0.1)
torch.arange(0, 3, 0.5, dtype=torch.float64)
torch.arange(0.5, 3, dtype=torch.int64)
torch.arange(3, dtype=torch.float16)
torch.arange(3, dtype=torch.bool)
torch.arange(1, 5, -1)
torch.arange(0, 1, 0)
torch.arange(0.0, inf)
torch.arange(0, nan)
torch.arange()
torch.arange(1, 2, 3, 4)
torch.arange("a")
torch.range(1, 4)
torch.range(0, 1, 0.25)
torch.linspace(0, 1, 5)
torch.linspace(0, 1, 4)
torch.linspace(3, -3, 7)
torch.linspace(0, 1, 1)
torch.linspace(0, 1, 0)
torch.linspace(0, 1, -1)
torch.linspace(0, 1)
torch.linspace(0, 10, 5, dtype=torch.int64)
torch.linspace(-1, 1, 6, dtype=torch.float64)
torch.linspace(torch.tensor(0.0), torch.tensor(1.0), 3)
torch.logspace(0, 2, 3)
torch.logspace(0, 2, 3, base=2)
torch.logspace(0, 2, 3, base=2, dtype=torch.int64)
torch.logspace(0, 2, -3)
torch.eye(3)
torch.eye(2, 3)
torch.eye(3, 2, dtype=torch.int64)
torch.eye(0)
torch.eye(-1)
torch.eye(2, -1)
torch.eye(2.5)
torch.tril_indices(3, 3)
torch.tril_indices(3, 4, 1)
torch.tril_indices(4, 3, -2)
torch.triu_indices(3, 3)
torch.triu_indices(4, 3, -1)
torch.triu_indices(2, 4, 2, dtype=torch.int32)
torch.tril_indices(-3, 3)
"""

CONVERSIONS = """
x.to(torch.float64)
x.to(torch.float32) is x
x.to("cpu") is x
x.to("cpu", torch.int64)
x.to(i)
x.to(x) is x
x.to(dtype=torch.int32)
x.to(device="cpu", dtype=torch.float16)
x.to(torch.float32, copy=True) is x
x.to(torch.int64, True, True)
x.to(float)
x.to()
x.to("nowhere")
x.to([1])
x.to(torch.bool)
x.float() is x
x.double()
x.half()
i.bool()
x.int()
x.long()
x.short()
x.char()
(x * 50).byte()
i.cfloat()
x.cpu() is x
x.type()
i.type()
x.type(torch.int64)
x.type("torch.DoubleTensor")
x.type("torch.SomethingTensor")
x.type(torch.float32) is x
x.type_as(i)
x.type_as(1)
x.clone()
torch.clone(x)
x.clone(memory_format=torch.contiguous_format)
torch.is_tensor(x)
torch.is_tensor(1)
torch.is_floating_point(x)
torch.is_floating_point(i)
torch.is_complex(x)
torch.is_nonzero(x[:1])
torch.is_nonzero(x)
torch.numel(x)
x.numel()
str(torch.result_type(i, 1.5))
str(torch.result_type(x, i))
str(torch.result_type(1, 2.5))
x.get_device()
"""

SAMPLES: dict[str, Any] = {
    "x": np.array([1.5, -2.0, 0.25], np.float32),
    "i": np.array([3, 0, -2]),
}


@pytest.mark.parametrize("code", lines(FROM_DATA, FROM_SHAPES, CONVERSIONS))
def test_forms(code: str) -> None:
    check(code, **SAMPLES)


numbers = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.integers(-100, 100).map(np.int16),
    st.floats(width=32).map(np.float32),
)
nested = st.recursive(numbers, lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=12)


@given(nested)
def test_any_nested_sequence(data: Any) -> None:
    theirs = outcome("torch.tensor(data)", torch, {"data": data})
    ours = outcome("torch.tensor(data)", graphnet, {"data": data})
    if isinstance(theirs, Exception):
        # Of several things that are wrong either may be named.
        assert isinstance(ours, (TypeError, ValueError, RuntimeError)), theirs
    else:
        assert same(ours, theirs), (ours, theirs)


bounds = st.one_of(st.integers(-50, 50), st.floats(-50, 50).map(lambda f: round(f, 3)))


@given(bounds, bounds, bounds)
def test_any_range(start: Any, end: Any, step: Any) -> None:
    if step and abs((end - start) / step) < 1000:
        check("torch.arange(start, end, step)", start=start, end=end, step=step)


@given(bounds, bounds, st.integers(0, 30), st.sampled_from(["float32", "float64", "int64"]))
def test_any_even_spacing(start: Any, end: Any, steps: int, dtype: str) -> None:
    code = f"torch.linspace(start, end, {steps}, dtype=torch.{dtype})"
    check(code, start=start, end=end)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(-6, 6))
def test_any_triangle(row: int, col: int, offset: int) -> None:
    check(f"torch.tril_indices({row}, {col}, {offset})")
    check(f"torch.triu_indices({row}, {col}, {offset})")


reals = st.floats(-1000, 1000).filter(lambda number: number == 0 or abs(number) > 1e-3)


@pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"),
    reason="the last bits are those of PyTorch with AVX2",
)
@given(reals, reals.filter(bool), st.integers(1, 300), st.sampled_from(["float32", "float64"]))
def test_ranges_have_the_same_bits(start: float, step: float, count: int, dtype: str) -> None:
    seen = []
    for library in (graphnet, torch):
        kind = getattr(library, dtype)
        numbers = library.arange(start, start + step * count, step, dtype=kind)
        evenly = library.linspace(start, step, count, dtype=kind)
        seen.append([numbers.numpy().tobytes(), evenly.numpy().tobytes()])
    assert seen[0] == seen[1]
