"""Data loading against PyTorch: same seed, same order; same samples, same batch."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphnet
import graphnet.utils.data as ours

torch = pytest.importorskip("torch")
theirs = pytest.importorskip("torch.utils.data")

pytestmark = pytest.mark.filterwarnings(
    "ignore:This DataLoader will create",
    "ignore:.*multi-threaded, use of fork:DeprecationWarning",
    # The sizes drawn here are many, and every size is another program.
    "ignore::graphnet.errors.RecompileWarning",
    # A worker iterator of PyTorch that could not be made complains when it is dropped.
    "ignore::pytest.PytestUnraisableExceptionWarning",
)

BOTH = ((graphnet, ours), (torch, theirs))


def on_both(run: Callable[[Any, Any], Any], seed: int = 0) -> tuple[Any, Any]:
    """What ``run(torch, torch.utils.data)`` gives with either library, and the draw after it."""
    results = []
    for library, data in BOTH:
        library.manual_seed(seed)
        random.seed(seed)
        results.append((run(library, data), library.rand(1).item()))
    return results[0], results[1]


def plain(value: Any) -> Any:
    """Tensors as lists, in nested containers too."""
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if hasattr(value, "tolist"):
        return [str(value.dtype), value.tolist()]
    return value


LOADERS: list[dict[str, Any]] = [
    {"batch_size": 4},
    {"batch_size": 4, "shuffle": True},
    {"batch_size": 4, "shuffle": True, "drop_last": True},
    {"batch_size": None, "shuffle": True},
    {"batch_size": 3, "shuffle": True, "num_workers": 2, "multiprocessing_context": "fork"},
    {
        "batch_size": 3,
        "shuffle": True,
        "num_workers": 1,
        "persistent_workers": True,
        "multiprocessing_context": "fork",
    },
]


@pytest.mark.parametrize("options", LOADERS, ids=str)
@pytest.mark.parametrize("seed", [0, 7])
def test_the_order_of_three_passes(options: dict[str, Any], seed: int) -> None:
    def run(library: Any, data: Any) -> Any:
        loader = data.DataLoader(range(11), **options)
        return [[plain(batch) for batch in loader] for _ in range(3)]

    mine, reference = on_both(run, seed)
    assert mine == reference


def test_the_order_with_a_generator() -> None:
    def run(library: Any, data: Any) -> Any:
        generator = library.Generator().manual_seed(5)
        loader = data.DataLoader(range(11), batch_size=4, shuffle=True, generator=generator)
        return [[plain(batch) for batch in loader] for _ in range(2)]

    mine, reference = on_both(run)
    assert mine == reference


@settings(max_examples=25)
@given(
    st.integers(1, 40),
    st.integers(1, 90),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_random_sampler(
    size: int, count: int, replacement: bool, own_generator: bool, seed: int
) -> None:
    def run(library: Any, data: Any) -> Any:
        generator = library.Generator().manual_seed(seed + 1) if own_generator else None
        sampler = data.RandomSampler(range(size), replacement, count, generator)
        return [list(sampler), list(sampler)]

    mine, reference = on_both(run, seed)
    assert mine == reference


@settings(max_examples=25)
@given(st.lists(st.integers(0, 99), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_subset_random_sampler(indices: list[int], seed: int) -> None:
    mine, reference = on_both(lambda _, data: list(data.SubsetRandomSampler(indices)), seed)
    assert mine == reference


@settings(max_examples=25)
@given(
    st.lists(st.floats(0.125, 8, width=32), min_size=1, max_size=12),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_weighted_random_sampler(weights: list[float], replacement: bool, seed: int) -> None:
    count = 20 if replacement else len(weights)

    def run(_: Any, data: Any) -> Any:
        return list(data.WeightedRandomSampler(weights, count, replacement))

    mine, reference = on_both(run, seed)
    assert mine == reference


@pytest.mark.parametrize("lengths", [[3, 7], [0.5, 0.25, 0.25], [0.34, 0.33, 0.33], [1, 9, 0]])
def test_random_split(lengths: list[float]) -> None:
    def run(_: Any, data: Any) -> Any:
        return [list(part) for part in data.random_split(range(10), lengths)]

    mine, reference = on_both(run, 3)
    assert mine == reference


def test_worker_seeds() -> None:
    """Everything random in a worker: ours, Python's and numpy's."""

    class Draws:
        def __init__(self, library: Any, data: Any) -> None:
            self.library = library
            self.data = data

        def __len__(self) -> int:
            return 6

        def __getitem__(self, index: int) -> Any:
            info = self.data.get_worker_info()
            draw = self.library.rand(1).item()
            return info.id, info.seed, draw, random.random(), float(np.random.rand())

    def run(library: Any, data: Any) -> Any:
        loader = data.DataLoader(
            Draws(library, data), batch_size=None, num_workers=2, multiprocessing_context="fork"
        )
        return list(loader)

    mine, reference = on_both(run, 4)
    assert mine == reference


BATCHES: dict[str, Callable[[Any], Any]] = {
    "ints": lambda _: [1, 2],
    "floats": lambda _: [1.0, 2],
    "bools": lambda _: [True, False],
    "strings": lambda _: ["a", "b"],
    "tuples": lambda _: [(1, "a"), (2, "b")],
    "lists": lambda _: [[1, 2.0], [3, 4.0]],
    "dicts": lambda _: [{"a": 1, "b": [2]}, {"a": 3, "b": [4]}],
    "tensors": lambda library: [library.ones(2), library.zeros(2)],
    "scalars": lambda library: [library.tensor(1), library.tensor(2)],
    "half": lambda library: [library.ones(2, dtype=library.float16)],
    "arrays": lambda _: [np.ones(2), np.zeros(2)],
    "0-d arrays": lambda _: [np.array(1), np.array(2)],
    "bytes arrays": lambda _: [np.ones(2, dtype=np.uint8)],
    "numpy numbers": lambda _: [np.float32(1), np.float32(2)],
    "numpy bools": lambda _: [np.bool_(True)],
    "unequal lists": lambda _: [[1], [2, 3]],
    "unequal tensors": lambda library: [library.ones(2), library.ones(3)],
    "None": lambda _: [None],
    "object": lambda _: [object()],
    "string arrays": lambda _: [np.array(["a"])],
    "empty": lambda _: [],
}


@pytest.mark.parametrize("name", BATCHES)
def test_collated_batches(name: str) -> None:
    results: list[Any] = []
    for library, data in BOTH:
        try:
            results.append(plain(data.default_collate(BATCHES[name](library))))
        except (TypeError, RuntimeError, IndexError) as error:
            results.append(error)
    mine, reference = results
    if isinstance(reference, Exception):
        assert isinstance(mine, type(reference))
    else:
        assert mine == reference


class Stream(ours.IterableDataset[int], theirs.IterableDataset):  # type: ignore[misc, name-defined]
    def __iter__(self) -> Any:
        return iter(range(3))


REFUSALS: dict[str, Callable[[Any], Any]] = {
    "batch_size=0": lambda data: data.DataLoader([1], batch_size=0),
    "batch_size=-1": lambda data: data.DataLoader([1], batch_size=-1),
    "batch_size=True": lambda data: data.DataLoader([1], batch_size=True),
    "batch_size='2'": lambda data: data.DataLoader([1], batch_size="2"),
    "num_workers=-1": lambda data: data.DataLoader([1], num_workers=-1),
    "timeout=-1": lambda data: data.DataLoader([1], timeout=-1),
    "timeout without workers": lambda data: iter(data.DataLoader([1], timeout=1)),
    "prefetch_factor=2": lambda data: data.DataLoader([1], prefetch_factor=2),
    "prefetch_factor=0": lambda data: iter(data.DataLoader([1], prefetch_factor=0, num_workers=1)),
    "persistent_workers": lambda data: data.DataLoader([1], persistent_workers=True),
    "shuffle and sampler": lambda data: data.DataLoader([1], sampler=[0], shuffle=True),
    "batch_sampler and batch_size": lambda data: data.DataLoader(
        [1], batch_sampler=[[0]], batch_size=2
    ),
    "None and drop_last": lambda data: data.DataLoader([1], batch_size=None, drop_last=True),
    "context without workers": lambda data: data.DataLoader([1], multiprocessing_context="fork"),
    "context='no'": lambda data: data.DataLoader([1], num_workers=1, multiprocessing_context="no"),
    "context=3": lambda data: data.DataLoader([1], num_workers=1, multiprocessing_context=3),
    "empty and shuffle": lambda data: data.DataLoader([], shuffle=True),
    "stream and shuffle": lambda data: data.DataLoader(Stream(), shuffle=True),
    "stream and sampler": lambda data: data.DataLoader(Stream(), sampler=[0]),
    "stream and batch_sampler": lambda data: data.DataLoader(Stream(), batch_sampler=[[0]]),
    "len of a stream": lambda data: len(data.DataLoader(Stream())),
    "set batch_size": lambda data: setattr(data.DataLoader([1]), "batch_size", 2),
    "set dataset": lambda data: setattr(data.DataLoader([1]), "dataset", [2]),
    "num_samples=0": lambda data: data.RandomSampler([1], num_samples=0),
    "num_samples=1.5": lambda data: data.RandomSampler([1], num_samples=1.5),
    "replacement=1": lambda data: data.RandomSampler([1], replacement=1),
    "weights 2-d": lambda data: data.WeightedRandomSampler([[1.0]], 1),
    "weighted num_samples=0": lambda data: data.WeightedRandomSampler([1.0], 0),
    "weighted replacement": lambda data: data.WeightedRandomSampler([1.0], 1, 2),
    "drop_last=2": lambda data: data.BatchSampler([1], 1, 2),
    "concat of none": lambda data: data.ConcatDataset([]),
    "concat of streams": lambda data: data.ConcatDataset([Stream()]),
    "concat below": lambda data: data.ConcatDataset([[1]])[-2],
    "concat above": lambda data: data.ConcatDataset([[1]])[1],
    "stack of none": lambda data: data.StackDataset(),
    "stack of both": lambda data: data.StackDataset([1], a=[1]),
    "stack of unequal": lambda data: data.StackDataset([1], [1, 2]),
    "split of too few": lambda data: data.random_split([1, 2], [3]),
    "split of bad fractions": lambda data: data.random_split([1, 2], [-0.5, 1.5]),
    "dataset": lambda data: data.Dataset()[0],
    "sampler": lambda data: iter(data.Sampler()),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    caught = []
    for _, data in BOTH:
        with pytest.raises(Exception) as info:  # noqa: PT011  # which one is the question
            REFUSALS[name](data)
        caught.append(info.value)
    mine, reference = caught
    assert isinstance(mine, type(reference))


SAME_WORDS = [
    "batch_size=0",
    "num_workers=-1",
    "timeout=-1",
    "prefetch_factor=2",
    "persistent_workers",
    "shuffle and sampler",
    "batch_sampler and batch_size",
    "None and drop_last",
    "context='no'",
    "empty and shuffle",
    "stream and shuffle",
    "set batch_size",
    "num_samples=0",
    "replacement=1",
    "weighted num_samples=0",
    "concat of none",
    "concat of streams",
    "split of too few",
]


@pytest.mark.parametrize("name", SAME_WORDS)
def test_refusals_begin_with_the_same_words(name: str) -> None:
    messages = []
    for _, data in BOTH:
        with pytest.raises(Exception) as info:  # noqa: PT011  # which one is the question
            REFUSALS[name](data)
        messages.append(str(info.value))
    mine, reference = messages
    assert mine.startswith(reference)


def test_mismatched_tensors() -> None:
    for library, data in BOTH:
        with pytest.raises(AssertionError, match="Size mismatch between tensors"):
            data.TensorDataset(library.ones(2), library.ones(3))


def test_signatures() -> None:
    import inspect

    for name in ours.__all__:
        mine = inspect.signature(getattr(ours, name))
        reference = inspect.signature(getattr(theirs, name))
        wanted = [p.replace(annotation=p.empty) for p in reference.parameters.values()]
        for parameter in wanted:
            if parameter.name in ("generator", "index", "args", "kwargs"):
                continue
            assert parameter.name in mine.parameters, f"{name}({parameter.name})"
            found = mine.parameters[parameter.name]
            assert (found.kind, found.default) == (parameter.kind, parameter.default), name


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("size", "parts"), [(10, 4), (8, 4), (3, 5), (7, 1)])
def test_each_process_has_the_part_that_it_has_in_pytorch(
    size: int, parts: int, drop_last: bool
) -> None:
    from graphnet.utils.data.distributed import DistributedSampler

    for rank in range(parts):
        ours, other = (
            kind(range(size), parts, rank, seed=5, drop_last=drop_last)
            for kind in (DistributedSampler, theirs.distributed.DistributedSampler)
        )
        for epoch in range(2):
            ours.set_epoch(epoch)
            other.set_epoch(epoch)
            assert (len(ours), list(ours)) == (len(other), list(other))
