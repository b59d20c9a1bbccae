"""``nn.functional``: PyTorch's values, gradients of first and second order, and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import graphnet  # noqa: E402
import graphnet.nn  # noqa: E402  # makes `graphnet.nn` an attribute
from tests.parity.expressions import check  # noqa: E402
from tests.parity.gradients import check_gradients  # noqa: E402

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

RANDOM = np.random.default_rng(0)


def numbers(*shape: int, scale: float = 1.0) -> Any:
    return RANDOM.standard_normal(shape) * scale


def check_all(code: str, second: bool = True, **arrays: Any) -> None:
    """Values in single and double precision, and gradients of both orders."""
    code = f"torch.nn.functional.{code}"
    check(code, **arrays)
    check(code, **{name: single(array) for name, array in arrays.items()})
    check_gradients(code, second=second, **arrays)


def check_linear(code: str, **arrays: Any) -> None:
    """As check_all, for what is linear in pieces: PyTorch's second gradients are zeros there."""
    check_all(code, second=False, **arrays)


def single(array: Any) -> Any:
    floating = isinstance(array, np.ndarray) and array.dtype == np.float64
    return array.astype(np.float32) if floating else array


# ---------------------------------------------------------------- activations

SMOOTH = (
    *("relu(x)", "elu(x, 1.3)", "selu(x)", "celu(x, 1.5)", "hardswish(x * 3)", "sigmoid(x * 9)"),
    *("tanh(x)", "logsigmoid(x * 9)", "silu(x * 3)", "mish(x * 3)", "softplus(x, 1.5, 2.0)"),
    *("gelu(x)", "gelu(x, approximate='tanh')", "softsign(x)", "tanhshrink(x)", "glu(x)"),
    *("softmax(x, 0)", "softmax(x, -1)", "softmin(x, 1)", "log_softmax(x, 1)", "softmax(x)"),
    *("log_softmax(x * 40, 0)", "softmax(x * 40, 1)", "log_softmax(x[0], 0)", "glu(x, 0)"),
)
PIECEWISE = (
    *("relu6(x * 4)", "leaky_relu(x, 0.2)", "leaky_relu(x, 1.5)", "hardtanh(x, -0.5, 0.7)"),
    *("hardshrink(x)", "softshrink(x)", "threshold(x, 0.1, 20.0)", "rrelu(x)"),
    "hardsigmoid(x * 4)",
)


@pytest.mark.parametrize("code", SMOOTH)
def test_smooth_activations(code: str) -> None:
    check_all(code, x=numbers(4, 6))


@pytest.mark.parametrize("code", PIECEWISE)
def test_piecewise_activations(code: str) -> None:
    check_linear(code, x=numbers(4, 6))


@pytest.mark.parametrize("shape", [(3, 4, 2), (3, 4), (4,)])
def test_prelu(shape: tuple[int, ...]) -> None:
    channels = shape[1] if len(shape) > 1 else 1
    check_all("prelu(x, w)", x=numbers(*shape), w=numbers(channels))
    check_all("prelu(x, w)", x=numbers(*shape), w=numbers(1))


EDGES = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e30, -1e30, 88.8, -88.8, 104.0, -104.0])


@pytest.mark.parametrize(
    "name",
    [
        *("relu", "relu6", "elu", "selu", "celu", "hardtanh", "hardsigmoid", "hardswish"),
        *("sigmoid", "logsigmoid", "silu", "softplus", "gelu", "softsign", "tanhshrink"),
        *("hardshrink", "softshrink", "leaky_relu"),
    ],
)
def test_edges_of_activations(name: str) -> None:
    check(f"torch.nn.functional.{name}(x)", x=EDGES)
    # PyTorch's gelu makes NaN of infinity in single precision, but not in double.
    edges = EDGES[3:] if name == "gelu" else EDGES
    check(f"torch.nn.functional.{name}(x)", x=edges.astype(np.float32))


@pytest.mark.parametrize(
    "name", ["relu", "relu6", "hardtanh", "elu", "gelu", "silu", "softplus", "leaky_relu"]
)
@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool"])
def test_integers_are_taken_or_refused(name: str, dtype: str) -> None:
    check(f"torch.nn.functional.{name}(x)", x=np.array([0, 1, 7]).astype(dtype))


