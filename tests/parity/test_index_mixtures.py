"""Random mixtures of indices: reading, writing and their gradients as in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphnet

torch = pytest.importorskip("torch")

# Every example is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

Draw = st.DrawFn


@st.composite
def shapes(draw: Draw) -> tuple[int, ...]:
    return tuple(draw(st.lists(st.integers(0, 4), min_size=0, max_size=4)))


@st.composite
def slices(draw: Draw, size: int) -> slice:
    ends = st.none() | st.integers(-size - 2, size + 2)
    return slice(draw(ends), draw(ends), draw(st.sampled_from([None, 1, 1, 2, 3])))


@st.composite
def index_arrays(draw: Draw, size: int, common: tuple[int, ...]) -> Any:
    """Integers within a dimension, in a shape that broadcasts to the common one."""
    kept = common[draw(st.integers(0, len(common))) :]
    shape = tuple(draw(st.sampled_from([n, n, 1])) for n in kept)
    flat = [draw(st.integers(-size, size - 1)) for _ in range(int(np.prod(shape)))]
    array = np.array(flat, np.int64).reshape(shape)
    if draw(st.booleans()):
        return array
    return array.astype(np.int32)


@st.composite
def indices(draw: Draw, shape: tuple[int, ...], *, advanced: bool = True) -> tuple[Any, ...]:
    """An index of a tensor of this shape, with arrays for index tensors and masks."""
    common = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=2)))
    items: list[Any] = []
    dim, ellipsis = 0, False
    while dim < len(shape):
        size = shape[dim]
        kinds = ["slice", "slice", "none", "skip"]
        kinds += ["ellipsis"] * (not ellipsis) + ["int", "int"] * (size > 0)
        if advanced:
            kinds += ["array", "array"] * (size > 0) + ["mask", "bool"]
        kind = draw(st.sampled_from(kinds))
        if kind == "slice":
            items.append(draw(slices(size)))
        elif kind == "none":
            items.append(None)
            continue
        elif kind == "bool":
            items.append(draw(st.sampled_from([True, True, False])))
            continue
        elif kind == "ellipsis":
            items.append(Ellipsis)
            ellipsis = True
            dim += draw(st.integers(0, len(shape) - dim)) - 1
        elif kind == "int":
            items.append(draw(st.integers(-size, size - 1)))
        elif kind == "array":
            items.append(draw(index_arrays(size, common)))
        elif kind == "mask":
            span = draw(st.integers(1, min(2, len(shape) - dim)))
            count = int(np.prod(shape[dim : dim + span]))
            flat = draw(st.lists(st.booleans(), min_size=count, max_size=count))
            items.append(np.array(flat, np.bool_).reshape(shape[dim : dim + span]))
            dim += span - 1
        elif not ellipsis:
            break  # the rest is taken whole
        else:
            items.append(slice(None))
        dim += 1
    return tuple(items)


def bound(index: tuple[Any, ...], module: Any) -> Any:
    """The index with the module's tensors."""
    items = tuple(
        module.from_numpy(item.copy()) if isinstance(item, np.ndarray) else item for item in index
    )
    return items[0] if len(items) == 1 else items


def attempt(action: Any) -> Any:
    try:
        return action()
    except Exception as error:  # noqa: BLE001  # any error is an outcome to compare
        return error


def agree(ours: Any, theirs: Any, what: str) -> bool:
    """Compare outcomes; False where both refused."""
    if isinstance(theirs, BaseException):
        assert isinstance(ours, BaseException), f"{what}: PyTorch raises {theirs!r}"
        kinds = [k for k in type(ours).__mro__ if k.__module__ == "builtins"]
        assert kinds[0] is type(theirs), f"{what}: {ours!r} but PyTorch {theirs!r}"
        return False
    if isinstance(ours, BaseException):
        raise AssertionError(f"{what}: PyTorch gives {theirs!r}") from ours
    np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy(), err_msg=what)
    assert tuple(ours.shape) == tuple(theirs.shape), what
    assert str(ours.dtype) == str(theirs.dtype), what
    return True


