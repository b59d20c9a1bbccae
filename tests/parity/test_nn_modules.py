"""The layers against PyTorch's: what they print, hold, draw, compute and differentiate."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")

Build = Callable[[Any], Any]


def floats(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape) + len(shape)).normal(size=shape).astype(np.float32)


def probabilities(*shape: int) -> np.ndarray:
    weights = np.exp(floats(*shape))
    return weights / weights.sum(1, keepdims=True)


def integers(high: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(high).integers(0, high, shape)


IMAGE = floats(2, 4, 6, 5)
VOLUME = floats(2, 2, 4, 3, 5)
ROWS = floats(3, 4)
SERIES = floats(2, 4, 7)
EVERYWHERE = np.linspace(-4, 4, 33, dtype=np.float32).reshape(3, 11)

# What it is, how to build it from `nn`, and the inputs to call it with.
LAYERS: list[tuple[str, Build, tuple[np.ndarray, ...]]] = [
    ("Identity", lambda nn: nn.Identity(3, unused=4), (ROWS,)),
    ("Linear", lambda nn: nn.Linear(4, 3), (ROWS,)),
    ("Linear without bias", lambda nn: nn.Linear(4, 3, bias=False), (IMAGE[..., :4],)),
    ("Linear for a vector", lambda nn: nn.Linear(4, 3), (ROWS[0],)),
    ("Bilinear", lambda nn: nn.Bilinear(4, 2, 3), (ROWS, floats(3, 2))),
    ("Bilinear without bias", lambda nn: nn.Bilinear(4, 2, 3, bias=False), (ROWS, floats(3, 2))),
    ("Flatten", lambda nn: nn.Flatten(), (IMAGE,)),
    ("Flatten some", lambda nn: nn.Flatten(1, 2), (IMAGE,)),
    ("Unflatten", lambda nn: nn.Unflatten(1, (2, -1)), (ROWS,)),
    ("Conv1d", lambda nn: nn.Conv1d(4, 6, 3), (SERIES,)),
    ("Conv1d strided", lambda nn: nn.Conv1d(4, 6, 3, 2, 1, groups=2, bias=False), (SERIES,)),
    ("Conv2d", lambda nn: nn.Conv2d(4, 3, 3), (IMAGE,)),
    ("Conv2d odd", lambda nn: nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0), groups=2), (IMAGE,)),
    ("Conv2d dilated", lambda nn: nn.Conv2d(4, 3, 2, dilation=2), (IMAGE,)),
    ("Conv2d same", lambda nn: nn.Conv2d(4, 3, (3, 2), padding="same"), (IMAGE,)),
    ("Conv2d valid", lambda nn: nn.Conv2d(4, 3, (3, 2), padding="valid"), (IMAGE,)),
    ("Conv2d of one image", lambda nn: nn.Conv2d(4, 3, 3), (IMAGE[0],)),
    *(
        (
            f"Conv2d {mode}",
            lambda nn, mode=mode: nn.Conv2d(4, 3, 3, padding=(1, 2), padding_mode=mode),
            (IMAGE,),
        )
        for mode in ("reflect", "replicate", "circular")
    ),
    (
        "Conv2d reflect same",
        lambda nn: nn.Conv2d(4, 3, (3, 2), padding="same", padding_mode="reflect"),
        (IMAGE,),
    ),
    ("ConvTranspose1d", lambda nn: nn.ConvTranspose1d(4, 3, 3, stride=2), (SERIES,)),
    ("ConvTranspose2d", lambda nn: nn.ConvTranspose2d(4, 3, 3), (IMAGE,)),
    (
        "ConvTranspose2d odd",
        lambda nn: nn.ConvTranspose2d(4, 6, (3, 2), 2, 1, 1, groups=2, bias=False, dilation=2),
        (IMAGE,),
    ),
    ("Conv3d", lambda nn: nn.Conv3d(2, 4, (2, 3, 1), groups=2), (VOLUME,)),
    ("ConvTranspose3d", lambda nn: nn.ConvTranspose3d(2, 4, 2, stride=(1, 2, 1)), (VOLUME,)),
    ("MaxPool1d", lambda nn: nn.MaxPool1d(3, 2, 1), (SERIES,)),
    ("MaxPool3d", lambda nn: nn.MaxPool3d(2, 1), (VOLUME,)),
    ("AvgPool3d", lambda nn: nn.AvgPool3d((2, 1, 2)), (VOLUME,)),
    ("AdaptiveAvgPool3d", lambda nn: nn.AdaptiveAvgPool3d((2, None, 3)), (VOLUME,)),
    ("AdaptiveMaxPool3d", lambda nn: nn.AdaptiveMaxPool3d(2), (VOLUME,)),
    ("MaxPool2d", lambda nn: nn.MaxPool2d(2), (IMAGE,)),
    ("MaxPool2d odd", lambda nn: nn.MaxPool2d((3, 2), 2, (1, 0), ceil_mode=True), (IMAGE,)),
    ("AvgPool1d", lambda nn: nn.AvgPool1d(3, 2, 1), (SERIES,)),
    ("AvgPool2d", lambda nn: nn.AvgPool2d(2), (IMAGE,)),
    (
        "AvgPool2d odd",
        lambda nn: nn.AvgPool2d((3, 2), 2, (1, 0), True, False),
        (IMAGE,),
    ),
    ("AvgPool2d divided", lambda nn: nn.AvgPool2d(2, divisor_override=3), (IMAGE,)),
    ("AdaptiveAvgPool1d", lambda nn: nn.AdaptiveAvgPool1d(3), (SERIES,)),
    ("AdaptiveAvgPool2d", lambda nn: nn.AdaptiveAvgPool2d((None, 3)), (IMAGE,)),
    ("AdaptiveMaxPool1d", lambda nn: nn.AdaptiveMaxPool1d(3), (SERIES,)),
    ("AdaptiveMaxPool2d", lambda nn: nn.AdaptiveMaxPool2d(2), (IMAGE,)),
    ("BatchNorm1d", lambda nn: nn.BatchNorm1d(4), (ROWS,)),
    ("BatchNorm1d of series", lambda nn: nn.BatchNorm1d(4, momentum=None), (SERIES,)),
    ("BatchNorm2d", lambda nn: nn.BatchNorm2d(4, eps=1e-3, momentum=0.3), (IMAGE,)),
    ("BatchNorm2d plain", lambda nn: nn.BatchNorm2d(4, affine=False), (IMAGE,)),
    ("BatchNorm2d scale", lambda nn: nn.BatchNorm2d(4, bias=False), (IMAGE,)),
    ("BatchNorm2d blind", lambda nn: nn.BatchNorm2d(4, track_running_stats=False), (IMAGE,)),
    ("BatchNorm3d", lambda nn: nn.BatchNorm3d(2), (VOLUME,)),
    ("LayerNorm", lambda nn: nn.LayerNorm(4), (ROWS,)),
    ("RMSNorm", lambda nn: nn.RMSNorm((6, 5)), (IMAGE,)),
    ("RMSNorm plain", lambda nn: nn.RMSNorm(4, 0.1, elementwise_affine=False), (ROWS,)),
    ("LayerNorm of images", lambda nn: nn.LayerNorm([6, 5], bias=False), (IMAGE,)),
    ("LayerNorm plain", lambda nn: nn.LayerNorm((4,), elementwise_affine=False), (ROWS,)),
    ("GroupNorm", lambda nn: nn.GroupNorm(2, 4), (IMAGE,)),
    ("GroupNorm plain", lambda nn: nn.GroupNorm(2, 4, affine=False), (SERIES,)),
    ("GroupNorm scale", lambda nn: nn.GroupNorm(4, 4, 0.1, bias=False), (SERIES,)),
    *(
        (
            f"{name}{n}d",
            lambda nn, name=name, n=n: getattr(nn, f"{name}{n}d")(
                *((1, 0.5) if name == "ConstantPad" else (1,))
            ),
            ((SERIES, IMAGE, VOLUME)[n - 1],),
        )
        for name in ("ConstantPad", "ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad")
        for n in (1, 2, 3)
    ),
    ("ConstantPad2d uneven", lambda nn: nn.ConstantPad2d((1, -1, 0, 2), 3.0), (IMAGE,)),
    ("ReflectionPad2d uneven", lambda nn: nn.ReflectionPad2d((1, 2, 0, 3)), (IMAGE,)),
    ("InstanceNorm1d", lambda nn: nn.InstanceNorm1d(4), (SERIES,)),
    ("InstanceNorm1d alone", lambda nn: nn.InstanceNorm1d(4, affine=True), (SERIES[0],)),
    (
        "InstanceNorm2d tracked",
        lambda nn: nn.InstanceNorm2d(4, momentum=0.3, affine=True, track_running_stats=True),
        (IMAGE,),
    ),
    ("InstanceNorm2d scale", lambda nn: nn.InstanceNorm2d(4, affine=True, bias=False), (IMAGE,)),
    ("InstanceNorm3d", lambda nn: nn.InstanceNorm3d(2, 1e-3), (VOLUME,)),
    ("LocalResponseNorm", lambda nn: nn.LocalResponseNorm(3, 0.1, 0.5, 2.0), (IMAGE,)),
    ("LPPool1d", lambda nn: nn.LPPool1d(2, 3, 2), (np.abs(SERIES),)),
    ("LPPool2d", lambda nn: nn.LPPool2d(1, (2, 3), ceil_mode=True), (np.abs(IMAGE),)),
    ("PixelShuffle", lambda nn: nn.PixelShuffle(2), (IMAGE,)),
    ("PixelUnshuffle", lambda nn: nn.PixelUnshuffle(2), (floats(2, 3, 4, 6),)),
    ("ChannelShuffle", lambda nn: nn.ChannelShuffle(2), (IMAGE,)),
    ("Unfold", lambda nn: nn.Unfold((2, 3), padding=(1, 0), stride=2), (IMAGE,)),
    ("Fold", lambda nn: nn.Fold((4, 5), 2), (floats(2, 8, 12),)),
    ("Upsample", lambda nn: nn.Upsample(scale_factor=2), (SERIES,)),
    ("Upsample to a size", lambda nn: nn.Upsample((9, 4), mode="bilinear"), (IMAGE,)),
    (
        "Upsample by factors",
        lambda nn: nn.Upsample(scale_factor=(2, 1.5), mode="bicubic", align_corners=True),
        (IMAGE,),
    ),
    ("UpsamplingNearest2d", lambda nn: nn.UpsamplingNearest2d(scale_factor=(2, 3)), (IMAGE,)),
    ("UpsamplingBilinear2d", lambda nn: nn.UpsamplingBilinear2d(7), (IMAGE,)),
    ("CosineSimilarity", lambda nn: nn.CosineSimilarity(), (ROWS, ROWS[::-1].copy())),
    ("PairwiseDistance", lambda nn: nn.PairwiseDistance(3, keepdim=True), (ROWS, ROWS * 2 + 1)),
    ("TripletMarginLoss", lambda nn: nn.TripletMarginLoss(swap=True), (ROWS, ROWS * 2, ROWS + 1)),
    ("HingeEmbeddingLoss", lambda nn: nn.HingeEmbeddingLoss(2.0), (ROWS, np.sign(ROWS))),
    (
        "MarginRankingLoss",
        lambda nn: nn.MarginRankingLoss(0.5, reduction="sum"),
        (ROWS[0], ROWS[1], np.sign(ROWS[2])),
    ),
    (
        "CosineEmbeddingLoss",
        lambda nn: nn.CosineEmbeddingLoss(0.2),
        (ROWS, ROWS[::-1].copy(), np.array([1, -1, -1])),
    ),
    ("SoftMarginLoss", lambda nn: nn.SoftMarginLoss(), (ROWS, np.sign(ROWS))),
    ("MultiMarginLoss", lambda nn: nn.MultiMarginLoss(2, 0.7), (ROWS, integers(4, 3))),
    (
        "MultiLabelSoftMarginLoss",
        lambda nn: nn.MultiLabelSoftMarginLoss(reduction="none"),
        (ROWS, np.float32(ROWS > 0)),
    ),
    ("PoissonNLLLoss", lambda nn: nn.PoissonNLLLoss(full=True), (ROWS, np.abs(ROWS) * 3)),
    ("GaussianNLLLoss", lambda nn: nn.GaussianNLLLoss(full=True), (ROWS, ROWS + 1, np.abs(ROWS))),
    *(
        (
            f"MaxUnpool{n}d",
            lambda nn, n=n: getattr(nn, f"MaxUnpool{n}d")(2),
            (floats(1, 1, *(3,) * n), np.arange(3**n).reshape(1, 1, *(3,) * n) * 2),
        )
        for n in (1, 2, 3)
    ),
    ("Embedding", lambda nn: nn.Embedding(7, 3), (integers(7, 2, 5),)),
    ("Embedding padded", lambda nn: nn.Embedding(7, 3, padding_idx=-2), (integers(7, 2, 5),)),
    (
        "Embedding by frequency",
        lambda nn: nn.Embedding(4, 3, scale_grad_by_freq=True),
        (integers(4, 9),),
    ),
    ("Embedding bounded", lambda nn: nn.Embedding(4, 3, max_norm=0.5), (integers(4, 9),)),
    ("LPPool3d", lambda nn: nn.LPPool3d(3, 2), (np.abs(VOLUME),)),
    ("LPPool2d of the greatest", lambda nn: nn.LPPool2d(float("inf"), 2), (IMAGE,)),
    *(
        (
            f"FractionalMaxPool{n}d",
            lambda nn, n=n: getattr(nn, f"FractionalMaxPool{n}d")(2, 3),
            (x,),
        )
        for n, x in ((2, IMAGE), (3, floats(2, 2, 5, 7, 6)))
    ),
    (
        "FractionalMaxPool2d by ratio",
        lambda nn: nn.FractionalMaxPool2d((2, 1), output_ratio=(0.5, 0.9)),
        (IMAGE,),
    ),
    ("MultiLabelMarginLoss", lambda nn: nn.MultiLabelMarginLoss(), (ROWS, integers(4, 3, 4) - 1)),
    (
        "TripletMarginWithDistanceLoss",
        lambda nn: nn.TripletMarginWithDistanceLoss(margin=2.0, swap=True),
        (ROWS, ROWS * 2, ROWS + 1),
    ),
    (
        "CTCLoss",
        lambda nn: nn.CTCLoss(),
        (
            np.log(probabilities(6, 5, 2)).transpose(0, 2, 1),
            integers(4, 2, 3) + 1,
            np.array([6, 5]),
            np.array([3, 2]),
        ),
    ),
    (
        "LinearCrossEntropyLoss",
        lambda nn: nn.LinearCrossEntropyLoss(4, 5, bias=True, label_smoothing=0.1),
        (ROWS, integers(5, 3)),
    ),
    ("EmbeddingBag", lambda nn: nn.EmbeddingBag(7, 3), (integers(7, 2, 5),)),
    (
        "EmbeddingBag of sums",
        lambda nn: nn.EmbeddingBag(7, 3, mode="sum", padding_idx=2),
        (integers(7, 9), np.array([0, 4, 4])),
    ),
    ("EmbeddingBag of maxima", lambda nn: nn.EmbeddingBag(7, 3, mode="max"), (integers(7, 2, 5),)),
    ("Dropout of nothing", lambda nn: nn.Dropout(0.0), (ROWS,)),
    ("Dropout of all", lambda nn: nn.Dropout(1.0), (ROWS,)),
    ("Dropout1d of nothing", lambda nn: nn.Dropout1d(0.0), (SERIES,)),
    ("Dropout2d of nothing", lambda nn: nn.Dropout2d(0.0), (IMAGE,)),
    ("Dropout3d of nothing", lambda nn: nn.Dropout3d(0.0), (VOLUME,)),
    ("AlphaDropout of nothing", lambda nn: nn.AlphaDropout(0.0), (ROWS,)),
    ("FeatureAlphaDropout of nothing", lambda nn: nn.FeatureAlphaDropout(0.0), (SERIES,)),
    ("PReLU", lambda nn: nn.PReLU(), (EVERYWHERE,)),
    ("PReLU of channels", lambda nn: nn.PReLU(4, 0.1), (IMAGE,)),
    ("Threshold", lambda nn: nn.Threshold(0.1, 20), (EVERYWHERE,)),
    ("Hardtanh", lambda nn: nn.Hardtanh(-2, 0.5), (EVERYWHERE,)),
    ("LeakyReLU", lambda nn: nn.LeakyReLU(0.2), (EVERYWHERE,)),
    ("ELU", lambda nn: nn.ELU(2.0), (EVERYWHERE,)),
    ("CELU", lambda nn: nn.CELU(2.0), (EVERYWHERE,)),
    ("GELU tanh", lambda nn: nn.GELU("tanh"), (EVERYWHERE,)),
    ("Softplus", lambda nn: nn.Softplus(2.0, 3.0), (EVERYWHERE,)),
    ("Hardshrink", lambda nn: nn.Hardshrink(0.7), (EVERYWHERE,)),
    ("Softshrink", lambda nn: nn.Softshrink(0.7), (EVERYWHERE,)),
    *(
        (name, lambda nn, name=name: getattr(nn, name)(), (EVERYWHERE,))
        for name in (
            *("ReLU", "ReLU6", "SELU", "GELU", "SiLU", "Mish", "Sigmoid", "LogSigmoid", "Tanh"),
            *("Hardsigmoid", "Hardswish", "Softsign", "Tanhshrink"),
        )
    ),
    ("Softmax", lambda nn: nn.Softmax(1), (ROWS,)),
    ("Softmin", lambda nn: nn.Softmin(0), (ROWS,)),
    ("LogSoftmax", lambda nn: nn.LogSoftmax(-1), (IMAGE,)),
    ("Softmax2d", lambda nn: nn.Softmax2d(), (IMAGE,)),
    ("GLU", lambda nn: nn.GLU(1), (ROWS,)),
    ("Sequential", lambda nn: nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2)), (ROWS,)),
    (
        "Sequential of names",
        lambda nn: nn.Sequential(OrderedDict(conv=nn.Conv2d(4, 2, 3), act=nn.Tanh())),
        (IMAGE,),
    ),
    (
        "small CNN",
        lambda nn: nn.Sequential(
            nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU()),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(48, 3),
        ),
        (IMAGE,),
    ),
]

REDUCTIONS = ("mean", "sum", "none")
LOSSES: list[tuple[str, Build, tuple[np.ndarray, ...]]] = [
    *(
        (
            f"{name} {reduction}",
            lambda nn, name=name, reduction=reduction: getattr(nn, name)(reduction=reduction),
            (ROWS, floats(3, 4) * 3),
        )
        for name in ("L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss")
        for reduction in REDUCTIONS
    ),
    ("SmoothL1Loss wide", lambda nn: nn.SmoothL1Loss(beta=2.5), (ROWS, ROWS * 3)),
    ("HuberLoss wide", lambda nn: nn.HuberLoss(delta=2.5), (ROWS, ROWS * 3)),
    *(
        (
            f"{name} {reduction}",
            lambda nn, name=name, reduction=reduction: getattr(nn, name)(reduction=reduction),
            (np.log(probabilities(3, 4)), integers(4, 3)),
        )
        for name in ("NLLLoss", "CrossEntropyLoss")
        for reduction in REDUCTIONS
    ),
    (
        "NLLLoss of images",
        lambda nn: nn.NLLLoss(ignore_index=1),
        (np.log(probabilities(2, 4, 3, 3)), integers(4, 2, 3, 3)),
    ),
    (
        "CrossEntropyLoss smooth",
        lambda nn: nn.CrossEntropyLoss(label_smoothing=0.2),
        (ROWS, integers(4, 3)),
    ),
    ("CrossEntropyLoss soft", lambda nn: nn.CrossEntropyLoss(), (ROWS, probabilities(3, 4))),
    ("BCELoss", lambda nn: nn.BCELoss(), (probabilities(3, 4), probabilities(3, 4))),
    ("BCEWithLogitsLoss", lambda nn: nn.BCEWithLogitsLoss(), (ROWS, probabilities(3, 4))),
    ("KLDivLoss", lambda nn: nn.KLDivLoss(reduction="batchmean"), (ROWS, probabilities(3, 4))),
    (
        "KLDivLoss log",
        lambda nn: nn.KLDivLoss(reduction="sum", log_target=True),
        (ROWS, np.log(probabilities(3, 4))),
    ),
]


def named(cases: list[tuple[str, Build, tuple[np.ndarray, ...]]]) -> Any:
    return pytest.mark.parametrize(
        ("build", "inputs"), [pytest.param(*rest, id=name) for name, *rest in cases]
    )


def arrays(state: Any) -> dict[str, np.ndarray]:
    return {key: np.array(value.detach().numpy()) for key, value in state.items()}


def assert_same_state(ours: Any, theirs: Any, **tolerance: float) -> None:
    mine, wanted = arrays(ours.state_dict()), arrays(theirs.state_dict())
    assert list(mine) == list(wanted)
    for key, value in wanted.items():
        assert mine[key].dtype == value.dtype
        assert mine[key].shape == value.shape
        np.testing.assert_allclose(mine[key], value, err_msg=key, **tolerance)


def run(library: Any, module: Any, inputs: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """The result, then the gradients of the first input and of the parameters."""
    tensors = [library.tensor(array) for array in inputs]
    if inputs[0].dtype == np.float32:
        tensors[0].requires_grad_()
    result = module(*tensors)
    values = [result.detach().numpy()]
    if result.requires_grad:
        # Not a plain sum: of a softmax, say, its gradient would be zero.
        weights = floats(*result.shape) if result.dim() else np.float32(1.5)
        (result * library.tensor(weights)).sum().backward()
    leaves = [tensor for tensor in (tensors[0], *module.parameters()) if tensor.requires_grad]
    values += [leaf.grad.numpy() for leaf in leaves if leaf.grad is not None]
    return [np.array(value) for value in values]


@named(LAYERS + LOSSES)
def test_what_is_printed(build: Build, inputs: tuple[np.ndarray, ...]) -> None:
    assert repr(build(graphnet.nn)) == repr(build(torch.nn))


@named(LAYERS + LOSSES)
def test_same_seed_gives_same_parameters(build: Build, inputs: tuple[np.ndarray, ...]) -> None:
    graphnet.manual_seed(1234)
    ours = build(graphnet.nn)
    torch.manual_seed(1234)
    assert_same_state(ours, build(torch.nn), rtol=0, atol=0)


# PyTorch says so of an even kernel with padding="same".
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@named(LAYERS + LOSSES)
def test_result_gradients_and_buffers(
    build: Build, inputs: tuple[np.ndarray, ...], training: bool
) -> None:
    theirs = build(torch.nn).train(training)
    ours = build(graphnet.nn).train(training)
    ours.load_state_dict(
        {key: graphnet.tensor(v) for key, v in arrays(theirs.state_dict()).items()}
    )
    got, wanted = run(graphnet, ours, inputs), run(torch, theirs, inputs)
    assert len(got) == len(wanted)
    for mine, right in zip(got, wanted, strict=True):
        assert mine.shape == right.shape
        np.testing.assert_allclose(mine, right, rtol=1e-4, atol=1e-5)
    assert_same_state(ours, theirs, rtol=1e-5, atol=1e-6)


@named([case for case in LAYERS if "Linear" in case[0] or "CNN" in case[0]])
def test_copies_are_apart_and_alike(build: Build, inputs: tuple[np.ndarray, ...]) -> None:
    module = build(graphnet.nn).eval()
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        for mine, right in zip(
            run(graphnet, other, inputs), run(graphnet, module, inputs), strict=True
        ):
            np.testing.assert_array_equal(mine, right)
        assert repr(other) == repr(module)
        assert not {id(p) for p in other.parameters()} & {id(p) for p in module.parameters()}
        module.zero_grad()
        other.zero_grad()


@pytest.mark.parametrize(
    "name", sorted({case[0].split()[0] for case in LAYERS + LOSSES} - {"small"})
)
def test_constructor_arguments(name: str) -> None:
    ours = inspect.signature(getattr(graphnet.nn, name)).parameters
    theirs = inspect.signature(getattr(torch.nn, name)).parameters
    if name in ("Sigmoid", "LogSigmoid", "Tanh", "Tanhshrink", "Softsign", "Softmax2d"):
        assert not ours  # PyTorch's say *args, **kwargs, and refuse any
        return
    assert [(p.name, p.kind) for p in ours.values()] == [(p.name, p.kind) for p in theirs.values()]
    for mine, right in zip(ours.values(), theirs.values(), strict=True):
        assert mine.default == right.default or (name, mine.name) == ("AvgPool1d", "stride")


def test_batch_normalization_counts_batches() -> None:
    ours, theirs = graphnet.nn.BatchNorm1d(4, momentum=None), torch.nn.BatchNorm1d(4, momentum=None)
    for scale in (1, 2, 3):
        ours(graphnet.tensor(ROWS * scale))
        theirs(torch.tensor(ROWS * scale))
    assert_same_state(ours, theirs, rtol=1e-5, atol=1e-6)
    assert int(ours.num_batches_tracked) == 3


def test_weighted_losses() -> None:
    weight = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    for name, arguments, target in (
        ("NLLLoss", {}, integers(4, 3)),
        ("CrossEntropyLoss", {"label_smoothing": 0.1}, integers(4, 3)),
        ("BCEWithLogitsLoss", {}, probabilities(3, 4)),
    ):
        got, wanted = (
            run(
                library,
                getattr(library.nn, name)(weight=library.tensor(weight), **arguments),
                (ROWS, target),
            )
            for library in (graphnet, torch)
        )
        for mine, right in zip(got, wanted, strict=True):
            np.testing.assert_allclose(mine, right, rtol=1e-5, atol=1e-6)


def test_transposed_convolution_of_a_wanted_size() -> None:
    ours, theirs = (nn.ConvTranspose2d(4, 3, 3, stride=2) for nn in (graphnet.nn, torch.nn))
    ours.load_state_dict(
        {key: graphnet.tensor(v) for key, v in arrays(theirs.state_dict()).items()}
    )
    for size in [(14, 12), (2, 3, 13, 11), [13, 12]]:
        np.testing.assert_allclose(
            ours(graphnet.tensor(IMAGE), output_size=size).detach().numpy(),
            theirs(torch.tensor(IMAGE), output_size=size).detach().numpy(),
            rtol=1e-4,
            atol=1e-5,
        )


def nested(nn: Any) -> Any:
    block = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    return nn.ModuleDict(
        {
            "blocks": nn.ModuleList([block, nn.Sequential(nn.Linear(2, 2), nn.Tanh()), nn.ReLU()]),
            "again": block,
            "norm": nn.BatchNorm1d(2),
            "list": nn.ParameterList([nn.Parameter(nn.Linear(1, 1).weight), 3]),
            "empty": nn.ModuleList(),
            "dict": nn.ParameterDict({"b": nn.Linear(2, 1).weight, "a": nn.Linear(1, 2).bias}),
        }
    )


def test_nested_modules() -> None:
    ours, theirs = nested(graphnet.nn), nested(torch.nn)
    assert repr(ours) == repr(theirs)
    for method in ("named_modules", "named_parameters", "named_buffers", "named_children"):
        assert [n for n, _ in getattr(ours, method)()] == [n for n, _ in getattr(theirs, method)()]
    for method in ("named_modules", "named_parameters"):
        mine = getattr(ours, method)(prefix="net", remove_duplicate=False)
        right = getattr(theirs, method)(prefix="net", remove_duplicate=False)
        assert [name for name, _ in mine] == [name for name, _ in right]
    assert list(ours.state_dict(prefix="net.")) == list(theirs.state_dict(prefix="net."))
    assert ours.state_dict()._metadata == theirs.state_dict()._metadata


def outcome(work: Callable[[], Any]) -> tuple[type, str] | None:
    """What a call raises: its built-in type, and the first line of what it says."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            work()
    except Exception as error:  # noqa: BLE001  # what it is, is what is compared
        kind = next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
        return kind, str(error).splitlines()[0].strip("\"'")
    return None


