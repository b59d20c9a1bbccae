"""Attention and transformers: PyTorch's values, gradients, weights, warnings and refusals."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import graphnet  # noqa: E402
import graphnet.nn  # noqa: E402  # makes `graphnet.nn` an attribute
from tests.parity.gradients import check_gradients  # noqa: E402

# Each case is another program.
pytestmark = [
    pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning"),
    # PyTorch says so where it runs padded batches as sequences of different lengths.
    pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors"),
]

Array = np.ndarray[Any, Any]
RANDOM = np.random.default_rng(0)


def numbers(*shape: int) -> Array:
    return RANDOM.standard_normal(shape)


def single(*shape: int) -> Array:
    return numbers(*shape).astype(np.float32)


# ------------------------------------------------------------------- functions

DOTS = "torch.nn.functional.scaled_dot_product_attention(q, k, v{})"
SOME = np.arange(15).reshape(3, 5) % 3 == 0
FEW = np.array([[True, False, True, True, False], [False] * 5, [True] * 5])


@pytest.mark.parametrize(
    "options",
    ["", ", is_causal=True", ", scale=0.3", ", attn_mask=m", ", m, 0.0, False, scale=2.0"],
)
@pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
def test_dot_products(options: str, lead: tuple[int, ...]) -> None:
    arrays = {"q": numbers(*lead, 3, 4), "k": numbers(*lead, 5, 4), "v": numbers(*lead, 5, 6)}
    check_gradients(DOTS.format(options), second=not lead, m=numbers(3, 5), **arrays)


@pytest.mark.parametrize("mask", [SOME, FEW, np.where(FEW, 0.5, -np.inf)], ids=str)
def test_masks_that_leave_little_or_nothing(mask: Array) -> None:
    arrays = {"q": numbers(2, 3, 4), "k": numbers(2, 5, 4), "v": numbers(2, 5, 6)}
    code = DOTS.format(", attn_mask=m" if mask.dtype == bool else ", attn_mask=m.detach()")
    check_gradients(code, second=False, m=mask, **arrays)


def test_groups_of_heads_share_keys_and_values() -> None:
    arrays = {"q": numbers(2, 6, 3, 4), "k": numbers(2, 2, 5, 4), "v": numbers(2, 3, 5, 4)}
    check_gradients(DOTS.format(", enable_gqa=True"), second=False, **arrays)


def test_dropped_weights_are_those_of_pytorch() -> None:
    q = single(2, 3, 4)
    results = []
    for library in (graphnet, torch):
        library.manual_seed(5)
        x = library.tensor(q)
        results.append(library.nn.functional.scaled_dot_product_attention(x, x, x, None, 0.4))
    np.testing.assert_allclose(results[0].numpy(), results[1].numpy(), rtol=1e-5, atol=1e-6)


FORWARD = (
    "torch.nn.functional.multi_head_attention_forward(q, k, v, 4, 2, w, b, {extra}, "
    "{zero}, 0.0, o, c, True, {options})[:{results}]"
)


@pytest.mark.parametrize("extra", ["None, None", "e, f"])
@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        *("None", "None, False", "p", "p, False", "None, True, m", "p, False, m"),
        *("None, True, h, average_attn_weights=False", "p, True, m", "None, False, h"),
    ],
)
def test_heads(extra: str, zero: bool, options: str) -> None:
    keys = 5
    arrays = {
        "q": numbers(3, 2, 4),
        "k": numbers(keys, 2, 4),
        "v": numbers(keys, 2, 4),
        "w": numbers(12, 4),
        "b": numbers(12),
        "o": numbers(4, 4),
        "c": numbers(4),
        "e": numbers(1, 1, 4),
        "f": numbers(1, 1, 4),
        "m": numbers(3, keys),
        "h": numbers(4, 3, keys),
        "p": np.where(np.arange(2 * keys).reshape(2, keys) % 4 == 3, -np.inf, 0.0),
    }
    code = FORWARD.format(
        extra=extra,
        zero=zero,
        options=re.sub(r"\bp\b", "p.detach()", options),
        results=1 if "False" in options.split("average", maxsplit=1)[0] else 2,
    )
    check_gradients(code, second=False, **arrays)


def test_the_hint_that_a_mask_is_causal() -> None:
    arrays = {"q": numbers(3, 2, 4), "w": numbers(12, 4), "b": numbers(12), "o": numbers(4, 4)}
    code = FORWARD.replace("k, v", "q, q").replace("o, c", "o, None")
    code = code.format(
        extra="None, None",
        zero=False,
        options="None, False, torch.ones(3, 3).double(), is_causal=True",
        results=1,
    )
    check_gradients(code, second=False, **arrays)


def test_one_sequence_attends_to_itself() -> None:
    arrays = {"q": numbers(3, 2, 4), "w": numbers(12, 4), "b": numbers(12), "o": numbers(4, 4)}
    code = FORWARD.replace("k, v", "q, q").replace("o, c", "o, None")
    code = code.format(extra="None, None", zero=False, options="None", results=2)
    check_gradients(code, **arrays)


def test_static_keys_and_separate_weights() -> None:
    arrays = {
        "q": numbers(3, 2, 4),
        "k": numbers(5, 2, 3),
        "v": numbers(5, 2, 6),
        "b": numbers(12),
        "o": numbers(4, 4),
        "c": numbers(4),
        "x": numbers(4, 4),
        "y": numbers(4, 3),
        "z": numbers(4, 6),
        "s": numbers(4, 5, 2),
        "t": numbers(4, 5, 2),
    }
    options = (
        "use_separate_proj_weight=True, q_proj_weight=x, k_proj_weight=y, v_proj_weight=z",
        "static_k=s, static_v=t",
    )
    for more in (options[:1], options):
        code = FORWARD.replace("4, 2, w", "4, 2, None").format(
            extra="None, None", zero=False, options=", ".join(more), results=2
        )
        check_gradients(code, second=False, **arrays)


# --------------------------------------------------------------------- modules

Build = Callable[[Any], Any]
SEQUENCE, OTHER = single(5, 3, 8), single(4, 3, 8)
PADDED = np.array([[False] * 5, [False, False, False, True, True], [False] * 4 + [True]])
SCATTERED = np.array([[False] * 5, [True, False, False, True, False], [True] + [False] * 4])
CAUSAL = np.triu(np.full((5, 5), -np.inf, np.float32), 1)
SMALL = {"d_model": 8, "nhead": 2, "dim_feedforward": 12, "dropout": 0.0}


def encoder(nn: Any, layers: int = 2, norm: bool = False, **options: Any) -> Any:
    layer = nn.TransformerEncoderLayer(**{**SMALL, **options})
    return nn.TransformerEncoder(layer, layers, nn.LayerNorm(8) if norm else None)


def first(*shape: int) -> Array:
    return np.ascontiguousarray(SEQUENCE.transpose(1, 0, 2))


# What it is, how to build it from `nn`, inputs, and named inputs.
MODULES: dict[str, tuple[Build, tuple[Array, ...], dict[str, Any]]] = {
    "attention": (
        lambda nn: nn.MultiheadAttention(8, 2),
        (SEQUENCE, OTHER, OTHER),
        {},
    ),
    "attention, everything": (
        lambda nn: nn.MultiheadAttention(8, 4, 0.0, True, True, True, 6, 7, True),
        (first(), single(3, 4, 6), single(3, 4, 7)),
        {"attn_mask": single(5, 4), "average_attn_weights": False},
    ),
    "attention without bias": (
        lambda nn: nn.MultiheadAttention(8, 2, bias=False),
        (SEQUENCE[:, 0], OTHER[:, 0], OTHER[:, 0]),
        {"need_weights": False, "key_padding_mask": np.array([False, True, False, False])},
    ),
    "attention with masks": (
        lambda nn: nn.MultiheadAttention(8, 2, batch_first=True),
        (first(), first(), first()),
        {"key_padding_mask": PADDED, "attn_mask": CAUSAL < 0},
    ),
    "encoder layer": (lambda nn: nn.TransformerEncoderLayer(**SMALL), (SEQUENCE,), {}),
    "encoder layer, norm first": (
        lambda nn: nn.TransformerEncoderLayer(**SMALL, activation="gelu", norm_first=True),
        (SEQUENCE,),
        {"src_mask": CAUSAL, "src_key_padding_mask": np.where(PADDED, -9.0, 0).astype("f4")},
    ),
    "encoder layer with a module": (
        lambda nn: nn.TransformerEncoderLayer(
            **SMALL, activation=nn.GELU(), batch_first=True, layer_norm_eps=1e-3
        ),
        (first(),),
        {"src_mask": CAUSAL < 0, "is_causal": True},
    ),
    "decoder layer": (
        lambda nn: nn.TransformerDecoderLayer(**SMALL),
        (SEQUENCE, OTHER),
        {"tgt_mask": CAUSAL, "tgt_is_causal": True},
    ),
    "decoder layer, norm first": (
        lambda nn: nn.TransformerDecoderLayer(
            **SMALL, norm_first=True, bias=False, batch_first=True, activation=nn.SiLU()
        ),
        (first(), first()[:, :4].copy()),
        {"memory_key_padding_mask": PADDED[:, :4], "tgt_key_padding_mask": SCATTERED},
    ),
    "encoder": (lambda nn: encoder(nn, norm=True), (SEQUENCE,), {"mask": CAUSAL}),
    "encoder of padded sequences": (
        lambda nn: encoder(nn, batch_first=True, norm=True),
        (first(),),
        {"src_key_padding_mask": PADDED},
    ),
    "encoder of gaps": (
        lambda nn: encoder(nn, batch_first=True, activation="gelu"),
        (first(),),
        {"src_key_padding_mask": SCATTERED},
    ),
    "decoder": (
        lambda nn: nn.TransformerDecoder(nn.TransformerDecoderLayer(**SMALL), 2, nn.LayerNorm(8)),
        (SEQUENCE, OTHER),
        {"tgt_mask": CAUSAL, "memory_mask": single(5, 4)},
    ),
    "transformer": (
        lambda nn: nn.Transformer(8, 2, 1, 2, 12, 0.0),
        (OTHER, SEQUENCE),
        {"tgt_mask": CAUSAL, "src_key_padding_mask": PADDED[:, :4]},
    ),
    "transformer, batch first": (
        lambda nn: nn.Transformer(8, 2, 2, 1, 12, 0.0, "gelu", batch_first=True, norm_first=True),
        (first(), first()),
        {"tgt_is_causal": True, "tgt_mask": CAUSAL},
    ),
    "transformer for one sequence": (
        lambda nn: nn.Transformer(8, 4, 1, 1, 12, 0.0, bias=False),
        (OTHER[:, 0], SEQUENCE[:, 0]),
        {},
    ),
}


def named() -> Any:
    return pytest.mark.parametrize(
        ("build", "inputs", "options"),
        [pytest.param(*case, id=name) for name, case in MODULES.items()],
    )


def state(module: Any) -> dict[str, Array]:
    return {name: value.detach().numpy() for name, value in module.state_dict().items()}


def quietly(build: Build, nn: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build(nn)


def pair(build: Build) -> tuple[Any, Any]:
    """Both packages' module, with weights that no two layers share."""
    ours, theirs = quietly(build, graphnet.nn), quietly(build, torch.nn)
    random = np.random.default_rng(1)
    values = {
        name: (random.standard_normal(value.shape) * 0.4).astype(value.dtype)
        for name, value in state(theirs).items()
    }
    for library, module in ((graphnet, ours), (torch, theirs)):
        module.load_state_dict({name: library.tensor(value) for name, value in values.items()})
    return ours, theirs