@st.composite
def cases(draw: Draw, *, advanced: bool = True) -> tuple[Any, tuple[Any, ...]]:
    shape = draw(shapes())
    array = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    return array, draw(indices(shape, advanced=advanced))


@settings(max_examples=300)
@given(cases())
def test_reading(case: Any) -> None:
    array, index = case
    ours = attempt(lambda: graphnet.from_numpy(array.copy())[bound(index, graphnet)])
    theirs = attempt(lambda: torch.from_numpy(array.copy())[bound(index, torch)])
    agree(ours, theirs, f"x{list(array.shape)}[{index}]")


@settings(max_examples=200)
@given(cases(advanced=False))
def test_views_lie_in_memory_as_pytorchs(case: Any) -> None:
    array, index = case
    ours, theirs = (m.from_numpy(array.copy())[bound(index, m)] for m in (graphnet, torch))
    assert ours.storage_offset() == theirs.storage_offset() or not theirs.numel()
    if theirs.numel():
        steps = zip(ours.shape, ours.stride(), theirs.stride(), strict=True)
        assert all(a == b for size, a, b in steps if size > 1)


@settings(max_examples=200)
@given(cases(), st.data())
def test_gradients_of_reading(case: Any, data: st.DataObject) -> None:
    array, index = case
    found = []
    for module in (graphnet, torch):
        x = module.from_numpy(array.copy()).requires_grad_()
        read = attempt(lambda x=x, m=module: (x * 1)[bound(index, m)])
        if isinstance(read, BaseException):
            return
        weight = module.from_numpy(np.arange(2.0, 2 + read.numel()).reshape(tuple(read.shape)))
        (read * read * weight).sum().backward()
        found.append(x.grad)
    np.testing.assert_allclose(found[0].numpy(), found[1].numpy())


@st.composite
def values(draw: Draw, shape: tuple[int, ...]) -> Any:
    """A number or an array that broadcasts to ``shape``, or, rarely, one that does not."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from([0, -3, 2.5, True]))
    kept = shape[draw(st.integers(0, len(shape))) :]
    sizes = [draw(st.sampled_from([n, n, n, 1])) for n in kept]
    if draw(st.integers(0, 9)) == 0:
        sizes.insert(0, draw(st.sampled_from([1, 2])))
    return -np.arange(1.0, 1 + np.prod(sizes)).reshape(sizes)


@settings(max_examples=300)
@given(cases(), st.data())
def test_writing_and_its_gradients(case: Any, data: st.DataObject) -> None:
    array, index = case
    try:
        result = torch.from_numpy(array.copy())[bound(index, torch)]
    except (IndexError, RuntimeError):
        return
    value = data.draw(values(tuple(result.shape)))
    found = []
    for module in (graphnet, torch):
        x = module.from_numpy(array.copy()).requires_grad_()
        v = value
        if isinstance(value, np.ndarray):
            v = module.from_numpy(value.copy()).requires_grad_()
        found.append(attempt(lambda m=module, x=x, v=v: written(m, x, index, v)))
    ours, theirs = found
    what = f"x{list(array.shape)}[{index}] = {value!r}"
    if isinstance(theirs, BaseException):
        agree(ours, theirs, what)
    elif isinstance(ours, BaseException):
        raise AssertionError(what) from ours
    else:
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, err_msg=what)


def written(module: Any, x: Any, index: tuple[Any, ...], value: Any) -> list[Any]:
    """What writing does to the tensor, and the gradients by tensor and value."""
    y = x * 2
    y[bound(index, module)] = value * 3 if isinstance(value, module.Tensor) else value
    weight = module.from_numpy(np.arange(2.0, 2 + y.numel()).reshape(tuple(y.shape)))
    (y * y * weight).sum().backward()
    leaves = [leaf for leaf in (x, value) if isinstance(leaf, module.Tensor)]
    nothing = np.zeros(())
    return [
        y.detach().numpy(),
        *(nothing if leaf.grad is None else leaf.grad.numpy() for leaf in leaves),
    ]