REFUSED: list[tuple[str, Callable[[Any], Any]]] = [
    ("buffer name", lambda T: T.nn.Linear(1, 1).register_buffer(3, None)),
    ("buffer dot", lambda T: T.nn.Linear(1, 1).register_buffer("a.b", None)),
    ("buffer empty", lambda T: T.nn.Linear(1, 1).register_buffer("", None)),
    ("buffer taken", lambda T: T.nn.Linear(1, 1).register_buffer("weight", None)),
    ("buffer type", lambda T: T.nn.Linear(1, 1).register_buffer("x", 3)),
    ("parameter name", lambda T: T.nn.Linear(1, 1).register_parameter(3, None)),
    ("parameter taken", lambda T: T.nn.Linear(1, 1).register_parameter("forward", None)),
    ("parameter type", lambda T: T.nn.Linear(1, 1).register_parameter("x", T.ones(1))),
    ("module name", lambda T: T.nn.Linear(1, 1).add_module(3, None)),
    ("module taken", lambda T: T.nn.Linear(1, 1).add_module("weight", T.nn.ReLU())),
    ("module type", lambda T: T.nn.Linear(1, 1).add_module("x", 3)),
    ("assign to parameter", lambda T: setattr(T.nn.Linear(1, 1), "weight", T.ones(1))),
    ("assign to module", lambda T: setattr(T.nn.Sequential(T.nn.ReLU()), "0", 3)),
    ("assign to buffer", lambda T: setattr(T.nn.BatchNorm1d(1), "running_mean", 3)),
    ("no attribute", lambda T: T.nn.Linear(1, 1).weights),
    ("delete none", lambda T: delattr(T.nn.Linear(1, 1), "weights")),
    ("arguments", lambda T: T.nn.Module(1)),
    ("no forward", lambda T: T.nn.Module()(1)),
    ("train", lambda T: T.nn.Linear(1, 1).train(1)),
    ("submodule", lambda T: T.nn.Linear(1, 1).get_submodule("a.b")),
    ("no submodule", lambda T: T.nn.Linear(1, 1).get_submodule("weight")),
    ("parameter path", lambda T: T.nn.Sequential(T.nn.Linear(1, 1)).get_parameter("0.x")),
    ("no parameter", lambda T: T.nn.BatchNorm1d(1).get_parameter("running_mean")),
    ("no buffer", lambda T: T.nn.Linear(1, 1).get_buffer("weight")),
    ("set nowhere", lambda T: T.nn.Sequential().set_submodule("", T.nn.ReLU())),
    ("set strict", lambda T: T.nn.Sequential().set_submodule("0", T.nn.ReLU(), strict=True)),
    ("set no module", lambda T: T.nn.Sequential(T.nn.ReLU()).set_submodule("0", 3)),
    ("to integers", lambda T: T.nn.Linear(1, 1).to(T.int64)),
    ("load nothing", lambda T: T.nn.Linear(1, 1).load_state_dict(3)),
    ("negative size", lambda T: T.nn.Linear(-1, 1)),
    ("integer layer", lambda T: T.nn.Linear(1, 1, dtype=T.int64)),
    ("Bilinear", lambda T: T.nn.Bilinear(0, 1, 1)),
    ("Unflatten", lambda T: T.nn.Unflatten(1, 2)),
    ("Unflatten sizes", lambda T: T.nn.Unflatten(1, (2, "a"))),
    ("groups", lambda T: T.nn.Conv2d(3, 4, 3, groups=2)),
    ("no groups", lambda T: T.nn.Conv2d(3, 4, 3, groups=0)),
    ("padding name", lambda T: T.nn.Conv2d(3, 4, 3, padding="wide")),
    ("padding stride", lambda T: T.nn.Conv2d(3, 4, 3, padding="same", stride=2)),
    ("padding mode", lambda T: T.nn.Conv2d(3, 4, 3, padding_mode="wide")),
    ("transposed mode", lambda T: T.nn.ConvTranspose2d(3, 4, 3, padding_mode="reflect")),
    (
        "output size",
        lambda T: T.nn.ConvTranspose2d(1, 1, 3, stride=2)(T.ones(1, 1, 4, 4), output_size=(20, 9)),
    ),
    (
        "output sizes",
        lambda T: T.nn.ConvTranspose2d(1, 1, 3)(T.ones(1, 1, 4, 4), output_size=(20,)),
    ),
    ("BatchNorm1d input", lambda T: T.nn.BatchNorm1d(4)(T.ones(4))),
    ("BatchNorm2d input", lambda T: T.nn.BatchNorm2d(4)(T.ones(4, 4))),
    ("BatchNorm of one", lambda T: T.nn.BatchNorm1d(4)(T.ones(1, 4))),
    ("GroupNorm", lambda T: T.nn.GroupNorm(3, 4)),
    ("padding index", lambda T: T.nn.Embedding(3, 4, padding_idx=3)),
    ("embedding weight", lambda T: T.nn.Embedding(3, 4, _weight=T.ones(3, 3))),
    ("pretrained", lambda T: T.nn.Embedding.from_pretrained(T.ones(3))),
    ("dropout", lambda T: T.nn.Dropout(1.2)),
    ("Hardtanh", lambda T: T.nn.Hardtanh(1, 0)),
    ("Softmax2d", lambda T: T.nn.Softmax2d()(T.ones(2, 2))),
    ("reduction", lambda T: T.nn.MSELoss(reduction="x")(T.ones(2), T.ones(2))),
    ("beta", lambda T: T.nn.SmoothL1Loss(beta=-1)(T.ones(2), T.ones(2))),
    ("Sequential index", lambda T: T.nn.Sequential(T.nn.ReLU())[1]),
    ("Sequential of ints", lambda T: T.nn.Sequential(3)),
    ("Sequential plus", lambda T: T.nn.Sequential() + 3),
    ("Sequential times", lambda T: T.nn.Sequential() * 0),
    ("Sequential times half", lambda T: T.nn.Sequential() * 0.5),
    ("Sequential insert", lambda T: T.nn.Sequential().insert(3, T.nn.ReLU())),
    ("Sequential insert int", lambda T: T.nn.Sequential().insert(0, 3)),
    ("ModuleList index", lambda T: T.nn.ModuleList()[0]),
    ("ModuleList extend", lambda T: T.nn.ModuleList().extend(3)),
    ("ModuleList call", lambda T: T.nn.ModuleList()(3)),
    ("ModuleDict key", lambda T: T.nn.ModuleDict()["a"]),
    ("ModuleDict update", lambda T: T.nn.ModuleDict().update(3)),
    ("ModuleDict pair", lambda T: T.nn.ModuleDict([("a", T.nn.ReLU(), 3)])),
    ("ModuleDict name", lambda T: T.nn.ModuleDict({"type": T.nn.ReLU()})),
    ("ParameterList index", lambda T: T.nn.ParameterList()[0]),
    ("ParameterList extend", lambda T: T.nn.ParameterList().extend(T.ones(2))),
    ("ParameterList call", lambda T: T.nn.ParameterList()(3)),
    ("ParameterDict key", lambda T: T.nn.ParameterDict()["a"]),
    ("ParameterDict key type", lambda T: T.nn.ParameterDict({3: T.ones(2)})),
    ("ParameterDict popitem", lambda T: T.nn.ParameterDict().popitem()),
    ("integer parameter", lambda T: T.nn.Parameter(T.tensor([1]))),
]