@pytest.mark.parametrize("name", ["relu", "elu", "leaky_relu", "selu", "celu", "hardtanh"])
def test_in_place_forms(name: str) -> None:
    check(f"torch.nn.functional.{name}_(x)", x=numbers(5))
    check(f"torch.nn.functional.{name}(x, inplace=True)", x=numbers(5))


def test_masked_softmax() -> None:
    masked = numbers(3, 4)
    masked[0, 1:] = -np.inf
    masked[2] = -np.inf
    check_all("softmax(x, 1)", second=False, x=masked[:2])
    check("torch.nn.functional.softmax(x, 1)", x=masked)
    check("torch.nn.functional.log_softmax(x, 1)", x=masked)


# ------------------------------------------------------- linear and embedding


@pytest.mark.parametrize("shape", [(4, 3), (3,), (2, 4, 3), (0, 3)])
def test_linear(shape: tuple[int, ...]) -> None:
    check_all("linear(x, w, b)", x=numbers(*shape), w=numbers(5, 3), b=numbers(5))
    check_all("linear(x, w)", x=numbers(*shape), w=numbers(5, 3))
    check_all("linear(x, w)", x=numbers(*shape), w=numbers(3))


def test_linear_refuses_what_pytorch_refuses() -> None:
    check("torch.nn.functional.linear(x, w)", x=numbers(2, 3), w=numbers(5, 4))
    check("torch.nn.functional.linear(x, w)", x=numbers(2, 3), w=single(numbers(5, 3)))
    check("torch.nn.functional.linear(x, w, b)", x=numbers(2, 3), w=numbers(5, 3), b=numbers(4))


def test_bilinear() -> None:
    arrays = {"x": numbers(4, 3), "y": numbers(4, 2), "w": numbers(5, 3, 2), "b": numbers(5)}
    check_all("bilinear(x, y, w, b)", **arrays)


@pytest.mark.parametrize(
    "options", ["", ", padding_idx=2", ", padding_idx=-1", ", scale_grad_by_freq=True"]
)
def test_embedding(options: str) -> None:
    index = np.array([[0, 2, 2], [5, 1, 2]])
    second = "scale" not in options
    check_all(f"embedding(i, w{options})", second=second, i=index, w=numbers(6, 4))
    check_all(f"embedding(i, w{options})", second=second, i=index.astype(np.int32), w=numbers(6, 4))


def test_embedding_renormalises_in_place() -> None:
    code = "(torch.nn.functional.embedding(i, x, max_norm=0.5), x)"
    check(code, i=np.array([0, 2, 2]), x=numbers(4, 3))


@pytest.mark.parametrize("index", [[6], [-1]])
def test_embedding_out_of_range(index: list[int]) -> None:
    check("torch.nn.functional.embedding(i, w).sum().item()", i=np.array(index), w=numbers(6, 4))


def test_one_hot() -> None:
    index = np.array([[2, 0], [1, 2]])
    for code in ("one_hot(i)", "one_hot(i, 4)", "one_hot(i, 2).tolist()", "one_hot(-i).tolist()"):
        check(f"torch.nn.functional.{code}", i=index)


def test_attention() -> None:
    q, k, v = numbers(2, 3, 4), numbers(2, 5, 4), numbers(2, 5, 6)
    code = "scaled_dot_product_attention(q, k, v{})"
    for options in ("", ", is_causal=True", ", scale=0.3", ", attn_mask=m"):
        check_all(code.format(options), q=q, k=k, v=v, m=numbers(3, 5))
    mask = np.arange(15).reshape(3, 5) % 3 == 0
    code = "torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=m)"
    check(code, q=q, k=k, v=v, m=mask)


# --------------------------------------------------------------------- losses

