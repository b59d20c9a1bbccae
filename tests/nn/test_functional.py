"""``nn.functional``: activations, linear maps, embeddings, losses and dropout."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import graphnet as torch
from graphnet.nn import functional as F
from graphnet.ops.error_function import erf
from graphnet.ops.masking import keep

FEW = settings(max_examples=40, deadline=None)
LIMITED = st.floats(-30, 30, width=32)


def matrices(elements: Any = LIMITED) -> Any:
    shapes = st.tuples(st.integers(1, 4), st.integers(1, 5))
    return hnp.arrays(np.float32, shapes, elements=elements)


def assert_close(actual: Any, expected: Any, rtol: float = 1e-5, atol: float = 1e-6) -> None:
    np.testing.assert_allclose(actual.detach().numpy(), expected, rtol, atol)


# ---------------------------------------------------------------- kernels


@FEW
@given(hnp.arrays(np.float64, 20, elements=st.floats(-8, 8)))
def test_erf_is_exact_to_rounding(x: Any) -> None:
    expected = np.array([math.erf(value) for value in x])
    np.testing.assert_allclose(erf(x), expected, 1e-15, 1e-300)
    single = x.astype(np.float32)
    expected = np.array([math.erf(value) for value in single])
    np.testing.assert_allclose(erf(single), expected, 4e-7, 1e-37)


def test_erf_at_the_ends() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        x = np.array([np.inf, -np.inf, 0.0, -0.0], dtype)
        np.testing.assert_array_equal(erf(x), [1, -1, 0, 0])
        assert np.isnan(erf(np.array([np.nan], dtype)))[0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8, np.complex128])
def test_keep_zeroes_what_the_mask_excludes(dtype: Any) -> None:
    x = np.arange(1, 7).astype(dtype).reshape(2, 3)
    mask = np.array([[True, False, True], [False, True, False]])
    np.testing.assert_array_equal(keep(mask, x), np.where(mask, x, 0))
    out = np.empty_like(x)
    assert keep(mask, x, out) is out
    np.testing.assert_array_equal(out, np.where(mask, x, 0))


# ---------------------------------------------------------------- activations


def test_relu_lets_gradients_pass_where_positive() -> None:
    x = torch.tensor([-1.0, 0.0, 2.0, math.nan], requires_grad=True)
    F.relu(x).backward(torch.tensor([math.inf, math.nan, 3.0, 5.0]))
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 0.0, 3.0, 5.0]


def test_inplace_activations_write_into_their_input() -> None:
    x = torch.tensor([-1.0, 2.0])
    assert F.relu(x, inplace=True) is x
    assert x.tolist() == [0.0, 2.0]
    y = torch.tensor([-1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf Variable"):
        F.leaky_relu(y, inplace=True)
    z = y * 1
    F.elu_(z).sum().backward()
    assert_close(y.grad, [math.exp(-1), 1.0])


def test_activations_need_tensors() -> None:
    with pytest.raises(TypeError, match="must be Tensor, not float"):
        F.relu(1.0)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="not implemented for 'Long'"):
        F.gelu(torch.tensor([1]))
    with pytest.raises(RuntimeError, match="none or tanh"):
        F.gelu(torch.tensor([1.0]), approximate="fast")


@FEW
@given(matrices())
def test_softmax_sums_to_one_and_ignores_shifts(x: Any) -> None:
    ours = F.softmax(torch.tensor(x), dim=1)
    assert_close(ours.sum(dim=1), np.ones(len(x)))
    assert_close(F.softmax(torch.tensor(x) + 100, dim=1), ours.numpy(), 1e-3)
    assert_close(F.log_softmax(torch.tensor(x), dim=1).exp(), ours.numpy(), 1e-4)


@pytest.mark.parametrize("shift", [0.0, 1e4, -1e4])
def test_softmax_neither_overflows_nor_vanishes(shift: float) -> None:
    x = torch.tensor([[0.0, 1.0, -math.inf]]) + shift
    assert_close(F.softmax(x, dim=1), [[1 / (1 + math.e), math.e / (1 + math.e), 0.0]])
    assert_close(F.log_softmax(x, dim=1)[:, :2], [[-1.3132617, -0.3132617]])


def test_softmax_without_a_dimension_warns_and_guesses() -> None:
    with pytest.warns(UserWarning, match="Implicit dimension choice"):
        assert_close(F.softmax(torch.zeros(2, 4)), np.full((2, 4), 0.25))


# ----------------------------------------------------- linear and embedding


@FEW
@given(matrices(), st.integers(1, 3), st.booleans())
def test_linear_is_a_product_and_a_sum(x: Any, outs: int, biased: bool) -> None:
    weight = np.linspace(-1, 1, outs * x.shape[1], dtype=np.float32).reshape(outs, -1)
    bias = np.arange(outs, dtype=np.float32)
    ours = F.linear(torch.tensor(x), torch.tensor(weight), torch.tensor(bias) if biased else None)
    assert_close(ours, x @ weight.T + bias * biased, 1e-4, 1e-4)


def test_linear_names_both_shapes() -> None:
    with pytest.raises(RuntimeError, match=r"\(2x3 and 4x5\)"):
        F.linear(torch.ones(2, 3), torch.ones(5, 4))


def test_embedding_gradients_add_up_and_skip_padding() -> None:
    table = torch.ones(4, 2, requires_grad=True)
    F.embedding(torch.tensor([[1, 3], [3, 0]]), table, padding_idx=0).sum().backward()
    assert table.grad is not None
    assert table.grad.tolist() == [[0, 0], [1, 1], [0, 0], [2, 2]]


def test_an_index_out_of_range_is_raised_when_the_value_is_needed() -> None:
    rows = F.embedding(torch.tensor([0, 9]), torch.ones(4, 2))
    with pytest.raises(IndexError, match="index out of range in self: index 9"):
        rows.sum().item()
    with pytest.raises(AssertionError, match="Padding_idx"):
        F.embedding(torch.tensor([0]), torch.ones(4, 2), padding_idx=4)


def test_one_hot() -> None:
    assert F.one_hot(torch.tensor([1, 0]), 3).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert F.one_hot(torch.tensor([1, 0])).shape == (2, 2)
    with pytest.raises(RuntimeError, match="smaller than num_classes"):
        F.one_hot(torch.tensor([3]), 3).tolist()


# --------------------------------------------------------------------- losses


@FEW
@given(matrices(), st.data())
def test_cross_entropy_is_the_likelihood_of_the_class(x: Any, data: st.DataObject) -> None:
    classes = st.lists(st.integers(0, x.shape[1] - 1), min_size=len(x), max_size=len(x))
    target = np.array(data.draw(classes))
    likelihood = np.exp(x.astype(float) - x.max(1, keepdims=True))
    likelihood /= likelihood.sum(1, keepdims=True)
    expected = -np.log(likelihood[np.arange(len(x)), target]).mean()
    assert_close(F.cross_entropy(torch.tensor(x), torch.tensor(target)), expected, 1e-4, 1e-4)


def test_targets_out_of_bounds_are_raised_when_the_value_is_needed() -> None:
    loss = F.cross_entropy(torch.ones(3, 4), torch.tensor([0, 7, 1]))
    with pytest.raises(IndexError, match="Target 7 is out of bounds"):
        loss.item()


def test_ignored_targets_do_not_count() -> None:
    scores = torch.tensor([[-1.0, -2.0], [-3.0, -4.0]], requires_grad=True)
    loss = F.nll_loss(scores, torch.tensor([1, -100]))
    assert loss.item() == 2.0
    loss.backward()
    assert scores.grad is not None
    assert scores.grad.tolist() == [[0.0, -1.0], [0.0, 0.0]]
    assert math.isnan(F.nll_loss(scores, torch.tensor([-100, -100])).item())
    assert F.nll_loss(scores, torch.tensor([-100, -100]), reduction="sum").item() == 0.0


def test_losses_of_different_shapes_warn() -> None:
    with pytest.warns(UserWarning, match=r"target size .*is different to the input size"):
        loss = F.mse_loss(torch.ones(2, 3), torch.zeros(3))
    assert loss.item() == 1.0
    with pytest.raises(ValueError, match="different to the input size"):
        F.binary_cross_entropy(torch.ones(2), torch.ones(3))
    with pytest.raises(ValueError, match="is not a valid value for reduction"):
        F.l1_loss(torch.ones(2), torch.ones(2), reduction="total")


def test_older_reduction_arguments_warn() -> None:
    with pytest.warns(UserWarning, match="reduction='sum'"):
        loss = F.mse_loss(torch.ones(2), torch.zeros(2), size_average=False)
    assert loss.item() == 2.0


def test_probabilities_are_checked_when_the_value_is_needed() -> None:
    loss = F.binary_cross_entropy(torch.tensor([1.5]), torch.tensor([1.0]))
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        loss.item()


@pytest.mark.parametrize("score", [-200.0, -20.0, 0.0, 20.0, 200.0])
def test_binary_cross_entropy_with_logits_stays_finite(score: float) -> None:
    x = torch.tensor([score], requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, torch.tensor([0.0]))
    loss.backward()
    assert_close(loss, max(score, 0) + math.log1p(math.exp(-abs(score))))
    assert_close(x.grad, [1 / (1 + math.exp(-score))])


def test_a_loss_gives_the_same_in_every_step() -> None:
    weight = torch.ones(3, 4, requires_grad=True)
    found = []
    for _ in range(4):
        weight.grad = None
        scores = F.linear(torch.arange(8.0).reshape(2, 4) / 8, weight)
        loss = F.cross_entropy(F.relu(scores), torch.tensor([0, 2]), label_smoothing=0.1)
        loss.backward()
        assert weight.grad is not None
        found.append((loss.item(), weight.grad.tolist()))
    assert all(each == found[0] for each in found)


# -------------------------------------------------------------------- dropout


def test_dropout_keeps_the_mean_and_masks_the_gradient() -> None:
    torch.manual_seed(0)
    x = torch.ones(10_000, requires_grad=True)
    y = F.dropout(x, 0.2)
    y.sum().backward()
    assert x.grad is not None
    assert set(y.tolist()) == {0.0, 1.25}
    assert x.grad.tolist() == y.tolist()
    assert abs(y.mean().item() - 1) < 0.02


def test_dropout_draws_anew_each_time_and_again_from_the_same_seed() -> None:
    torch.manual_seed(0)
    x = torch.ones(100)
    first, second = F.dropout(x), F.dropout(x)
    assert first.tolist() != second.tolist()
    torch.manual_seed(0)
    assert F.dropout(x).tolist() == first.tolist()


def test_dropout_does_nothing_outside_training() -> None:
    x = torch.ones(3)
    assert F.dropout(x, 0.9, training=False) is x
    assert F.dropout(x, 0.0) is x
    assert F.dropout(x, 1.0).tolist() == [0.0] * 3
    with pytest.raises(ValueError, match="between 0 and 1"):
        F.dropout(x, 1.5)


def test_channels_are_dropped_as_a_whole() -> None:
    torch.manual_seed(0)
    y = F.dropout2d(torch.ones(8, 16, 3, 3)).reshape(128, 9)
    assert set(y.mean(dim=1).tolist()) == {0.0, 2.0}