def run(library: Any, module: Any, inputs: Any, options: Any, gradients: bool) -> list[Array]:
    """Results, then the gradients of all inputs and parameters."""
    # One tensor for what is one array: attention of a sequence to itself has a way of its own.
    tensors = {id(array): library.tensor(array) for array in inputs}
    if gradients:
        for tensor in tensors.values():
            tensor.requires_grad_()
    given = {
        name: library.tensor(value) if isinstance(value, np.ndarray) else value
        for name, value in options.items()
    }
    with library.set_grad_enabled(gradients):
        results = module(*(tensors[id(array)] for array in inputs), **given)
    results = results if isinstance(results, tuple) else (results,)
    results = [result for result in results if result is not None]
    if gradients:
        sum((result * result.detach().cos()).sum() for result in results).backward()
        leaves = [*tensors.values(), *module.parameters()]
        results += [leaf.grad for leaf in leaves]
    return [result.detach().numpy() for result in results]


@named()
def test_what_is_printed(build: Build, inputs: Any, options: Any) -> None:
    assert repr(quietly(build, graphnet.nn)) == repr(quietly(build, torch.nn))


@named()
def test_same_seed_gives_same_parameters(build: Build, inputs: Any, options: Any) -> None:
    states = []
    for library in (graphnet, torch):
        library.manual_seed(7)
        states.append(state(quietly(build, library.nn)))
    mine, wanted = states
    assert list(mine) == list(wanted)
    for name, value in wanted.items():
        np.testing.assert_array_equal(mine[name], value, err_msg=name)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("gradients", [True, False], ids=["grad", "no_grad"])