REDUCTIONS = ("none", "mean", "sum")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    "code",
    [
        *("mse_loss(x, y", "l1_loss(x, y", "smooth_l1_loss(x, y, beta=0.7"),
        *("smooth_l1_loss(x, y, beta=0.0", "huber_loss(x, y, delta=0.7"),
        *("binary_cross_entropy_with_logits(x, y", "soft_margin_loss(x, y.sign().detach()"),
        *("binary_cross_entropy_with_logits(x, y, w.detach()", "kl_div(x, y, log_target=True"),
        "binary_cross_entropy_with_logits(x, y, w.detach(), pos_weight=w.detach()",
        *("kl_div(x, y.abs()", "poisson_nll_loss(x, y", "hinge_embedding_loss(x, y.sign()"),
        *("poisson_nll_loss(x.abs(), y.abs() * 3, log_input=False, full=True", "mse_loss(x, w"),
        *("gaussian_nll_loss(x, y, w.abs()", "gaussian_nll_loss(x, y, w.abs(), full=True"),
        *("multilabel_soft_margin_loss(x, y.sigmoid()", "triplet_margin_loss(x, y, x * y"),
        *("margin_ranking_loss(x, y, w.sign(), margin=0.1", "cosine_embedding_loss(x, y, s"),
        *("triplet_margin_loss(x, y, x * y, p=1.5, swap=True", "cosine_embedding_loss(x, y, -s"),
        *("multi_margin_loss(x, t", "multi_margin_loss(x, t, p=2, margin=0.4, weight=c"),
    ],
)
def test_losses(code: str, reduction: str) -> None:
    arrays = {name: numbers(3, 4) for name in "xyw"}
    constants = {"s": np.array([1, -1, 1]), "t": np.array([0, 3, 1])}
    c = np.array([0.5, 1.0, 2.0, 0.1])
    if "pos_weight" in code or "poisson" in code:
        arrays["w"] = np.abs(arrays["w"])
    if "weight=c" in code:
        check(f"torch.nn.functional.{code}, reduction='{reduction}')", **arrays, **constants, c=c)
        return
    # PyTorch does not differentiate some of its own backward functions.
    second = not code.startswith(("multi_margin", "soft_margin", "hinge"))
    check_all(f"{code}, reduction='{reduction}')", second=second, **arrays, **constants)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_cross_entropy(reduction: str) -> None:
    x, y = RANDOM.uniform(0.05, 0.95, (2, 3, 4))
    check_all(f"binary_cross_entropy(x, y, reduction='{reduction}')", x=x, y=y)
    weighted = f"binary_cross_entropy(x, y, w.detach(), reduction='{reduction}')"
    check_all(weighted, x=x, y=y, w=numbers(4))
    ends = np.array([0.0, 1.0, 1.0])
    code = f"torch.nn.functional.binary_cross_entropy(x, y, reduction='{reduction}')"
    check(code, x=ends, y=ends[::-1].copy())


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 4, 3), (2, 4, 3, 2), (0, 4)])
def test_nll_loss(shape: tuple[int, ...], reduction: str) -> None:
    target = RANDOM.integers(0, 4, (*shape[:1], *shape[2:]) if len(shape) > 1 else ())
    target = np.asarray(target)
    holes = np.where(target == 1, -100, target)
    weight = np.array([0.5, 1.0, 2.0, 0.1], np.float64)
    for t in (target, holes):
        check_linear(f"nll_loss(x, t, reduction='{reduction}')", x=numbers(*shape), t=t)
        code = f"nll_loss(x, t, c.detach(), ignore_index=3, reduction='{reduction}')"
        check_linear(code, x=numbers(*shape), t=np.asarray(np.where(t < 0, 3, t)), c=weight)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", ["", ", weight=c.detach()"])
