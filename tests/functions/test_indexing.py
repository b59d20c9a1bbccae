"""Reading and writing by index, against numpy where it means the same, and what needs no look."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet.trace.recorder import Recorder


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The reasons for which the trace was run, as they come."""
    reasons: list[str] = []
    run = Recorder.run

    def noted(self: Recorder, reason: str, *args: Any) -> Any:
        reasons.append(reason)
        return run(self, reason, *args)

    monkeypatch.setattr(Recorder, "run", noted)
    return reasons


def cube() -> Any:
    return np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    "index",
    [
        1,
        -1,
        (0, 2),
        (slice(None), 1),
        (Ellipsis, slice(1, 3)),
        (slice(None, None, 2), None, 0),
        (None, Ellipsis, None),
        (),
        (slice(5, 9),),
        (1, slice(2, 0)),
    ],
)
def test_basic_index_is_a_view_of_what_numpy_sees(index: Any) -> None:
    array = cube()
    x = torch.from_numpy(array.copy())
    view = x[index]
    np.testing.assert_array_equal(view.numpy(), array[index])
    view += 100
    array[index] += 100
    np.testing.assert_array_equal(x.numpy(), array)


@pytest.mark.parametrize(
    "index",
    [
        ([0, 1, 0],),
        (slice(None), [2, 0]),
        ([[0], [1]], [1, 2]),
        ([0, 1], slice(None), [3, 2]),
        (Ellipsis, [-1, 0]),
        (cube() > 7,),
        (slice(None), np.array([True, False, True])),
        (np.array([[True, False, True], [False, True, False]]), slice(1, 3)),
        (None, [1], Ellipsis, [0]),
    ],
)
def test_advanced_index_is_a_copy_of_what_numpy_sees(index: Any) -> None:
    array = cube()
    x = torch.from_numpy(array.copy())
    read = x[index]
    np.testing.assert_array_equal(read.numpy(), array[index])
    read += 100
    np.testing.assert_array_equal(x.numpy(), array)
    x[index] = -x[index]
    array[index] *= -1
    np.testing.assert_array_equal(x.numpy(), array)


def test_an_integer_between_index_tensors_selects_first() -> None:
    x = torch.from_numpy(cube())
    assert x[[0, 1], 0, [0, 1]].tolist() == [0.0, 13.0]
    assert x[0, :, [0, 1]].shape == (3, 2)


@pytest.mark.parametrize(
    ("index", "kind", "words"),
    [
        (5, IndexError, "index 5 is out of bounds for dimension 0 with size 2"),
        ((0, 0, -5), IndexError, "index -5 is out of bounds for dimension 2 with size 4"),
        ((0, 0, 0, 0), IndexError, "too many indices for tensor of dimension 3"),
        (slice(None, None, -1), ValueError, "step must be greater than zero"),
        (1.5, IndexError, "only integers, slices"),
        ("a", TypeError, "invalid data type 'str'"),
        ([[0, 1], [0, 1, 2]], IndexError, "could not be broadcast together"),
        (np.array([1.5]), IndexError, "must be long, int, byte or bool"),
        (np.array([True]), IndexError, "The shape of the mask"),
    ],
)
def test_refused_indices(index: Any, kind: type[Exception], words: str) -> None:
    x = torch.from_numpy(cube())
    with pytest.raises(kind, match=words):
        x[index]
    with pytest.raises(kind, match=words):
        x[index] = 0.0


def test_an_index_tensor_out_of_bounds_is_named_when_it_is_read() -> None:
    x = torch.zeros(3)
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 0 with size 3"):
        x[torch.tensor([0, 5])].tolist()
    with pytest.raises(IndexError, match="index -4 is out of bounds for dimension 0 with size 3"):
        torch.zeros(3).index_put((torch.tensor([-4]),), torch.tensor(1.0)).tolist()


def test_index_of_a_number() -> None:
    with pytest.raises(IndexError, match="invalid index of a 0-dim tensor"):
        torch.tensor(1.0)[0]
    assert torch.tensor(1.0)[None].shape == (1,)
    assert torch.tensor(1.0)[...].shape == ()


def test_writing_through_a_mask_looks_at_nothing(looks: list[str]) -> None:
    x = torch.arange(6.0).reshape(2, 3)
    x[x > 3] = 0.0
    x[x == 1] = torch.tensor(9.0)
    x[:, torch.tensor([True, False, True])] = torch.tensor([[5.0], [6.0]])
    x[torch.tensor([False, True])] = torch.tensor([[1.0, 2.0, 3.0]])
    x[x == 9] = torch.tensor([8.0, 7.0])[:1]
    assert looks == []
    assert x.tolist() == [[5.0, 8.0, 5.0], [1.0, 2.0, 3.0]]


def test_as_many_values_as_true_elements() -> None:
    x = torch.zeros(4)
    mask = torch.tensor([True, False, True, True])
    x[mask] = torch.tensor([1.0, 2.0, 3.0])
    assert x.tolist() == [1.0, 0.0, 2.0, 3.0]
    x[mask] = torch.tensor([1.0, 2.0])
    with pytest.raises(RuntimeError, match="shape mismatch: value tensor of 2 elements"):
        x.tolist()


def test_masked_fill_and_its_in_place_form_look_at_nothing(looks: list[str]) -> None:
    x = torch.arange(3)
    filled = x.masked_fill(x > 0, 7)
    x.masked_fill_(x == 0, -1)
    assert looks == []
    assert (filled.tolist(), x.tolist()) == ([0, 7, 7], [-1, 1, 2])


def test_reading_through_a_mask_looks_once(looks: list[str]) -> None:
    x = torch.arange(6.0)
    y = x[x > 2] * 2
    assert len(looks) == 1
    assert y.tolist() == [6.0, 8.0, 10.0]