@named()
def test_results_and_gradients(
    build: Build, inputs: Any, options: Any, gradients: bool, training: bool
) -> None:
    ours, theirs = pair(build)
    ours.train(training)
    theirs.train(training)
    got = run(graphnet, ours, inputs, options, gradients)
    wanted = run(torch, theirs, inputs, options, gradients)
    assert len(got) == len(wanted)
    for mine, right in zip(got, wanted, strict=True):
        assert mine.shape == right.shape
        np.testing.assert_allclose(mine, right, rtol=1e-4, atol=2e-5)


@named()
def test_copies_are_alike(build: Build, inputs: Any, options: Any) -> None:
    module = quietly(build, graphnet.nn).eval()
    wanted = run(graphnet, module, inputs, options, False)
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert repr(other) == repr(module)
        for mine, right in zip(run(graphnet, other, inputs, options, False), wanted, strict=True):
            np.testing.assert_array_equal(mine, right)


@pytest.mark.parametrize("batch_first", [False, True])
def test_dropout_drops_what_pytorch_drops(batch_first: bool) -> None:
    options = {**SMALL, "dropout": 0.3, "batch_first": batch_first}
    ours, theirs = pair(lambda nn: nn.TransformerDecoderLayer(**options))
    results = []
    for library, module in ((graphnet, ours), (torch, theirs)):
        library.manual_seed(2)
        results.append(run(library, module, (SEQUENCE, SEQUENCE), {}, False)[0])
    np.testing.assert_allclose(results[0], results[1], rtol=1e-4, atol=2e-5)