def test_cross_entropy(reduction: str, smoothing: float, weighted: str) -> None:
    options = f"{weighted}, reduction='{reduction}', label_smoothing={smoothing})"
    weight = np.array([0.5, 1.0, 2.0, 0.1])
    for shape in ((5, 4), (4,), (2, 4, 3)):
        target = RANDOM.integers(0, 4, (*shape[:1], *shape[2:]) if len(shape) > 1 else ())
        target = np.asarray(np.where(target == 2, -100, target))
        check_all(f"cross_entropy(x, t{options}", x=numbers(*shape), t=target, c=weight)
        likely = np.abs(numbers(*shape))
        check_all(f"cross_entropy(x, y{options}", x=numbers(*shape), y=likely, c=weight)


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("nll_loss(x, t).item()", [0, 4, 1]),
        ("nll_loss(x, t).item()", [0, -1, 1]),
        ("cross_entropy(x, t).item()", [0, 1, 4]),
        ("nll_loss(x, t)", [0, 1]),
        ("nll_loss(x, t)", [0.0, 1.0, 2.0]),
        ("nll_loss(x, t, reduction='other')", [0, 1, 2]),
        ("cross_entropy(x, t, label_smoothing=2.0)", [0, 1, 2]),
        ("cross_entropy(x, t, weight=x[0, :3])", [0, 1, 2]),
        ("binary_cross_entropy(x, x).item()", [0]),
        ("binary_cross_entropy(x, x[:2])", [0]),
        ("binary_cross_entropy_with_logits(x, x[:2])", [0]),
        ("mse_loss(x, x[:2])", [0]),
        ("huber_loss(x, x, delta=-1)", [0]),
        ("smooth_l1_loss(x, x, beta=-1)", [0]),
    ],
)
def test_losses_refuse_what_pytorch_refuses(code: str, target: list[float]) -> None:
    check(f"torch.nn.functional.{code}", x=numbers(3, 4, scale=3), t=np.array(target))


@pytest.mark.parametrize("code", ["mse_loss(x, x)", "l1_loss(x, x)", "kl_div(x, x)"])
def test_losses_of_nothing_and_of_nan(code: str) -> None:
    check(f"torch.nn.functional.{code}", x=np.zeros((0, 3)))
    check(f"torch.nn.functional.{code}", x=np.array([np.nan, 1.0]))


# ---------------------------------------------------------------- convolution

CONVOLUTIONS = [
    ((2, 3, 8, 7), (4, 3, 3, 3), ""),
    ((3, 8, 7), (4, 3, 3, 3), ", padding=1"),
    ((2, 3, 8, 7), (4, 3, 3, 2), ", stride=(2, 1), padding=(1, 0), dilation=(1, 2)"),
    ((2, 4, 8, 7), (6, 2, 3, 3), ", padding=1, groups=2"),
    ((2, 4, 9, 9), (4, 1, 3, 3), ", stride=2, padding=1, groups=4"),
    ((2, 4, 5, 5), (6, 4, 1, 1), ""),
    ((2, 4, 5, 5), (6, 2, 1, 1), ", groups=2"),
    ((2, 3, 7, 6), (4, 3, 4, 3), ", padding='same'"),
    ((2, 3, 7, 6), (4, 3, 2, 3), ", padding='same', dilation=2"),
    ((2, 3, 7, 6), (4, 3, 2, 3), ", padding='valid'"),
    ((20, 2, 18, 17), (3, 2, 3, 3), ", padding=1"),
    ((0, 3, 8, 8), (4, 3, 3, 3), ""),
    ((2, 3, 9), (4, 3, 3), ", stride=2, padding=1"),
    ((3, 9), (4, 3, 3), ", padding='same'"),
    ((1, 2, 5, 6, 4), (3, 2, 2, 3, 2), ", stride=(1, 2, 1), padding=(1, 0, 1)"),
]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(("x", "w", "options"), CONVOLUTIONS)
def test_convolution(x: tuple[int, ...], w: tuple[int, ...], options: str) -> None:
    name = f"conv{len(w) - 2}d"
    second = 0 not in x
    check_all(f"{name}(x, w, b{options})", second, x=numbers(*x), w=numbers(*w), b=numbers(w[0]))
    check_all(f"{name}(x, w{options})", second, x=numbers(*x), w=numbers(*w))