@pytest.mark.parametrize("work", [pytest.param(work, id=name) for name, work in REFUSED])
def test_what_is_refused(work: Callable[[Any], Any]) -> None:
    wanted = outcome(lambda: work(torch))
    got = outcome(lambda: work(graphnet))
    assert wanted is not None
    assert got is not None, f"not refused; PyTorch says {wanted}"
    assert got[0] is wanted[0], f"{got} instead of {wanted}"


def load_errors(library: Any) -> str:
    net = library.nn.Sequential(library.nn.Linear(2, 3), library.nn.BatchNorm1d(3))
    state = {"0.weight": library.ones(2, 2), "2.x": library.ones(1), "0.a.b": 3, "0.bias": 3}
    with pytest.raises(RuntimeError) as raised:
        net.load_state_dict(state)
    return str(raised.value).partition("\n  cure: ")[0]


def test_what_loading_a_wrong_state_says() -> None:
    assert load_errors(graphnet) == load_errors(torch)


def test_batch_normalization_of_all_processes_is_that_of_one() -> None:
    seen = []
    for module in (graphnet, torch):
        module.manual_seed(0)
        plain = module.nn.Sequential(module.nn.Conv1d(2, 3, 1), module.nn.BatchNorm1d(3))
        layer = module.nn.SyncBatchNorm.convert_sync_batchnorm(plain)
        module.manual_seed(1)
        out = layer(module.randn(4, 2, 5))
        out.pow(2).sum().backward()
        seen.append(
            (repr(layer), out.tolist(), layer[1].running_mean.tolist(), list(layer[1].state_dict()))
        )
        assert layer[1].weight is plain[1].weight
        with pytest.raises(ValueError, match="expected at least 2D input"):
            layer[1](module.ones(3))
    (text, values, mean, names), (its_text, its_values, its_mean, its_names) = seen
    assert text == its_text
    assert names == its_names
    np.testing.assert_allclose(values, its_values, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(mean, its_mean, rtol=1e-5, atol=1e-6)
