"""What the layers hold and refuse, and that they pass their settings on to the functions."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphnet as torch
from graphnet import nn
from graphnet.nn import functional as F

# Every example is another trace, and the warning that they are many is right.
pytestmark = pytest.mark.filterwarnings("ignore:traces diverge")


def shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in module.state_dict().items()}


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (nn.Linear(4, 3), {"weight": (3, 4), "bias": (3,)}),
        (nn.Linear(4, 3, bias=False), {"weight": (3, 4)}),
        (nn.Bilinear(4, 3, 2), {"weight": (2, 4, 3), "bias": (2,)}),
        (nn.Conv1d(4, 6, 3, groups=2), {"weight": (6, 2, 3), "bias": (6,)}),
        (nn.Conv2d(4, 6, (3, 2), bias=False), {"weight": (6, 4, 3, 2)}),
        (nn.ConvTranspose1d(4, 6, 3), {"weight": (4, 6, 3), "bias": (6,)}),
        (nn.ConvTranspose2d(4, 6, 3, groups=2), {"weight": (4, 3, 3, 3), "bias": (6,)}),
        (nn.Embedding(7, 3), {"weight": (7, 3)}),
        (nn.PReLU(3), {"weight": (3,)}),
        (nn.LayerNorm((2, 3)), {"weight": (2, 3), "bias": (2, 3)}),
        (nn.LayerNorm(3, bias=False), {"weight": (3,)}),
        (nn.LayerNorm(3, elementwise_affine=False), {}),
        (nn.GroupNorm(2, 4), {"weight": (4,), "bias": (4,)}),
        (nn.GroupNorm(2, 4, affine=False), {}),
        (
            nn.BatchNorm1d(3),
            {
                "weight": (3,),
                "bias": (3,),
                "running_mean": (3,),
                "running_var": (3,),
                "num_batches_tracked": (),
            },
        ),
        (nn.BatchNorm2d(3, affine=False, track_running_stats=False), {}),
        (nn.BatchNorm2d(3, bias=False, track_running_stats=False), {"weight": (3,)}),
        (nn.CrossEntropyLoss(weight=torch.ones(3)), {"weight": (3,)}),
        (nn.BCEWithLogitsLoss(pos_weight=torch.ones(3)), {"pos_weight": (3,)}),
    ],
    ids=repr,
)
def test_state(layer: nn.Module, expected: dict[str, tuple[int, ...]]) -> None:
    assert shapes(layer) == expected


@pytest.mark.parametrize(
    "make",
    [
        lambda dtype: nn.Linear(2, 2, dtype=dtype),
        lambda dtype: nn.Bilinear(2, 2, 2, dtype=dtype),
        lambda dtype: nn.Conv2d(2, 2, 2, dtype=dtype),
        lambda dtype: nn.ConvTranspose2d(2, 2, 2, dtype=dtype),
        lambda dtype: nn.Embedding(2, 2, dtype=dtype),
        lambda dtype: nn.LayerNorm(2, dtype=dtype),
        lambda dtype: nn.GroupNorm(1, 2, dtype=dtype),
        lambda dtype: nn.BatchNorm1d(2, dtype=dtype),
        lambda dtype: nn.PReLU(dtype=dtype),
    ],
)
def test_dtype_of_parameters(make: Any) -> None:
    for dtype in (torch.float32, torch.float64):
        assert {p.dtype for p in make(dtype).parameters()} == {dtype}
    assert {p.dtype for p in make(None).parameters()} == {torch.float32}


@pytest.mark.parametrize(
    ("layer", "fan_in"),
    [
        (nn.Linear(50, 400), 50),
        (nn.Conv2d(8, 64, 3), 72),
        (nn.Conv1d(8, 64, 5, groups=4), 10),
        (nn.ConvTranspose2d(16, 16, 3), 144),
        (nn.Bilinear(20, 30, 10), 20),
    ],
    ids=repr,
)
def test_initial_values_are_uniform_within_their_bound(layer: Any, fan_in: int) -> None:
    bound = 1 / math.sqrt(fan_in)
    for values in layer.parameters():
        assert values.abs().max().item() <= bound
    assert layer.weight.abs().max().item() > 0.9 * bound
    assert layer.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.1)


def test_normalizing_layers_begin_as_the_identity() -> None:
    for layer in (nn.BatchNorm1d(3), nn.LayerNorm(3), nn.GroupNorm(1, 3)):
        assert layer.weight.tolist() == [1.0] * 3
        assert layer.bias.tolist() == [0.0] * 3


def test_the_same_seed_gives_the_same_parameters() -> None:
    def make() -> list[Any]:
        torch.manual_seed(5)
        return [p.tolist() for p in nn.Sequential(nn.Linear(3, 3), nn.Conv2d(1, 2, 2)).parameters()]

    first = make()
    assert make() == first
    assert nn.Linear(3, 3).weight.tolist() != first[0]


def test_reset_parameters() -> None:
    for layer in (nn.Linear(3, 3), nn.Conv2d(1, 2, 2), nn.Embedding(3, 2, padding_idx=1)):
        before = layer.weight.tolist()
        layer.reset_parameters()
        assert layer.weight.tolist() != before
    assert layer.weight.tolist()[1] == [0.0, 0.0]
    norm = nn.BatchNorm1d(2)
    norm(torch.randn(5, 2))
    norm.weight.data.fill_(3.0)
    norm.reset_parameters()
    assert norm.weight.tolist() == [1.0, 1.0]
    assert norm.running_mean.tolist() == [0.0, 0.0]
    assert norm.running_var.tolist() == [1.0, 1.0]
    assert int(norm.num_batches_tracked) == 0


def test_linear_is_x_times_a_transposed_plus_b() -> None:
    layer = nn.Linear(3, 2)
    x = torch.randn(5, 3)
    assert torch.allclose(layer(x), x @ layer.weight.T + layer.bias, atol=1e-6)


def test_conv_of_a_point_is_linear() -> None:
    conv, linear = nn.Conv2d(3, 2, 1), nn.Linear(3, 2)
    linear.weight.data = conv.weight.data.reshape(2, 3)
    linear.bias.data = conv.bias.data
    x = torch.randn(4, 3, 5, 6)
    wanted = linear(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    assert torch.allclose(conv(x), wanted, atol=1e-5)


@given(
    st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2), st.integers(4, 9)
)
def test_transposed_convolution_undoes_the_change_of_size(
    kernel: int, stride: int, padding: int, dilation: int, size: int
) -> None:
    extent = dilation * (kernel - 1) + 1
    padding = min(padding, (extent - 1) // 2)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    if size + 2 * padding < extent:
        return
    down = nn.Conv2d(1, 1, kernel, **settings)
    up = nn.ConvTranspose2d(1, 1, kernel, **settings)
    x = torch.ones(1, 1, size, size)
    assert up(down(x), output_size=(size, size)).shape == x.shape


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_modes_pad_first(mode: str) -> None:
    conv = nn.Conv2d(1, 2, 3, padding=(1, 2), padding_mode=mode)
    x = torch.randn(1, 1, 5, 6)
    padded = F.pad(x, (2, 2, 1, 1), mode=mode)
    assert torch.equal(conv(x), F.conv2d(padded, conv.weight, conv.bias))


def test_padding_same_keeps_the_size() -> None:
    x = torch.randn(1, 1, 7, 6)
    for mode in ("zeros", "reflect"):
        conv = nn.Conv2d(1, 1, (3, 2), padding="same", dilation=2, padding_mode=mode)
        assert conv(x).shape == x.shape
    assert nn.Conv2d(1, 1, (3, 2), padding="valid")(x).shape == (1, 1, 5, 5)


def test_pooling_strides_by_the_size_of_the_window() -> None:
    x = torch.arange(16.0).reshape(1, 4, 4)
    assert nn.MaxPool2d(2)(x).tolist() == [[[5.0, 7.0], [13.0, 15.0]]]
    assert nn.AvgPool2d(2)(x).tolist() == [[[2.5, 4.5], [10.5, 12.5]]]
    assert nn.MaxPool2d(2, stride=1)(x).shape == (1, 3, 3)
    values, places = nn.MaxPool2d(2, return_indices=True)(x)
    assert values.tolist() == [[[5.0, 7.0], [13.0, 15.0]]]
    assert places.tolist() == [[[5, 7], [13, 15]]]
    assert nn.AdaptiveAvgPool2d(1)(x).tolist() == [[[7.5]]]
    assert nn.AdaptiveMaxPool2d((None, 1))(x).tolist() == [[[3.0], [7.0], [11.0], [15.0]]]


def test_batch_normalization_in_training_and_evaluation() -> None:
    norm = nn.BatchNorm1d(2, momentum=0.5)
    x = torch.tensor([[1.0, 0.0], [3.0, 4.0]])
    result = norm(x)
    assert torch.allclose(result, torch.tensor([[-1.0, -1.0], [1.0, 1.0]]), atol=1e-4)
    assert norm.running_mean.tolist() == [1.0, 1.0]
    assert norm.running_var.tolist() == pytest.approx([1.5, 4.5])
    assert int(norm.num_batches_tracked) == 1
    norm.eval()
    wanted = (x - norm.running_mean) / (norm.running_var + norm.eps).sqrt()
    assert torch.allclose(norm(x), wanted, atol=1e-6)
    assert int(norm.num_batches_tracked) == 1


def test_batch_normalization_without_momentum_averages_all_batches() -> None:
    norm = nn.BatchNorm1d(1, momentum=None)
    for value in (0.0, 6.0, 3.0):
        norm(torch.tensor([[value - 1], [value + 1]]))
    assert norm.running_mean.tolist() == pytest.approx([3.0])
    assert norm.running_var.tolist() == pytest.approx([2.0])


def test_batch_normalization_without_statistics_always_uses_the_batch() -> None:
    norm = nn.BatchNorm1d(1, affine=False, track_running_stats=False).eval()
    result = norm(torch.tensor([[1.0], [3.0]]))
    assert torch.allclose(result, torch.tensor([[-1.0], [1.0]]), atol=1e-4)


def test_dropout_in_training_and_evaluation() -> None:
    x = torch.ones(40, 50)
    dropped = nn.Dropout(0.25)(x)
    assert sorted(set(dropped.flatten().tolist())) == pytest.approx([0.0, 4 / 3])
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.1)
    assert torch.equal(nn.Dropout(0.25).eval()(x), x)
    assert torch.equal(nn.Dropout(0.0)(x), x)
    assert nn.Dropout(1.0)(x).sum().item() == 0.0


def test_dropout_of_channels() -> None:
    for layer, x in (
        (nn.Dropout1d(0.5), torch.ones(8, 9, 5)),
        (nn.Dropout2d(0.5), torch.ones(8, 9, 5, 2)),
    ):
        sums = layer(x).flatten(2).sum(2)
        assert set(sums.flatten().tolist()) == {0.0, 2.0 * x[0, 0].numel()}


def test_embedding() -> None:
    table = nn.Embedding(4, 2, padding_idx=-1)
    assert table.padding_idx == 3
    assert table.weight.tolist()[3] == [0.0, 0.0]
    table(torch.tensor([0, 3, 0])).sum().backward()
    assert table.weight.grad.tolist() == [[2.0, 2.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    with pytest.raises(IndexError):
        table(torch.tensor([4])).tolist()


def test_embedding_from_a_table() -> None:
    values = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    table = nn.Embedding.from_pretrained(values, padding_idx=0)
    assert not table.weight.requires_grad
    assert table(torch.tensor([[1, 0]])).tolist() == [[[3.0, 4.0], [1.0, 2.0]]]
    assert nn.Embedding.from_pretrained(values, freeze=False).weight.requires_grad


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.Conv2d(1, 2, 3), "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))"),
        (
            nn.Conv2d(2, 2, 3, 2, 1, 2, 2, False, "reflect"),
            "Conv2d(2, 2, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2), "
            "groups=2, bias=False, padding_mode=reflect)",
        ),
        (
            nn.ConvTranspose1d(1, 2, 3, 2, output_padding=1),
            "ConvTranspose1d(1, 2, kernel_size=(3,), stride=(2,), output_padding=(1,))",
        ),
        (
            nn.MaxPool2d((3, 2), ceil_mode=True),
            "MaxPool2d(kernel_size=(3, 2), stride=(3, 2), padding=0, dilation=1, ceil_mode=True)",
        ),
        (nn.AvgPool1d(3), "AvgPool1d(kernel_size=(3,), stride=(3,), padding=(0,))"),
        (nn.AvgPool2d(3, 1), "AvgPool2d(kernel_size=3, stride=1, padding=0)"),
        (nn.AdaptiveAvgPool2d((None, 2)), "AdaptiveAvgPool2d(output_size=(None, 2))"),
        (
            nn.BatchNorm1d(2),
            "BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=True, bias=True, "
            "track_running_stats=True)",
        ),
        (nn.LayerNorm(3), "LayerNorm((3,), eps=1e-05, elementwise_affine=True, bias=True)"),
        (nn.GroupNorm(1, 2), "GroupNorm(1, 2, eps=1e-05, affine=True, bias=True)"),
        (
            nn.Embedding(4, 3, -1, 1.0, 3.0, True, True),
            "Embedding(4, 3, padding_idx=3, max_norm=1.0, norm_type=3.0, scale_grad_by_freq=True, "
            "sparse=True)",
        ),
        (nn.Dropout(0.2), "Dropout(p=0.2, inplace=False)"),
        (nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"),
        (nn.Unflatten(1, (2, 3)), "Unflatten(dim=1, unflattened_size=(2, 3))"),
        (nn.ReLU(), "ReLU()"),
        (nn.ReLU(inplace=True), "ReLU(inplace=True)"),
        (nn.ReLU6(True), "ReLU6(inplace=True)"),
        (nn.ELU(2.0, True), "ELU(alpha=2.0, inplace=True)"),
        (nn.Hardsigmoid(True), "Hardsigmoid()"),
        (nn.GELU("tanh"), "GELU(approximate='tanh')"),
        (nn.Softshrink(0.1), "Softshrink(0.1)"),
        (nn.PReLU(2), "PReLU(num_parameters=2)"),
        (nn.Softmax(), "Softmax(dim=None)"),
        (nn.Sigmoid(), "Sigmoid()"),
        (nn.CrossEntropyLoss(label_smoothing=0.1), "CrossEntropyLoss()"),
    ],
)
def test_printing(layer: nn.Module, text: str) -> None:
    assert repr(layer) == text


ACTIVATIONS: list[tuple[nn.Module, Any]] = [
    (nn.ReLU(), lambda x: max(x, 0)),
    (nn.LeakyReLU(0.1), lambda x: x if x > 0 else 0.1 * x),
    (nn.PReLU(init=0.3), lambda x: x if x > 0 else 0.3 * x),
    (nn.RReLU(0.2, 0.4).eval(), lambda x: x if x > 0 else 0.3 * x),
    (nn.ReLU6(), lambda x: min(max(x, 0), 6)),
    (nn.Hardtanh(-1, 2), lambda x: min(max(x, -1), 2)),
    (nn.Threshold(0.5, -1), lambda x: x if x > 0.5 else -1),
    (nn.Hardsigmoid(), lambda x: min(max(x / 6 + 0.5, 0), 1)),
    (nn.Hardswish(), lambda x: x * min(max(x / 6 + 0.5, 0), 1)),
    (nn.Hardshrink(0.7), lambda x: x if abs(x) > 0.7 else 0),
    (nn.Softshrink(0.7), lambda x: math.copysign(max(abs(x) - 0.7, 0), x)),
    (nn.ELU(2.0), lambda x: x if x > 0 else 2 * math.expm1(x)),
    (nn.CELU(2.0), lambda x: x if x > 0 else 2 * math.expm1(x / 2)),
    (nn.SELU(), lambda x: 1.0507010 * (x if x > 0 else 1.6732632 * math.expm1(x))),
    (nn.GELU(), lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2),
    (
        nn.GELU("tanh"),
        lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ),
    (nn.SiLU(), lambda x: x / (1 + math.exp(-x))),
    (nn.Mish(), lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    (nn.Softplus(2.0), lambda x: math.log1p(math.exp(2 * x)) / 2),
    (nn.Sigmoid(), lambda x: 1 / (1 + math.exp(-x))),
    (nn.LogSigmoid(), lambda x: -math.log1p(math.exp(-x))),
    (nn.Tanh(), math.tanh),
    (nn.Tanhshrink(), lambda x: x - math.tanh(x)),
    (nn.Softsign(), lambda x: x / (1 + abs(x))),
]


@pytest.mark.parametrize(("layer", "formula"), ACTIVATIONS, ids=lambda case: repr(case)[:12])
def test_activations(layer: Any, formula: Any) -> None:
    places = [-7.0, -2.5, -0.6, 0.0, 0.3, 1.0, 6.5]
    wanted = [float(formula(x)) for x in places]
    assert layer(torch.tensor(places)).tolist() == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def test_inplace_activations_overwrite_their_input() -> None:
    for layer in (nn.ReLU(True), nn.ELU(inplace=True), nn.LeakyReLU(inplace=True), nn.SiLU(True)):
        x = torch.tensor([-1.0, 2.0])
        assert layer(x) is x
        assert x[0] != -1.0


def test_softmax_family() -> None:
    x = torch.tensor([[1.0, 2.0, 0.5]])
    soft = nn.Softmax(1)(x)
    assert soft.sum().item() == pytest.approx(1.0)
    assert torch.allclose(nn.LogSoftmax(1)(x).exp(), soft)
    assert torch.allclose(nn.Softmin(1)(-x), soft)
    assert nn.Softmax2d()(torch.zeros(4, 2, 2)).tolist() == [[[0.25] * 2] * 2] * 4
    assert nn.GLU(1)(torch.tensor([[2.0, 0.0]])).tolist() == [[1.0]]
    with pytest.warns(UserWarning, match="Implicit dimension choice for softmax"):
        nn.Softmax()(x)


def test_old_names_of_hardtanh_warn() -> None:
    with pytest.warns(FutureWarning, match="`min_value` is deprecated and renamed to `min_val`"):
        assert nn.Hardtanh(min_value=-3).min_val == -3


def test_losses() -> None:
    x, y = torch.tensor([1.0, 2.0, 5.0]), torch.tensor([1.5, 2.0, 3.0])
    assert nn.MSELoss()(x, y).item() == pytest.approx(4.25 / 3)
    assert nn.MSELoss(reduction="sum")(x, y).item() == pytest.approx(4.25)
    assert nn.MSELoss(reduction="none")(x, y).tolist() == [0.25, 0.0, 4.0]
    assert nn.MSE is nn.MSELoss
    assert nn.L1Loss()(x, y).item() == pytest.approx(2.5 / 3)
    assert nn.SmoothL1Loss(reduction="none", beta=1.0)(x, y).tolist() == [0.125, 0.0, 1.5]
    assert nn.HuberLoss("none", delta=1.0)(x, y).tolist() == [0.125, 0.0, 1.5]
    logits, target = torch.tensor([[1.0, 2.0], [3.0, 0.0]]), torch.tensor([1, 1])
    cross = nn.CrossEntropyLoss()(logits, target)
    assert cross.item() == pytest.approx((math.log1p(math.exp(-1)) + math.log1p(math.exp(3))) / 2)
    assert torch.allclose(nn.NLLLoss()(nn.LogSoftmax(1)(logits), target), cross)
    assert nn.CrossEntropyLoss(ignore_index=1, reduction="sum")(logits, target).item() == 0.0
    half = torch.tensor([0.5, 0.5])
    assert nn.BCELoss()(half, torch.tensor([0.0, 1.0])).item() == pytest.approx(math.log(2))
    zeros = torch.zeros(2)
    assert nn.BCEWithLogitsLoss()(zeros, half).item() == pytest.approx(math.log(2))
    assert nn.KLDivLoss(reduction="sum")(half.log(), half).item() == pytest.approx(0.0)


def test_weights_of_losses() -> None:
    logits, target = torch.zeros(3, 2), torch.tensor([0, 1, 1])
    weight = torch.tensor([3.0, 1.0])
    loss = nn.CrossEntropyLoss(weight, reduction="none")(logits, target)
    assert loss.tolist() == pytest.approx([3 * math.log(2), math.log(2), math.log(2)])
    assert nn.CrossEntropyLoss(weight)(logits, target).item() == pytest.approx(math.log(2))
    assert "weight" in dict(nn.NLLLoss(weight).named_buffers())


@pytest.mark.parametrize(
    ("size_average", "reduce", "reduction"),
    [(False, None, "sum"), (None, False, "none"), (True, True, "mean"), (False, False, "none")],
)
def test_old_way_to_say_the_reduction(size_average: Any, reduce: Any, reduction: str) -> None:
    with pytest.warns(UserWarning, match=f"please use reduction='{reduction}' instead"):
        assert nn.MSELoss(size_average, reduce).reduction == reduction


REFUSED = [
    (lambda: nn.Bilinear(0, 1, 1), ValueError, "in1_features must be > 0"),
    (lambda: nn.Unflatten(1, 3), TypeError, "must be a tuple of ints, but found type int"),
    (lambda: nn.Unflatten(1, (3, "a")), TypeError, "found element of type str at pos 1"),
    (lambda: nn.Conv2d(3, 4, 3, groups=2), ValueError, "in_channels must be divisible by groups"),
    (lambda: nn.Conv2d(4, 3, 3, groups=2), ValueError, "out_channels must be divisible by groups"),
    (lambda: nn.Conv2d(4, 4, 3, groups=0), ValueError, "groups must be a positive integer"),
    (lambda: nn.Conv2d(1, 1, 3, padding="big"), ValueError, "Invalid padding string 'big'"),
    (
        lambda: nn.Conv2d(1, 1, 3, 2, padding="same"),
        ValueError,
        "padding='same' is not supported for strided convolutions",
    ),
    (lambda: nn.Conv2d(1, 1, 3, padding_mode="big"), ValueError, "padding_mode must be one of"),
    (
        lambda: nn.ConvTranspose2d(1, 1, 3, padding_mode="reflect"),
        ValueError,
        'Only "zeros" padding mode is supported for ConvTranspose2d',
    ),
    (
        lambda: nn.ConvTranspose2d(1, 1, 3, 2)(torch.ones(1, 1, 4, 4), (20, 9)),
        ValueError,
        r"requested an output size of \(20, 9\), but valid sizes range from \(9, 9\) to \(10, 10\)",
    ),
    (
        lambda: nn.ConvTranspose2d(1, 1, 3, 2)(torch.ones(1, 1, 4, 4), (9,)),
        ValueError,
        r"for 4D input, output_size must have 2 or 4 elements \(got 1\)",
    ),
    (lambda: nn.BatchNorm1d(4)(torch.ones(4)), ValueError, r"expected 2D or 3D input \(got 1D"),
    (lambda: nn.BatchNorm2d(4)(torch.ones(4, 4)), ValueError, r"expected 4D input \(got 2D"),
    (
        lambda: nn.BatchNorm1d(4)(torch.ones(1, 4)),
        ValueError,
        "Expected more than 1 value per channel when training",
    ),
    (lambda: nn.GroupNorm(3, 4), ValueError, r"num_channels \(4\) must be divisible by num_group"),
    (lambda: nn.Embedding(3, 1, 3), AssertionError, "Padding_idx must be within num_embeddings"),
    (
        lambda: nn.Embedding(3, 1, _weight=torch.ones(2, 1)),
        AssertionError,
        "Shape of weight does not match",
    ),
    (
        lambda: nn.Embedding.from_pretrained(torch.ones(3)),
        AssertionError,
        "expected to be 2-dimensional",
    ),
    (lambda: nn.Dropout(1.2), ValueError, "has to be between 0 and 1, but got 1.2"),
    (lambda: nn.Hardtanh(1, 0), AssertionError, r"max_val \(0\) must be greater than min_val"),
    (lambda: nn.Softmax2d()(torch.ones(2, 2)), ValueError, "expected input to be 3D or 4D, got 2D"),
    (
        lambda: nn.MSELoss(reduction="big")(torch.ones(1), torch.ones(1)),
        ValueError,
        "big is not a valid value for reduction",
    ),
    (lambda: nn.Linear(-1, 1), RuntimeError, "negative dimension"),
    (lambda: nn.Linear(1, 1, dtype=torch.int64), RuntimeError, "floating point"),
]


@pytest.mark.parametrize(("work", "kind", "message"), REFUSED)
def test_what_is_refused(work: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        work()