@pytest.mark.parametrize(
    ("x", "w", "options"),
    [
        ((2, 4, 5, 4), (4, 3, 3, 3), ""),
        ((4, 5, 4), (4, 3, 3, 3), ", stride=2, padding=1, output_padding=1"),
        ((2, 4, 5, 4), (4, 3, 3, 2), ", stride=(3, 2), padding=(1, 0), output_padding=(2, 1)"),
        ((2, 4, 5, 4), (4, 3, 3, 2), ", dilation=4, output_padding=3"),
        ((2, 4, 5, 4), (4, 3, 3, 2), ", dilation=4, output_padding=3, padding=1, groups=2"),
        ((2, 4, 6), (4, 3, 3), ", stride=2"),
        ((1, 2, 3, 2, 3), (2, 3, 2, 2, 2), ", stride=2, output_padding=1"),
    ],
)
def test_transposed_convolution(x: tuple[int, ...], w: tuple[int, ...], options: str) -> None:
    groups = 2 if "groups=2" in options else 1
    name = f"conv_transpose{len(w) - 2}d"
    arrays = {"x": numbers(*x), "w": numbers(*w), "b": numbers(w[1] * groups)}
    check_all(f"{name}(x, w, b{options})", **arrays)


@pytest.mark.parametrize(
    "code",
    [
        *("conv2d(x, w, groups=2)", "conv2d(x, w[:, :2])", "conv2d(x, w[:, :, :2, :2], b[:1])"),
        *("conv2d(x, w, stride=0)", "conv2d(x, w, padding=-1)", "conv2d(x, w, dilation=9)"),
        *("conv2d(x[0, 0], w)", "conv2d(x, w, padding='same', stride=2)", "conv1d(x, w)"),
        *("conv2d(x, w, padding='some')", "conv2d(x, w.float())", "conv2d(x, w, stride=(1, 2, 3))"),
        *("conv_transpose2d(x, w)", "conv_transpose2d(x, w.transpose(0, 1), output_padding=1)"),
    ],
)
def test_convolution_refuses_what_pytorch_refuses(code: str) -> None:
    arrays = {"x": numbers(2, 3, 6, 6), "w": numbers(4, 3, 3, 3), "b": numbers(4)}
    check(f"torch.nn.functional.{code}", **arrays)


@pytest.mark.parametrize("options", ["", ", padding=1", ", dilation=2, stride=2", ", stride=3"])
def test_unfold_and_fold(options: str) -> None:
    check_all(f"unfold(x, (3, 2){options})", x=numbers(2, 3, 7, 6))
    check_all(f"unfold(x, (3, 2){options})", x=numbers(3, 7, 6))
    columns = f"torch.nn.functional.unfold(torch.zeros(2, 3, 7, 6), (3, 2){options})"
    shape = eval(columns, {"torch": torch}).shape
    check_all(f"fold(x, (7, 6), (3, 2){options})", x=numbers(*shape))
    check(f"torch.nn.functional.fold(x, (8, 9), (3, 2){options})", x=numbers(*shape))


# -------------------------------------------------------------------- pooling

POOLINGS = ("2", "3, 2", "3, 2, 1", "(2, 3), (2, 1), (0, 1)", "2, ceil_mode=True")
POOLINGS += ("3, 2, 1, ceil_mode=True", "4, 3, 2, ceil_mode=True", "(3, 2)")


@pytest.mark.parametrize("options", POOLINGS)
def test_max_pool2d(options: str) -> None:
    check_linear(f"max_pool2d(x, {options})", x=numbers(2, 3, 9, 7))
    ties = np.round(numbers(3, 8, 10))
    check_linear(f"max_pool2d(x, {options})", x=ties)
    check(f"torch.nn.functional.max_pool2d(x, {options}, return_indices=True)", x=ties)


@pytest.mark.parametrize("options", POOLINGS)
def test_avg_pool2d(options: str) -> None:
    check_linear(f"avg_pool2d(x, {options})", x=numbers(2, 3, 9, 7))
    check_linear(f"avg_pool2d(x, {options}, count_include_pad=False)", x=numbers(2, 3, 9, 7))
    check_linear(f"avg_pool2d(x, {options}, divisor_override=5)", x=numbers(3, 8, 10))