def test_a_dropped_weight_is_seen_in_the_weights() -> None:
    ours, theirs = pair(lambda nn: nn.MultiheadAttention(8, 2, dropout=0.5))
    results = []
    for library, module in ((graphnet, ours), (torch, theirs)):
        library.manual_seed(2)
        results.append(run(library, module, (SEQUENCE, OTHER, OTHER), {}, False))
    for mine, right in zip(*results, strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize(
    "name",
    [
        *("MultiheadAttention", "Transformer", "TransformerEncoder", "TransformerDecoder"),
        *("TransformerEncoderLayer", "TransformerDecoderLayer"),
    ],
)
def test_signatures(name: str) -> None:
    ours, theirs = getattr(graphnet.nn, name), getattr(torch.nn, name)
    for method in ("__init__", "forward"):
        mine = inspect.signature(getattr(ours, method)).parameters
        wanted = inspect.signature(getattr(theirs, method)).parameters
        assert [(p.name, p.kind) for p in mine.values()] == [
            (p.name, p.kind) for p in wanted.values()
        ]
        for here, there in zip(mine.values(), wanted.values(), strict=True):
            if here.name == "activation":
                assert here.default is graphnet.nn.functional.relu
            else:
                assert here.default == there.default


def test_signature_of_the_function() -> None:
    mine, wanted = (
        inspect.signature(library.nn.functional.multi_head_attention_forward).parameters
        for library in (graphnet, torch)
    )
    assert [(p.name, p.default) for p in mine.values()] == [
        (p.name, p.default) for p in wanted.values()
    ]


def test_causal_masks() -> None:
    make = "generate_square_subsequent_mask"
    for options in ({}, {"dtype": "float64"}):
        results = []
        for library in (graphnet, torch):
            given = {name: getattr(library, value) for name, value in options.items()}
            results.append(getattr(library.nn.Transformer, make)(3, **given).numpy())
        assert results[0].dtype == results[1].dtype
        np.testing.assert_array_equal(*results)


# ------------------------------------------------------- warnings and refusals


def said(work: Callable[[Any], Any], library: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        work(library)
    return [str(each.message) for each in caught]


def encoded(library: Any, module: Any, **masks: Array) -> Any:
    tensors = {name: library.tensor(mask) for name, mask in masks.items()}
    return module(library.tensor(SEQUENCE), **tensors)


WARNED: dict[str, Callable[[Any], Any]] = {
    "masks of two kinds": lambda T: encoded(
        T,
        T.nn.TransformerEncoderLayer(**SMALL),
        src_mask=CAUSAL,
        src_key_padding_mask=PADDED,
    ),
    "masks of two kinds in a stack": lambda T: encoded(
        T, quietly(encoder, T.nn), mask=CAUSAL, src_key_padding_mask=PADDED
    ),
    "masks of one kind": lambda T: encoded(
        T, quietly(encoder, T.nn), mask=CAUSAL < 0, src_key_padding_mask=PADDED
    ),
    "batch not first": lambda T: encoder(T.nn),
    "norm first": lambda T: encoder(T.nn, norm_first=True, batch_first=True),
    "no bias": lambda T: encoder(T.nn, bias=False, batch_first=True),
    "another activation": lambda T: encoder(T.nn, activation=T.tanh, batch_first=True),
    "an odd number of heads": lambda T: encoder(T.nn, nhead=1, batch_first=True),
    "nothing": lambda T: encoder(T.nn, batch_first=True, activation=T.nn.GELU()),
    "another layer": lambda T: T.nn.TransformerEncoder(T.nn.Identity(), 2),
    "a transformer": lambda T: T.nn.Transformer(8, 2, 1, 1, 12),
}


@pytest.mark.parametrize("work", WARNED.values(), ids=WARNED)
def test_warnings(work: Callable[[Any], Any]) -> None:
    assert said(work, graphnet) == said(work, torch)


def attend(library: Any, *shapes: Any, heads: int = 2, **options: Any) -> Any:
    given = {
        name: library.tensor(value) if isinstance(value, np.ndarray) else value
        for name, value in options.items()
    }
    inputs = [library.ones(*shape) for shape in shapes]
    return library.nn.MultiheadAttention(4, heads)(*inputs, **given)


REFUSED: dict[str, Callable[[Any], Any]] = {
    "no heads": lambda T: T.nn.MultiheadAttention(4, 0),
    "no size": lambda T: T.nn.MultiheadAttention(0, 4),
    "unequal heads": lambda T: T.nn.MultiheadAttention(5, 2),
    "activation": lambda T: T.nn.TransformerEncoderLayer(4, 2, activation="tanh"),
    "width": lambda T: attend(T, *[(3, 2, 6)] * 3),
    "dimensions": lambda T: attend(T, *[(1, 3, 2, 4)] * 3),
    "dimensions of keys": lambda T: attend(T, (3, 2, 4), (3, 4), (3, 4)),
    "keys and values": lambda T: attend(T, (3, 2, 4), (5, 2, 4), (6, 2, 4)),
    "integers as mask": lambda T: attend(T, *[(3, 2, 4)] * 3, attn_mask=np.ones((3, 3), int)),
    "mask": lambda T: attend(T, *[(3, 2, 4)] * 3, attn_mask=np.ones((3, 4))),
    "mask of heads": lambda T: attend(T, *[(3, 2, 4)] * 3, attn_mask=np.ones((2, 3, 3))),
    "mask of no batch": lambda T: attend(T, *[(3, 4)] * 3, attn_mask=np.ones((3, 3, 3))),
    "vector as mask": lambda T: attend(T, *[(3, 2, 4)] * 3, attn_mask=np.ones(3)),
    "padding": lambda T: attend(T, *[(3, 2, 4)] * 3, key_padding_mask=np.ones((2, 4)) > 0),
    "padding dims": lambda T: attend(T, *[(3, 2, 4)] * 3, key_padding_mask=np.ones(3) > 0),
    "causal without mask": lambda T: attend(T, *[(3, 2, 4)] * 3, is_causal=True),
    "batches": lambda T: T.nn.Transformer(4, 2, 1, 1)(T.ones(3, 2, 4), T.ones(3, 3, 4)),
    "features": lambda T: T.nn.Transformer(4, 2, 1, 1)(T.ones(3, 2, 4), T.ones(3, 2, 6)),
    "both masks": lambda T: T.nn.functional.scaled_dot_product_attention(
        *[T.ones(2, 3)] * 3, T.ones(2, 2), is_causal=True
    ),
    "one dimension": lambda T: T.nn.functional.scaled_dot_product_attention(*[T.ones(3)] * 3),
    "no tensor": lambda T: T.nn.functional.scaled_dot_product_attention(3, T.ones(2, 3), None),
    "dtypes": lambda T: T.nn.functional.scaled_dot_product_attention(
        T.ones(2, 3), T.ones(2, 3).double(), T.ones(2, 3)
    ),
    "dtype of the mask": lambda T: T.nn.functional.scaled_dot_product_attention(
        *[T.ones(2, 3)] * 3, T.ones(2, 2).long()
    ),
    "probability": lambda T: T.nn.functional.scaled_dot_product_attention(
        *[T.ones(2, 3)] * 3, dropout_p=1.5
    ),
    "groups": lambda T: T.nn.functional.scaled_dot_product_attention(
        T.ones(1, 4, 2, 3), *[T.ones(1, 3, 2, 3)] * 2, enable_gqa=True
    ),
    "groups of matrices": lambda T: T.nn.functional.scaled_dot_product_attention(
        *[T.ones(2, 3)] * 3, enable_gqa=True
    ),
    "sizes": lambda T: T.nn.functional.scaled_dot_product_attention(
        T.ones(2, 4), T.ones(2, 3), T.ones(2, 3)
    ),
}


def refusal(work: Callable[[Any], Any], library: Any) -> type[BaseException] | None:
    """The built-in type of the error raised."""
    try:
        quietly(work, library)
    except Exception as error:  # noqa: BLE001  # any error is an outcome to compare
        return next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
    return None


@pytest.mark.parametrize("work", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(work: Callable[[Any], Any]) -> None:
    wanted = refusal(work, torch)
    assert wanted is not None
    assert refusal(work, graphnet) is wanted
