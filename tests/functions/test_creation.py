"""Making tensors of data and of shapes, and converting them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet.devices import NotCompiledError
from graphnet.errors import (
    ArgumentError,
    AutogradError,
    DtypeError,
    ScalarError,
    ShapeError,
    ValueRangeError,
)
from graphnet.functions.options import RangeError

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1, torch.int64, ()),
        (True, torch.bool, ()),
        (2.5, torch.float32, ()),
        (1j, torch.complex64, ()),
        ([1, 2.5], torch.float32, (2,)),
        ([True, 2], torch.int64, (2,)),
        ([[1], [2]], torch.int64, (2, 1)),
        ([], torch.float32, (0,)),
        ([[], []], torch.float32, (2, 0)),
        (range(4), torch.int64, (4,)),
        (np.float64(1), torch.float64, ()),
        ([np.int8(1), np.int16(2)], torch.int16, (2,)),
        (np.zeros((2, 0), np.int8), torch.int8, (2, 0)),
        ([np.ones(2), np.zeros(2)], torch.float64, (2, 2)),
    ],
)
def test_dtype_and_shape_are_inferred(data: Any, dtype: Any, shape: tuple[int, ...]) -> None:
    made = torch.tensor(data)
    assert made.dtype is dtype
    assert made.shape == shape
    assert np.array_equal(made.numpy(), np.array(data))


def test_the_default_dtype_is_that_of_python_floats() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.tensor(1.5).dtype is torch.float64
        assert torch.zeros(1).dtype is torch.float64
        assert torch.tensor([1]).dtype is torch.int64
    finally:
        torch.set_default_dtype(torch.float32)


REFUSED: list[tuple[Any, type[Exception], str]] = [
    ([[1, 2], [3]], ValueRangeError, "length 2 at dim 1 .got 1."),
    ([[1], 2], ArgumentError, "not a sequence"),
    ([1, [2]], ArgumentError, "list"),
    (None, DtypeError, "NoneType"),
    ([None], DtypeError, "NoneType"),
    ("text", ArgumentError, "str"),
    (["text"], ValueRangeError, "str"),
    ({}, DtypeError, "dict"),
    (2**70, ValueRangeError, "Overflow"),
    (np.array(["a"]), TypeError, "str_"),
    (np.arange(3)[::-1], ValueRangeError, "negative"),
]


@pytest.mark.parametrize(("data", "kind", "message"), REFUSED)
def test_data_that_makes_no_tensor(data: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        torch.tensor(data)


def test_numbers_are_converted_to_the_dtype_that_is_asked_for() -> None:
    assert torch.tensor([1.9, -1.9], dtype=torch.int64).tolist() == [1, -1]
    assert torch.tensor([-1], dtype=torch.uint8).tolist() == [255]
    assert torch.tensor([0, 3], dtype=torch.bool).tolist() == [False, True]
    assert torch.tensor([1], dtype=int).dtype is torch.int64
    for number, dtype in ((300, torch.uint8), (float("nan"), torch.int64), (1e10, torch.int32)):
        with pytest.raises(DtypeError, match="without overflow"):
            torch.tensor([number], dtype=dtype)
    with pytest.raises(ArgumentError, match="not complex"):
        torch.tensor([1j], dtype=torch.float32)
    with pytest.raises(ArgumentError, match=r"must be torch\.dtype"):
        torch.tensor([1], dtype="float32")  # type: ignore[arg-type]


def test_tensor_copies() -> None:
    array = np.zeros(2)
    made = torch.tensor(array)
    array[0] = 1
    assert made.tolist() == [0.0, 0.0]
    with pytest.warns(UserWarning, match="clone"):
        copied = torch.tensor(made)
    copied[0] = 2
    assert made.tolist() == [0.0, 0.0]


def test_tensors_among_the_data() -> None:
    parts = [torch.tensor(1.5, requires_grad=True), torch.tensor([2])]
    assert torch.tensor(parts).tolist() == [1.5, 2.0]
    with pytest.raises(ArgumentError, match=r"\[2\]"):
        torch.tensor([torch.zeros(2)])


def test_from_numpy_shares_memory() -> None:
    array = np.arange(6.0).reshape(2, 3)
    shared = torch.from_numpy(array.T)
    array[0, 1] = 9
    assert shared[1, 0].item() == 9.0
    shared[2, 1] = 7
    assert array[1, 2] == 7.0
    assert torch.as_tensor(array)[1, 2].item() == 7.0
    with pytest.raises(ArgumentError, match=r"expected np\.ndarray"):
        torch.from_numpy([1.0])
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    with pytest.warns(UserWarning, match="not writable"):
        torch.from_numpy(frozen)


def test_as_tensor_and_asarray_keep_what_they_can() -> None:
    x = torch.ones(2, requires_grad=True)
    assert torch.as_tensor(x) is x
    torch.as_tensor(x, dtype=torch.float64).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1.0, 1.0]
    plain = torch.ones(2)
    assert torch.asarray(plain) is plain
    assert not torch.asarray(x).requires_grad
    copied = torch.asarray(plain, copy=True)
    copied[0] = 5
    assert plain.tolist() == [1.0, 1.0]
    assert torch.asarray([1, 2], requires_grad=False).dtype is torch.int64
    with pytest.raises(ValueRangeError, match="alias"):
        torch.asarray(plain, dtype=torch.float64, copy=False)
    with pytest.raises(ValueRangeError, match="alias"):
        torch.asarray([1.0], copy=False)


def test_new_tensors_are_leaves() -> None:
    x = torch.zeros(2, 3, requires_grad=True)
    assert x.is_leaf
    assert x.requires_grad
    (x * 2).sum().backward()
    assert x.grad is not None
    assert x.grad.sum().item() == 12.0
    with pytest.raises(AutogradError, match="floating point"):
        torch.ones(2, dtype=torch.int64, requires_grad=True)


SHAPED: dict[str, tuple[Callable[[], Any], Any]] = {
    "zeros": (lambda: torch.zeros(2, 3), np.zeros((2, 3))),
    "zeros of a tuple": (lambda: torch.zeros((2, 3)), np.zeros((2, 3))),
    "zeros by name": (lambda: torch.zeros(size=(2,)), np.zeros(2)),
    "zeros of a shape": (lambda: torch.zeros(torch.ones(3).shape), np.zeros(3)),
    "ones": (lambda: torch.ones(2, dtype=torch.int32), np.ones(2)),
    "full": (lambda: torch.full((2,), 7), np.full(2, 7)),
    "full of a tensor": (lambda: torch.full((2,), torch.tensor(7)), np.full(2, 7)),
    "eye": (lambda: torch.eye(2, 3), np.eye(2, 3)),
    "arange": (lambda: torch.arange(2, 9, 3), np.arange(2, 9, 3)),
    "arange of fractions": (lambda: torch.arange(0, 1, 0.25), np.arange(0, 1, 0.25)),
    "range": (lambda: torch.range(1, 3), np.arange(1, 4)),
    "linspace": (lambda: torch.linspace(0, 1, 5), np.linspace(0, 1, 5)),
    "logspace": (lambda: torch.logspace(0, 3, 4, base=2), np.logspace(0, 3, 4, base=2)),
    "tril_indices": (lambda: torch.tril_indices(3, 4, 1), np.array(np.tril_indices(3, 1, 4))),
    "triu_indices": (lambda: torch.triu_indices(3, 4, 1), np.array(np.triu_indices(3, 1, 4))),
    "zeros_like": (lambda: torch.zeros_like(torch.ones(2, 1)), np.zeros((2, 1))),
    "ones_like": (lambda: torch.ones_like(torch.zeros(2, 1)), np.ones((2, 1))),
    "full_like": (lambda: torch.full_like(torch.zeros(2), 3), np.full(2, 3)),
    "new_zeros": (lambda: torch.ones(1).new_zeros(2), np.zeros(2)),
    "new_ones": (lambda: torch.ones(1).new_ones((2, 2)), np.ones((2, 2))),
    "new_full": (lambda: torch.ones(1).new_full((2,), 4), np.full(2, 4)),
    "new_tensor": (lambda: torch.ones(1).new_tensor([1, 2]), np.array([1, 2])),
    "scalar_tensor": (lambda: torch.scalar_tensor(3), np.array(3)),
}


@pytest.mark.parametrize("name", SHAPED)
def test_tensors_of_a_shape(name: str) -> None:
    make, expected = SHAPED[name]
    made = make()
    assert made.shape == expected.shape
    np.testing.assert_allclose(made.numpy(), expected)


def test_dtypes_of_what_is_made() -> None:
    assert torch.arange(3).dtype is torch.int64
    assert torch.arange(3.0).dtype is torch.float32
    assert torch.full((1,), True).dtype is torch.bool
    assert torch.full((1,), 2.0).dtype is torch.float32
    assert torch.zeros_like(torch.tensor([1])).dtype is torch.int64
    assert torch.tensor([1.0]).new_ones(2).dtype is torch.float32
    assert torch.empty_like(torch.ones(2, dtype=torch.float16)).dtype is torch.float16
    assert torch.empty(2, 3).shape == (2, 3)
    assert torch.Tensor(2, 3).shape == (2, 3)
    assert torch.Tensor([1, 2]).tolist() == [1.0, 2.0]


WRONG: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: torch.zeros(), ArgumentError, "size"),
    (lambda: torch.zeros(-1), ShapeError, "-1"),
    (lambda: torch.zeros(1.5), ArgumentError, "float"),
    (lambda: torch.zeros(2, device="cuda"), NotCompiledError, "CUDA"),
    (lambda: torch.zeros_like([1]), ArgumentError, "must be Tensor"),  # type: ignore[arg-type]
    (lambda: torch.full(2, 1), ArgumentError, "tuple of ints"),
    (lambda: torch.full((1,), 300, dtype=torch.uint8), RangeError, "300"),
    (lambda: torch.full((1,), "a"), ArgumentError, "Number"),
    (lambda: torch.full((1,), torch.ones(2)), ArgumentError, "Number"),
    (lambda: torch.arange(0, 5, -1), RangeError, "step sign"),
    (lambda: torch.arange(0, 5, 0), RangeError, "nonzero"),
    (lambda: torch.arange(float("inf")), RangeError, "unsupported range"),
    (lambda: torch.arange(), ArgumentError, "one to three"),
    (lambda: torch.arange(2, dtype=torch.bool), NotImplementedError, "Bool"),
    (lambda: torch.linspace(0, 1, -1), RangeError, "steps"),
    (lambda: torch.eye(-1), RangeError, "greater or equal to 0"),
    (lambda: torch.tril_indices(-1, 2), RangeError, "row"),
    (lambda: torch.Tensor(1.5), ArgumentError, "sequence"),
]


@pytest.mark.parametrize(("make", "kind", "message"), WRONG)
def test_what_cannot_be_made(make: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(-5, 5).filter(bool))
def test_ranges_of_integers_are_pythons(start: int, end: int, step: int) -> None:
    if (end - start) * step >= 0:
        assert torch.arange(start, end, step).tolist() == list(range(start, end, step))


@given(st.floats(-5, 5), st.floats(-5, 5), st.integers(2, 20))
def test_even_spacing_ends_where_it_should(start: float, end: float, steps: int) -> None:
    made = torch.linspace(start, end, steps, dtype=torch.float64).tolist()
    assert (made[0], made[-1]) == (start, end)
    back = torch.linspace(end, start, steps, dtype=torch.float64).tolist()
    np.testing.assert_allclose(made, back[::-1], atol=1e-12)


def test_conversions_return_the_tensor_itself_where_nothing_changes() -> None:
    x = torch.tensor([1.5, -2.5])
    for same in (x.float(), x.to(torch.float32), x.to("cpu"), x.cpu(), x.to(x), x.type_as(x)):
        assert same is x
    assert x.to(torch.float32, copy=True) is not x
    for name, dtype in (("double", "float64"), ("half", "float16"), ("long", "int64")):
        assert getattr(x, name)().dtype.name == dtype
    for name, dtype in (("int", "int32"), ("short", "int16"), ("char", "int8"), ("bool", "bool")):
        assert getattr(x, name)().dtype.name == dtype
    assert x.long().tolist() == [1, -2]
    assert x.bool().tolist() == [True, True]
    assert x.type() == "torch.FloatTensor"
    assert x.type("torch.LongTensor").dtype is torch.int64
    assert x.to("cpu", torch.float64).dtype is torch.float64
    assert x.to(dtype=torch.int64, device="cpu").dtype is torch.int64
    with pytest.raises(NotCompiledError):
        x.cuda()
    with pytest.raises(NotCompiledError):
        x.to("cuda")
    with pytest.raises(ArgumentError, match="invalid combination"):
        x.to([1])


def test_gradients_pass_through_conversions() -> None:
    x = torch.tensor([1.5], requires_grad=True)
    (x.double().clone() * 3).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype is torch.float32
    assert x.grad.tolist() == [3.0]


def test_facts() -> None:
    x = torch.ones(2, 3)
    assert torch.is_tensor(x)
    assert not torch.is_tensor(x.numpy())
    assert torch.is_floating_point(x)
    assert not torch.is_complex(x)
    assert torch.numel(x) == 6
    assert torch.is_nonzero(torch.tensor([2]))
    with pytest.raises(ScalarError, match="more than one"):
        torch.is_nonzero(x)


def test_names_of_layouts_are_constants() -> None:
    assert repr(torch.strided) == "torch.strided"
    assert isinstance(torch.strided, torch.layout)
    assert repr(torch.channels_last) == "torch.channels_last"
    assert isinstance(torch.preserve_format, torch.memory_format)
    assert copy.deepcopy(torch.strided) is torch.strided
    assert pickle.loads(pickle.dumps(torch.contiguous_format)) is torch.contiguous_format
    x = torch.zeros(2, layout=torch.strided)
    assert x.clone(memory_format=torch.contiguous_format).shape == (2,)