@pytest.mark.parametrize(
    "code",
    [
        *("max_pool1d(x, 3, 2, 1)", "max_pool1d(x, 2, dilation=2)", "avg_pool1d(x, 3, 2, 1)"),
        *("avg_pool1d(x, 3, ceil_mode=True)", "adaptive_avg_pool1d(x, 4)", "lp_pool1d(x, 3, 2)"),
        *("adaptive_avg_pool1d(x, 5)", "adaptive_max_pool1d(x, 4)", "adaptive_max_pool1d(x, 5)"),
        "adaptive_max_pool1d(x, 4, return_indices=True)[0]",
    ],
)
def test_pooling_in_one_dimension(code: str) -> None:
    check_linear(code, x=np.abs(numbers(2, 3, 10)))
    check_linear(code, x=np.abs(numbers(3, 10)))


@pytest.mark.parametrize(
    "code",
    [
        *("max_pool3d(x, 2)", "avg_pool3d(x, 2, 1)", "adaptive_avg_pool3d(x, (2, 3, 1))"),
        *("adaptive_max_pool3d(x, (2, 3, 1))", "avg_pool3d(x, (2, 1, 2), padding=(1, 0, 1))"),
    ],
)
def test_pooling_in_three_dimensions(code: str) -> None:
    check_linear(code, x=numbers(2, 2, 4, 5, 3))


@pytest.mark.parametrize("size", ["(3, 2)", "4", "(None, 3)", "(9, 14)", "1"])
def test_adaptive_pooling(size: str) -> None:
    check_linear(f"adaptive_avg_pool2d(x, {size})", x=numbers(2, 3, 9, 7))
    check_linear(f"adaptive_max_pool2d(x, {size})", x=numbers(2, 3, 9, 7))
    code = f"torch.nn.functional.adaptive_max_pool2d(x, {size}, return_indices=True)"
    check(code, x=np.round(numbers(2, 3, 9, 7)))


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_max_unpool(dims: int) -> None:
    code = f"max_unpool{dims}d(*torch.nn.functional.max_pool{dims}d(x, 2, return_indices=True), 2)"
    check_linear(code, x=numbers(2, 3, *(6, 4, 2)[:dims]))


@pytest.mark.parametrize(
    "code",
    [
        *("max_pool2d(x, 0)", "max_pool2d(x, 2, 0)", "max_pool2d(x, 2, padding=2)"),
        *("max_pool2d(x[0, 0], 2)", "max_pool2d(x, 9)", "avg_pool2d(x, 2, padding=-1)"),
        *("avg_pool2d(x, 2, divisor_override=0)", "adaptive_avg_pool2d(x, -1)"),
        "adaptive_max_pool2d(x[0, 0], 2)",
    ],
)
def test_pooling_refuses_what_pytorch_refuses(code: str) -> None:
    check(f"torch.nn.functional.{code}", x=numbers(2, 3, 6, 6))


# -------------------------------------------------------------- normalisation


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 5), (4, 3, 2, 5)])
def test_batch_norm(shape: tuple[int, ...]) -> None:
    affine = {"w": numbers(3), "b": numbers(3)}
    x = numbers(*shape)
    check_all("batch_norm(x, None, None, w, b, training=True)", x=x, **affine)
    check_all("batch_norm(x, None, None, training=True, eps=0.1)", x=x)
    check_all("batch_norm(x, None, None, w, training=True)", x=x, w=affine["w"])
    # Without a weight, PyTorch cannot differentiate twice.
    check_all("batch_norm(x, None, None, bias=b, training=True)", False, x=x, b=affine["b"])
    code = "batch_norm(x, m.detach(), v.detach().abs(), w, b)"
    check_all(code, x=x, m=numbers(3), v=numbers(3), **affine)
    follow = "(torch.nn.functional.batch_norm(x, m, v, training=True, momentum=0.3), m, v)"
    check(follow, x=x, m=numbers(3), v=np.abs(numbers(3)))


