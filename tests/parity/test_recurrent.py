"""Recurrent layers, cells and packed sequences against PyTorch's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import graphnet

torch = pytest.importorskip("torch")

from tests.parity.gradients import check_gradients  # noqa: E402  # needs torch

pytestmark = [
    pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning"),
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN"),
    pytest.mark.filterwarnings("ignore:dropout option adds dropout"),
]

Options = dict[str, Any]
Arrays = list[np.ndarray]

COMMON: dict[str, Options] = {
    "plain": {},
    "without_bias": {"bias": False},
    "deep": {"num_layers": 3, "dropout": 0.5},
    "bidirectional": {"bidirectional": True},
    "all": {"num_layers": 2, "bidirectional": True, "batch_first": True, "dropout": 0.25},
}
LAYERS: list[tuple[str, Options]] = [
    *(
        pytest.param(name, options, id=f"{name}-{tag}")
        for name in ("RNN", "GRU", "LSTM")
        for tag, options in COMMON.items()
    ),
    pytest.param("RNN", {"nonlinearity": "relu"}, id="RNN-relu"),
    pytest.param("LSTM", {"proj_size": 2}, id="LSTM-projected"),
    pytest.param(
        "LSTM",
        {"proj_size": 3, "num_layers": 2, "bidirectional": True, "bias": False},
        id="LSTM-projected_all",
    ),
]
layers = pytest.mark.parametrize(("name", "options"), LAYERS)

FEATURES, SIZE, BATCH, TIME = 3, 4, 2, 5


def made(library: Any, name: str, options: Options) -> Any:
    library.manual_seed(7)
    return getattr(library.nn, name)(FEATURES, SIZE, **options)


def floats(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def array(tensor: Any) -> np.ndarray:
    return np.array(tensor.detach().numpy())


def agree(ours: Arrays, theirs: Arrays) -> None:
    assert len(ours) == len(theirs)
    for number, (mine, wanted) in enumerate(zip(ours, theirs, strict=True)):
        np.testing.assert_allclose(mine, wanted, 1e-4, 3e-6, err_msg=f"number {number}")


def flat(states: Any) -> list[Any]:
    return list(states) if isinstance(states, tuple) else [states]


def run(library: Any, module: Any, form: str, *, states: bool) -> Arrays:
    """Results and gradients of a stack of layers on a sequence of the given form."""
    first = module.batch_first
    shape = (BATCH, TIME) if first else (TIME, BATCH)
    sample: Any = library.tensor(floats(*([TIME] if form == "single" else shape), FEATURES))
    sample.requires_grad_()
    x = sample
    if form == "packed":
        x = library.nn.utils.rnn.pack_padded_sequence(
            sample, [TIME - 2, TIME], batch_first=first, enforce_sorted=False
        )
    leaves = [sample]
    hx = None
    if states:
        count = module.num_layers * (2 if module.bidirectional else 1)
        batch = [] if form == "single" else [BATCH]
        sizes = [module.proj_size or SIZE, SIZE][: 2 if module.mode == "LSTM" else 1]
        given = [library.tensor(floats(count, *batch, size)) for size in sizes]
        leaves += [each.requires_grad_() for each in given]
        hx = tuple(given) if len(given) == 2 else given[0]
    library.manual_seed(11)
    output, last = module(x, hx)
    if form == "packed":
        output, lengths = library.nn.utils.rnn.pad_packed_sequence(output, batch_first=first)
        assert lengths.tolist() == [TIME - 2, TIME]
    results = [output, *flat(last)]
    loss = sum((each * library.tensor(floats(*each.shape))).sum() for each in results)
    module.zero_grad()
    loss.backward()
    leaves += list(module.parameters())
    return [array(each) for each in (*results, *(leaf.grad for leaf in leaves))]


@layers
def test_same_seed_gives_the_same_parameters(name: str, options: Options) -> None:
    ours, theirs = made(graphnet, name, options), made(torch, name, options)
    mine, wanted = ours.state_dict(), theirs.state_dict()
    assert list(mine) == list(wanted)
    for key in wanted:
        np.testing.assert_array_equal(array(mine[key]), array(wanted[key]), err_msg=key)
    shapes = [[tuple(weight.shape) for weight in group] for group in theirs.all_weights]
    assert [[tuple(weight.shape) for weight in group] for group in ours.all_weights] == shapes
    assert ours._all_weights == theirs._all_weights


@layers
def test_what_is_printed_and_held(name: str, options: Options) -> None:
    ours, theirs = made(graphnet, name, options), made(torch, name, options)
    assert repr(ours) == repr(theirs)
    held = {key for key in vars(theirs) if not key.startswith("_")}
    assert held <= set(vars(ours))
    for key in held:
        assert getattr(ours, key) == getattr(theirs, key)


@pytest.mark.parametrize("form", ["padded", "packed", "single"])
@layers
def test_results_and_gradients(name: str, options: Options, form: str) -> None:
    ours, theirs = made(graphnet, name, options), made(torch, name, options)
    wanted = {states: run(torch, theirs, form, states=states) for states in (False, True)}
    for _ in range(3):  # interpreted, compiled, looked up
        for states in (False, True):
            agree(run(graphnet, ours, form, states=states), wanted[states])
    wanted_eval = run(torch, theirs.eval(), form, states=True)
    agree(run(graphnet, ours.eval(), form, states=True), wanted_eval)


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_inference_gives_the_same_numbers(name: str) -> None:
    ours, theirs = made(graphnet, name, {}), made(torch, name, {})
    x = floats(TIME, BATCH, FEATURES)
    with torch.no_grad():
        output, last = theirs(torch.tensor(x))
    wanted = [array(each) for each in (output, *flat(last))]
    for _ in range(3):
        with graphnet.no_grad():
            output, last = ours(graphnet.tensor(x))
        agree([array(each) for each in (output, *flat(last))], wanted)


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_half_precision(name: str) -> None:
    ours, theirs = made(graphnet, name, {}).bfloat16(), made(torch, name, {}).bfloat16()
    x = floats(TIME, BATCH, FEATURES)
    mine = ours(graphnet.tensor(x).bfloat16())[0]
    wanted = theirs(torch.tensor(x).bfloat16())[0]
    assert mine.dtype is graphnet.bfloat16
    np.testing.assert_allclose(array(mine.float()), array(wanted.float()), atol=0.02)


GIVEN = "True, 1, 0.0, False, False, False"
SECOND: dict[str, tuple[str, int, int]] = {
    "lstm": (f"torch.lstm(x, (h, c), [u, w, a, b], {GIVEN})", 4, SIZE),
    "lstm_projected": (f"torch.lstm(x, (h, c), [u, w, a, b, p], {GIVEN})", 4, 2),
    "gru": (f"torch.gru(x, h, [u, w, a, b], {GIVEN})", 3, SIZE),
    "rnn_tanh": (f"torch.rnn_tanh(x, h, [u, w, a, b], {GIVEN})", 1, SIZE),
    "rnn_relu": (f"torch.rnn_relu(x, h, [u, w, a, b], {GIVEN})", 1, SIZE),
}


@pytest.mark.parametrize(("code", "gates", "state"), SECOND.values(), ids=SECOND)
def test_second_derivatives(code: str, gates: int, state: int) -> None:
    random = np.random.default_rng(4)
    rows = gates * SIZE
    shapes = {
        "x": (TIME, BATCH, FEATURES), "h": (1, BATCH, state), "c": (1, BATCH, SIZE),
        "u": (rows, FEATURES), "w": (rows, state), "a": (rows,), "b": (rows,), "p": (state, SIZE),
    }  # fmt: skip
    used = {key: shape for key, shape in shapes.items() if key in code.split("(", 1)[1]}
    check_gradients(code, **{key: random.normal(size=shape) for key, shape in used.items()})


# ---------------------------------------------------------------------- cells


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("LSTMCell", {}),
        ("GRUCell", {}),
        ("RNNCell", {}),
        ("RNNCell", {"nonlinearity": "relu"}),
    ],
)
@pytest.mark.parametrize("batch", [(), (BATCH,)])
def test_cells(name: str, options: Options, bias: bool, batch: tuple[int, ...]) -> None:
    x, states = floats(*batch, FEATURES), [floats(*batch, SIZE), floats(SIZE, *batch).T + 1]

    def ran(library: Any) -> Arrays:
        cell = made(library, name, {**options, "bias": bias})
        leaves = [library.tensor(each).requires_grad_() for each in (x, *states)]
        hx = tuple(leaves[1:]) if name == "LSTMCell" else leaves[1]
        found = flat(cell(leaves[0], hx)) + flat(cell(leaves[0]))
        sum((each * each).sum() for each in found).backward()
        used = leaves if name == "LSTMCell" else leaves[:2]
        parameters = list(cell.parameters())
        return [array(e) for e in (*found, *parameters, *(x.grad for x in (*used, *parameters)))]

    agree(ran(graphnet), ran(torch))
    options = {**options, "bias": bias}
    assert repr(made(graphnet, name, options)) == repr(made(torch, name, options))


# ---------------------------------------------------------------------- sequences

SEQUENCES = """
R.pack_padded_sequence(z(3, 2), [3, 1])
R.pack_padded_sequence(z(3, 2, 4), torch.tensor([3, 2], dtype=torch.int32)).batch_sizes
R.pack_padded_sequence(z(3, 2, 4), torch.tensor([3.0, 2.0]))
R.pack_padded_sequence(z(3, 3), [1, 3, 2], enforce_sorted=False)
R.pack_padded_sequence(z(2, 3), [1, 3], batch_first=True, enforce_sorted=False)
R.pad_packed_sequence(R.pack_padded_sequence(z(3, 2, 2), [3, 1]))
R.pad_packed_sequence(R.pack_padded_sequence(z(3, 2, 2), [3, 1]), True, 7.0, 4)
R.pad_packed_sequence(R.pack_padded_sequence(z(3, 2), [2, 3], enforce_sorted=False), True)
R.pad_sequence(z(2, 3))
R.pad_sequence([z(2), z(3)], True, 1.0, "left")
R.pad_sequence((z(2, 1), z(3, 1)), padding_value=2)
R.pack_sequence([z(2), z(3)], enforce_sorted=False)
R.unpad_sequence(z(3, 2), torch.tensor([3, 1]))
R.unpack_sequence(R.pack_sequence([z(2), z(3)], enforce_sorted=False))
R.invert_permutation(None)
R.invert_permutation(torch.tensor([2, 0, 1]))
R.PackedSequence(z(3), torch.tensor([2, 1]))
R.PackedSequence((z(3), torch.tensor([2, 1])))
R.PackedSequence(z(3), torch.tensor([2, 1]), torch.tensor([1, 0]))
R.PackedSequence(z(3), torch.tensor([2, 1])).double()
R.PackedSequence(z(3), torch.tensor([2, 1])).int()
R.PackedSequence(z(3), torch.tensor([2, 1])).to(torch.int8).is_cuda
len(R.PackedSequence(z(3), torch.tensor([2, 1])))
""".strip().splitlines()

REFUSED = """
nn.LSTM(3, 4)(z(5, 2, 4))
nn.LSTM(3, 4)(z(5))
nn.GRU(3, 4)(z(1, 5, 2, 3))
nn.RNN(3, 4)(z(5))
nn.LSTM(3, 4)(z(5, 2, 3), (z(1, 2, 4), z(1, 2, 5)))
nn.LSTM(3, 4)(z(5, 2, 3), (z(1, 3, 4), z(1, 2, 4)))
nn.LSTM(3, 4)(z(5, 2, 3), (z(2, 4), z(2, 4)))
nn.LSTM(3, 4)(z(5, 3), (z(1, 2, 4), z(1, 2, 4)))
nn.LSTM(3, 4)(z(5, 3), (z(2, 4), z(1, 4)))
nn.GRU(3, 4)(z(5, 2, 3), z(1, 2, 5))
nn.GRU(3, 4)(z(5, 2, 3), z(2, 4))
nn.GRU(3, 4)(z(5, 3), z(1, 2, 4))
nn.GRU(3, 4)(R.pack_sequence([z(3, 3), z(2, 3)]), z(1, 3, 4))
nn.LSTM(3, 4)(z(0, 2, 3))
nn.LSTM(3, 4)(z(5, 2, 3).double())
nn.LSTM(3, 4)(z(5, 2, 3), (z(1, 2, 4),))
nn.LSTM(3, 4, dropout=1.5)
nn.LSTM(3, 4, dropout=True)
nn.LSTM(3, 4, dropout="x")
nn.LSTM(3, 4, proj_size=-1)
nn.LSTM(3, 4, proj_size=4)
nn.GRU(3, 4, proj_size=2)
nn.LSTM(3, 4.0)
nn.LSTM(3, 4, bias=1)
nn.LSTM(3, 0)
nn.LSTM(0, 3)
nn.LSTM(3, 4, num_layers=0)
nn.LSTM(3)
nn.LSTM(3, 4, foo=1)
nn.RNN(3, 4, nonlinearity="sin")
nn.RNN(3, 4, 1, "tanh", nonlinearity="tanh")
nn.RNNBase("FOO", 3, 4)
nn.RNNCell(3, 4, nonlinearity="sin")(z(2, 3))
nn.LSTMCell(3, 4)(z(2, 4))
nn.LSTMCell(3, 4)(z(2, 3, 3))
nn.LSTMCell(3, 4)(z(2, 3), (z(3, 4), z(2, 4)))
nn.LSTMCell(3, 4)(z(2, 3), (z(2, 4), z(2, 5)))
nn.LSTMCell(3, 4)(z(2, 3), (z(1, 2, 4), z(2, 4)))
nn.GRUCell(3, 4)(z(2, 3), z(4))
nn.GRUCell(3, 4)(z(2, 3), z(1, 2, 4))
R.pack_padded_sequence(z(3, 2, 4), [3, 0])
R.pack_padded_sequence(z(3, 2, 4), [3])
R.pack_padded_sequence(z(3, 2, 4), [[3, 2]])
R.pack_padded_sequence(z(0, 2, 3), [3, 2])
R.pad_packed_sequence(R.pack_sequence([z(3), z(2)]), total_length=2)
R.pad_sequence([])
R.pad_sequence(3)
R.pad_sequence([z(2), z(3)], padding_side="up")
R.PackedSequence(z(3))
""".strip().splitlines()


def evaluated(library: Any, code: str) -> Any:
    def numbered(*shape: int) -> Any:
        return library.arange(int(np.prod(shape))).reshape(shape).float()

    names = {"torch": library, "nn": library.nn, "R": library.nn.utils.rnn, "z": numbered}
    return eval(code, names)


@pytest.mark.parametrize("code", SEQUENCES)
def test_sequences(code: str) -> None:
    assert repr(evaluated(graphnet, code)) == repr(evaluated(torch, code))


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_refused(code: str) -> None:
    with pytest.raises(Exception) as theirs:  # noqa: PT011  # which one, PyTorch says
        evaluated(torch, code)
    with pytest.raises(type(theirs.value)) as ours:
        evaluated(graphnet, code)
    assert str(ours.value).splitlines()[0] == str(theirs.value).splitlines()[0]


def test_unsorted_lengths_are_refused() -> None:
    code = "R.pack_padded_sequence(z(3, 2, 4), [2, 3])"
    for library in (torch, graphnet):
        with pytest.raises(RuntimeError, match="must be sorted in decreasing order"):
            evaluated(library, code)


def test_dropout_that_does_nothing_is_warned_of() -> None:
    messages = []
    for library in (torch, graphnet):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            evaluated(library, "nn.LSTM(3, 4, dropout=0.5)")
        messages.append([(each.category, str(each.message)) for each in caught])
    assert messages[0] == messages[1]
    assert len(messages[0]) == 1