def test_gradients_through_views_and_stores() -> None:
    x = torch.arange(4.0, requires_grad=True)
    value = torch.tensor([3.0, 5.0], requires_grad=True)
    y = x * 2
    y[1:3] = value * 10
    y[y > 40] = 0.0
    (y * torch.tensor([1.0, 2.0, 3.0, 4.0])).sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0, 8.0]
    assert value.grad.tolist() == [20.0, 0.0]


def test_repeated_indices_add_their_gradients() -> None:
    x = torch.zeros(3, requires_grad=True)
    x[[0, 0, 2]].sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 1.0]


def test_everything_overwritten_still_has_a_history() -> None:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y[:] = 3.0
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_a_leaf_that_requires_grad_is_not_written_to() -> None:
    x = torch.zeros(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf Variable"):
        x[0] = 1.0
    with torch.no_grad():
        x[0] = 1.0
    assert x.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("value", [[1.0, 2.0], np.ones(2), "a", None])
def test_only_tensors_and_numbers_are_stored(value: Any) -> None:
    with pytest.raises(TypeError, match="can't assign a"):
        torch.zeros(2)[0] = value


@pytest.mark.parametrize(
    ("dtype", "value"), [(torch.uint8, 256), (torch.int64, 1e20), (torch.float32, 1j)]
)
def test_numbers_that_do_not_fit_are_refused(dtype: Any, value: Any) -> None:
    with pytest.raises(RuntimeError, match="without overflow"):
        torch.zeros(2, dtype=dtype)[0] = value


def test_nothing_to_index() -> None:
    x = torch.zeros(0, 3)
    assert x[[]].shape == (0, 3)
    assert x[torch.zeros(0, dtype=torch.bool)].shape == (0, 3)
    assert x[:, [0, 1]].shape == (0, 2)
    x[:, 0] = 1.0
    x[x == 0] = 5.0
    assert x.sum().item() == 0.0


def test_gather_and_scatter_undo_each_other() -> None:
    x = torch.arange(12.0).reshape(3, 4)
    order = torch.tensor([[1, 0, 3, 2], [3, 2, 1, 0], [0, 1, 2, 3]])
    assert torch.zeros(3, 4).scatter(1, order, x).gather(1, order).tolist() == x.tolist()
    with pytest.raises(RuntimeError, match="index 4 is out of bounds for dimension 1 with size 4"):
        x.gather(1, order + 1).tolist()


@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax", "amin"])
@pytest.mark.parametrize("include_self", [True, False])
def test_scatter_reduce_is_the_reduction_of_each_group(reduce: str, include_self: bool) -> None:
    base, source = np.array([2.0, -1.0, 4.0]), np.array([3.0, 5.0, -2.0, 7.0])
    index = np.array([0, 2, 0, 0])
    expected = base.copy()
    numpy_name = {"amax": "max", "amin": "min"}.get(reduce, reduce)
    for place in set(index.tolist()):
        group = [*source[index == place], *([base[place]] if include_self else [])]
        expected[place] = getattr(np, numpy_name)(group)
    result = torch.from_numpy(base).scatter_reduce(
        0, torch.from_numpy(index), torch.from_numpy(source), reduce, include_self=include_self
    )
    np.testing.assert_allclose(result.numpy(), expected)


def test_by_vector() -> None:
    x = torch.arange(6.0).reshape(2, 3)
    rows, columns = torch.tensor([1]), torch.tensor([2, 0])
    assert x.index_select(1, columns).tolist() == [[2.0, 0.0], [5.0, 3.0]]
    assert x.index_add(0, rows, torch.ones(1, 3), alpha=2).tolist()[1] == [5.0, 6.0, 7.0]
    assert x.index_copy(1, columns, torch.zeros(2, 2)).tolist() == [[0, 1, 0], [0, 4, 0]]
    assert x.index_fill(1, columns, 9).tolist() == [[9, 1, 9], [9, 4, 9]]
    with pytest.raises(IndexError, match="index out of range in self"):
        x.index_select(0, torch.tensor([-1])).tolist()
    with pytest.raises(RuntimeError, match="Number of indices"):
        x.index_add(0, rows, torch.ones(2, 3))


def test_index_fill_counts_an_element_once() -> None:
    value = torch.tensor(1.0, requires_grad=True)
    torch.zeros(3).index_fill(0, torch.tensor([1, 1, -2]), value).sum().backward()
    assert value.grad.item() == 1.0


def test_take_and_put_count_in_row_major_order() -> None:
    x = torch.arange(6).reshape(2, 3)
    assert x.take(torch.tensor([[5], [-6]])).tolist() == [[5], [0]]
    assert x.put(torch.tensor([1, 1]), torch.tensor([7, 8]), accumulate=True).tolist() == [
        [0, 16, 2],
        [3, 4, 5],
    ]


def test_nonzero_positions() -> None:
    x = torch.tensor([[0, 3], [4, 0]])
    assert x.nonzero().tolist() == [[0, 1], [1, 0]]
    assert [rows.tolist() for rows in x.nonzero(as_tuple=True)] == [[0, 1], [1, 0]]
    assert x.masked_select(x > 0).tolist() == [3, 4]
    assert x[x.nonzero(as_tuple=True)].tolist() == [3, 4]


def test_slices_written_into_copies() -> None:
    x = torch.zeros(2, 2)
    assert x.select_scatter(torch.ones(2), 1, 0).tolist() == [[1, 0], [1, 0]]
    assert x.slice_scatter(torch.ones(1, 2), 0, 1).tolist() == [[0, 0], [1, 1]]
    assert x.diagonal_scatter(torch.ones(2)).tolist() == [[1, 0], [0, 1]]
    assert x.tolist() == [[0, 0], [0, 0]]