@pytest.mark.parametrize("dims", [1, 2])
def test_layer_norm(dims: int) -> None:
    x = numbers(4, 3, 5)
    affine = {"w": numbers(*x.shape[-dims:]), "b": numbers(*x.shape[-dims:])}
    sizes = x.shape[-dims:]
    check_all(f"layer_norm(x, {sizes}, w, b)", x=x, **affine)
    check_all(f"layer_norm(x, {sizes}, w)", x=x, w=affine["w"])
    check_all(f"layer_norm(x, {sizes}, bias=b)", False, x=x, b=affine["b"])
    check_all(f"layer_norm(x, {sizes}, eps=0.1)", x=x)
    check_all(f"rms_norm(x, {sizes}, w)", x=x, w=affine["w"])


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 5), (2, 6, 3, 2)])
def test_group_and_instance_norm(shape: tuple[int, ...]) -> None:
    x, affine = numbers(*shape), {"w": numbers(6), "b": numbers(6)}
    check_all("group_norm(x, 3, w, b)", x=x, **affine)
    check_all("group_norm(x, 2)", x=x)
    if len(shape) > 2:
        check_all("instance_norm(x, weight=w, bias=b)", x=x, **affine)
        follow = "(torch.nn.functional.instance_norm(x, m, v, momentum=0.3), m, v)"
        check(follow, x=x, m=numbers(6), v=np.abs(numbers(6)))
        check_all("local_response_norm(x, 3, alpha=0.5)", x=x)


def test_normalize_and_distances() -> None:
    x, y = numbers(3, 4, 2), numbers(3, 4, 2)
    for options in ("", ", p=1.0, dim=2", ", p=3, dim=0"):
        check_all(f"normalize(x{options})", x=x)
    for options in ("", ", dim=0", ", dim=-1"):
        check_all(f"cosine_similarity(x, y{options})", x=x, y=y)
    for options in ("", ", p=1.0", ", keepdim=True"):
        check_all(f"pairwise_distance(x, y{options})", x=x, y=y)
    check("torch.nn.functional.normalize(x)", x=np.zeros((2, 3)))


@pytest.mark.parametrize(
    "code",
    [
        *("batch_norm(x[:1, :, 0], None, None, training=True)", "batch_norm(x, None, None)"),
        *("batch_norm(x, x[0, :2, 0], x[0, :2, 0])", "group_norm(x, 4)", "layer_norm(x, (4,))"),
        *("instance_norm(x[:, :, :1])", "layer_norm(x, ())", "group_norm(x, 3, weight=x[0, 0])"),
    ],
)
def test_normalisation_refuses_what_pytorch_refuses(code: str) -> None:
    check(f"torch.nn.functional.{code}", x=numbers(4, 3, 5))


# --------------------------------------------------------- padding and images


@pytest.mark.parametrize(
    "options",
    [
        *("(1, 2)", "(1, 2, 0, 3), value=1.5", "(-1, 2, 1, -2)", "(1, 1, 1, 1, 2, 0)"),
        *("(1, 2, 2, 1), mode='reflect'", "(3, 2, 1, 4), mode='replicate'", "(-3, -3)"),
        *("(1, 2, 3, 4), mode='circular'", "(-1, 2, 1, -2), mode='circular'", "(1, 2, 3)"),
        *("(9, 0, 0, 0), mode='reflect'", "(1, 1), mode='reflect'", "(1, 1, 1, 1), mode='other'"),
        *("(1, -2, 2, -1), mode='reflect'", "(-9, 0)", "(9, 9, 9, 9), mode='circular'"),
    ],
)
def test_pad(options: str) -> None:
    code = f"torch.nn.functional.pad(x, {options})"
    x = numbers(2, 3, 4, 5)
    check(code, x=x)
    try:
        eval(code, {"torch": torch, "x": torch.tensor(x)})
    except (RuntimeError, ValueError, NotImplementedError):
        return
    check_gradients(code, second=False, x=x)


