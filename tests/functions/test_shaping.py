"""Shapes, orders and parts: the values numpy gives, in the memory PyTorch would use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch


def cube() -> Any:
    return np.arange(24.0).reshape(2, 3, 4)


def shares(view: Any, x: Any) -> bool:
    """Whether a tensor shows the memory of another."""
    before = x.numpy().copy()
    view += 1
    changed = not np.array_equal(before, x.numpy())
    view -= 1
    return changed


VIEWS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "view": (lambda x: x.view(4, -1), lambda a: a.reshape(4, -1)),
    "reshape": (lambda x: x.reshape(6, 4), lambda a: a.reshape(6, 4)),
    "flatten": (lambda x: x.flatten(1), lambda a: a.reshape(2, -1)),
    "unflatten": (lambda x: x.unflatten(2, (2, -1)), lambda a: a.reshape(2, 3, 2, 2)),
    "ravel": (lambda x: x.ravel(), lambda a: a.ravel()),
    "unsqueeze": (lambda x: x.unsqueeze(-1), lambda a: a[..., None]),
    "squeeze": (lambda x: x[:1].squeeze(0), lambda a: a[0]),
    "transpose": (lambda x: x.transpose(0, -1), lambda a: a.swapaxes(0, -1)),
    "permute": (lambda x: x.permute(2, 0, 1), lambda a: a.transpose(2, 0, 1)),
    "movedim": (lambda x: x.movedim((0, 1), (2, 0)), lambda a: np.moveaxis(a, (0, 1), (2, 0))),
    "t": (lambda x: x[0].t(), lambda a: a[0].T),
    "mT": (lambda x: x.mT, lambda a: a.swapaxes(1, 2)),
    "diagonal": (
        lambda x: x.diagonal(1, 1, 2),
        lambda a: np.diagonal(a, 1, 1, 2),
    ),
    "narrow": (lambda x: x.narrow(2, 1, 2), lambda a: a[:, :, 1:3]),
    "select": (lambda x: x.select(1, -1), lambda a: a[:, -1]),
    "unfold": (
        lambda x: x.unfold(2, 2, 2),
        lambda a: np.lib.stride_tricks.sliding_window_view(a, 2, 2)[:, :, ::2],
    ),
    "as_strided": (lambda x: x.as_strided((2, 2), (12, 1), 3), lambda a: a[:, 0, 3:5]),
    "split": (lambda x: x.split([1, 2], 1)[1], lambda a: a[:, 1:]),
    "chunk": (lambda x: x.chunk(2, 2)[1], lambda a: a[:, :, 2:]),
    "tensor_split": (lambda x: x.tensor_split(3, 2)[0], lambda a: a[:, :, :2]),
    "unbind": (lambda x: x.unbind(1)[2], lambda a: a[:, 2]),
}


@pytest.mark.parametrize("name", VIEWS)
def test_views(name: str) -> None:
    ours, numpys = VIEWS[name]
    array = cube()
    x = torch.from_numpy(array.copy())
    if name == "as_strided":
        array = np.concatenate([array, np.zeros_like(array)], 2)
        array[:, 0, 4] = cube()[:, 1, 0]
    view = ours(x)
    np.testing.assert_array_equal(view.numpy(), numpys(array))
    assert shares(view, x)


COPIES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "reshape": (lambda x: x.mT.reshape(-1), lambda a: a.swapaxes(1, 2).reshape(-1)),
    "contiguous": (lambda x: x.mT.contiguous(), lambda a: a.swapaxes(1, 2)),
    "repeat": (lambda x: x.repeat(2, 1, 1, 2), lambda a: np.tile(a, (2, 1, 1, 2))),
    "tile": (lambda x: x.tile(2), lambda a: np.tile(a, 2)),
    "repeat_interleave": (lambda x: x.repeat_interleave(2, 1), lambda a: np.repeat(a, 2, 1)),
    "repeat_unevenly": (
        lambda x: x.repeat_interleave(torch.tensor([2, 0, 1]), 1),
        lambda a: np.repeat(a, [2, 0, 1], 1),
    ),
    "flip": (lambda x: x.flip(0, 2), lambda a: np.flip(a, (0, 2))),
    "rot90": (lambda x: x.rot90(3, (1, 2)), lambda a: np.rot90(a, 3, (1, 2))),
    "roll": (lambda x: x.roll((1, -1), (0, 2)), lambda a: np.roll(a, (1, -1), (0, 2))),
    "roll_flat": (lambda x: x.roll(5), lambda a: np.roll(a, 5)),
    "tril": (lambda x: x.tril(-1), lambda a: np.tril(a, -1)),
    "triu": (lambda x: x.triu(1), lambda a: np.triu(a, 1)),
    "diag": (lambda x: x[0, 0].diag(1), lambda a: np.diag(a[0, 0], 1)),
    "diag_of_matrix": (lambda x: x[0].diag(-1), lambda a: np.diag(a[0], -1)),
    "permute_copy": (lambda x: torch.permute_copy(x, (2, 1, 0)), lambda a: a.T),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies(name: str) -> None:
    ours, numpys = COPIES[name]
    x = torch.from_numpy(cube())
    copied = ours(x)
    np.testing.assert_array_equal(copied.numpy(), numpys(cube()))
    copied += 1
    assert x.tolist() == cube().tolist()


def test_views_differentiate_to_their_inverse() -> None:
    for name, (ours, _) in (VIEWS | COPIES).items():
        x = torch.from_numpy(cube()).requires_grad_()
        seen = ours(x)
        weight = torch.arange(float(seen.numel()), dtype=torch.float64).reshape(seen.shape)
        (seen * weight).sum().backward()
        # The map is linear: <weight, f(x)> = <gradient, x>.
        both = (seen * weight).sum().item(), (x * x.grad).sum().item()
        assert both[0] == pytest.approx(both[1]), name


@given(st.lists(st.integers(0, 4), max_size=4), st.data())
@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
def test_reshape_of_any_layout(shape: list[int], data: st.DataObject) -> None:
    array = np.arange(np.prod(shape)).reshape(shape)
    order = data.draw(st.permutations(range(len(shape))))
    sizes = [n for n in shape if n != 1]
    target = data.draw(st.permutations(sizes)) + [1] * data.draw(st.integers(0, 2))
    x = torch.from_numpy(array.copy()).permute(*order) if shape else torch.from_numpy(array)
    expected = array.transpose(order).reshape(target)
    np.testing.assert_array_equal(x.reshape(target).numpy(), expected)


def test_expanding_repeats_without_memory() -> None:
    x = torch.tensor([[1.0], [2.0]], requires_grad=True)
    wide = x.expand(3, -1, 4)
    assert (wide.shape, wide.stride()) == ((3, 2, 4), (0, 1, 0))
    wide.sum().backward()
    assert x.grad.tolist() == [[12.0], [12.0]]
    with pytest.raises(RuntimeError, match="more than one element"):
        torch.zeros(1).expand(3).add_(1)


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda x: x.view(5, 5), RuntimeError, r"shape '\[5, 5\]' is invalid for input of size 24"),
        (lambda x: x.mT.view(-1), RuntimeError, "view size is not compatible"),
        (lambda x: x.view(-1, -1), RuntimeError, "only one dimension can be inferred"),
        (lambda x: x[:0].view(0, -1), RuntimeError, "ambiguous"),
        (lambda x: x.permute(0, 1), RuntimeError, "number of dimensions"),
        (lambda x: x.permute(0, 0, 1), RuntimeError, "duplicate dims"),
        (lambda x: x.transpose(0, 3), IndexError, "Dimension out of range"),
        (lambda x: x.t(), RuntimeError, "<= 2 dimensions"),
        (lambda x: x.expand(2, 2, 4), RuntimeError, r"size of the tensor \(2\) must match"),
        (lambda x: x.expand(4), RuntimeError, "the number of sizes provided"),
        (lambda x: x.flip(0, 0), RuntimeError, "appears multiple times"),
        (lambda x: x.roll((1, 2), 0), RuntimeError, "must align"),
        (lambda x: x.split([1, 1]), None, ""),
        (lambda x: x.split([1, 2]), RuntimeError, "sum exactly to 2"),
        (lambda x: x.chunk(0), RuntimeError, "greater than 0"),
        (lambda x: x.narrow(0, 1, 2), RuntimeError, "exceeds dimension size"),
        (lambda x: x.diagonal(0, 1, 1), RuntimeError, "cannot be identical"),
        (lambda x: x.unfold(0, 3, 1), RuntimeError, "maximum size"),
        (lambda x: x.as_strided((25,), (1,)), RuntimeError, "out of bounds for storage"),
        (lambda x: x.repeat(2), RuntimeError, "can not be smaller"),
        (lambda x: torch.tril(x[0, 0]), RuntimeError, "at least 2 dimensions"),
        (lambda x: x.view("a"), TypeError, "must be int"),
        (lambda x: x.unflatten(1, (2, 2)), RuntimeError, "don't multiply up"),
        (lambda x: torch.meshgrid(x), RuntimeError, "0D or 1D"),
    ],
)
def test_refusals(call: Callable[[Any], Any], kind: type[Exception] | None, words: str) -> None:
    x = torch.from_numpy(cube())
    if kind is None:
        call(x)
    else:
        with pytest.raises(kind, match=words):
            call(x)


def test_grids_and_choices() -> None:
    a, b = torch.tensor([1, 2, 3]), torch.tensor([4, 5])
    rows, columns = torch.meshgrid(a, b, indexing="ij")
    assert rows.tolist() == [[1, 1], [2, 2], [3, 3]]
    assert columns.tolist() == [[4, 5]] * 3
    assert torch.meshgrid(a, b, indexing="xy")[0].tolist() == [[1, 2, 3]] * 2
    assert torch.cartesian_prod(b, b).tolist() == [[4, 4], [4, 5], [5, 4], [5, 5]]
    assert torch.combinations(a, 2).tolist() == [[1, 2], [1, 3], [2, 3]]


def test_in_place_views_change_the_tensor_itself() -> None:
    x = torch.zeros(2, 3)
    memory = x[0]
    assert x.t_() is x
    assert x.unsqueeze_(0).shape == (1, 3, 2)
    assert x.squeeze_().transpose_(0, 1).shape == (2, 3)
    memory.fill_(5)
    assert x.tolist() == [[5, 5, 5], [0, 0, 0]]


@pytest.mark.parametrize("size", [1, 4])
def test_few_parts_and_many_have_the_same_gradients(size: int) -> None:
    x = torch.arange(20.0, requires_grad=True)
    for part in x.split(size):
        (part * part).sum().backward()
    assert x.grad.equal(2 * x.detach())


def test_split_names_its_sizes_as_function_and_as_method() -> None:
    x = torch.arange(5)
    for parts in (
        torch.split(x, split_size_or_sections=[2, 3]),
        x.split(split_size=[2, 3], dim=0),
        torch.unsafe_split(x, split_size=3)[::-1],
    ):
        assert sorted(map(len, parts)) == [2, 3]
    assert x.ndimension() == 1