@pytest.mark.parametrize(
    "options",
    [
        *("size=(7, 9)", "scale_factor=2", "scale_factor=(1.7, 0.6)", "size=3, mode='area'"),
        *("scale_factor=1.7, mode='nearest-exact'", "size=(7, 9), mode='bilinear'"),
        *("scale_factor=1.7, mode='bilinear'", "size=(9, 3), mode='bilinear', align_corners=True"),
        *("size=(7, 9), mode='bicubic'", "scale_factor=0.7, mode='bicubic', align_corners=True"),
        "scale_factor=1.7, mode='bilinear', recompute_scale_factor=True",
        *(
            "size=1, mode='bilinear', align_corners=True",
            "mode='bilinear'",
            "size=3, mode='linear'",
        ),
        *(
            "size=3, mode='linear'",
            "size=3, align_corners=True",
            "size=3, scale_factor=2",
            "size=(3, 4, 5)",
        ),
    ],
)
def test_interpolate(options: str) -> None:
    code = f"torch.nn.functional.interpolate(x, {options})"
    x = numbers(2, 3, 5, 4)
    check(code, x=x)
    try:
        eval(code, {"torch": torch, "x": torch.tensor(x)})
    except (RuntimeError, ValueError, NotImplementedError):
        return
    check_gradients(code, second=False, x=x)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", ["(3, 9)", "(20, 4)", "(5, 5)"])
def test_antialiased_interpolation(mode: str, size: str) -> None:
    code = f"interpolate(x, size={size}, mode='{mode}', antialias=True)"
    check_all(code, second=False, x=numbers(1, 2, 11, 13))


def test_interpolate_lines_and_volumes() -> None:
    check_all("interpolate(x, size=7, mode='linear')", x=numbers(2, 3, 4))
    check_all("interpolate(x, scale_factor=2)", x=numbers(2, 3, 4))
    check_all("interpolate(x, scale_factor=2, mode='trilinear')", x=numbers(1, 2, 3, 2, 3))


def test_pixels_and_channels() -> None:
    check_all("pixel_shuffle(x, 2)", x=numbers(2, 8, 3, 2))
    check_all("pixel_unshuffle(x, 2)", x=numbers(2, 3, 4, 6))
    check_all("channel_shuffle(x, 3)", second=False, x=numbers(2, 6, 2))
    check("torch.nn.functional.pixel_shuffle(x, 2)", x=numbers(2, 6, 3, 2))


# -------------------------------------------------------------------- dropout


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("dropout", (5, 7)),
        ("dropout1d", (4, 5, 6)),
        ("dropout2d", (4, 5, 3, 2)),
        ("dropout3d", (2, 5, 3, 2, 2)),
        ("alpha_dropout", (40, 7)),
        ("feature_alpha_dropout", (4, 5, 3)),
    ],
)
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_dropout_draws_what_pytorch_draws(name: str, shape: tuple[int, ...], p: float) -> None:
    code = f"(torch.manual_seed(3), torch.nn.functional.{name}(x, {p}, training=True))[1]"
    check(code, x=numbers(*shape))
    check(code, x=numbers(*shape).astype(np.float32))
    check(f"torch.nn.functional.{name}(x, {p}, training=False)", x=numbers(*shape))


def test_gumbel_softmax_draws_what_pytorch_draws() -> None:
    for hard in (False, True):
        code = f"torch.nn.functional.gumbel_softmax(x, tau=0.7, hard={hard})"
        check(f"(torch.manual_seed(3), {code})[1]", x=single(numbers(5, 6)))


def test_every_function_is_pytorchs() -> None:
    names = set(graphnet.nn.functional.__all__)
    assert not {name for name in names if not hasattr(torch.nn.functional, name)}


def test_margin_losses_of_integers() -> None:
    whole = {"x": np.array([1, 2]), "y": np.array([3, 1]), "t": np.array([1, -1])}
    for reduction in ("none", "sum"):
        for margin in ("0", "1.5"):
            options = f"margin={margin}, reduction='{reduction}'"
            check(f"torch.nn.functional.margin_ranking_loss(x, y, t, {options})", **whole)
            check(f"torch.nn.functional.hinge_embedding_loss(x, t, {options})", **whole)


@pytest.mark.parametrize("target", [np.array(1), np.array([1])])
@pytest.mark.parametrize("name", ["multi_margin_loss", "nll_loss", "cross_entropy"])
def test_one_class_of_one_sample(name: str, target: Any) -> None:
    x = np.array([0.5, 1.25, -1.0])
    for reduction in ("none", "mean"):
        check(f"torch.nn.functional.{name}(x, t, reduction='{reduction}')", x=x, t=target)
