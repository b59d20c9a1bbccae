"""In which order samples are visited, and how they are grouped into batches.

The random ones draw the very numbers PyTorch draws, so the same ``manual_seed`` gives the same
order. Follows the page ``torch.utils.data`` of PyTorch's documentation.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

from graphnet import functions as fn
from graphnet.dtypes import float64, int64
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.random import Generator

T_co = TypeVar("T_co", covariant=True)


def draw_seed(generator: Generator | None = None) -> int:
    """A seed in ``[0, 2**63)`` from a generator: by default the one ``manual_seed`` sets."""
    return int(fn.empty((), dtype=int64).random_(generator=generator).item())


def check_positive(name: str, value: object) -> None:
    """Raises ValueError unless ``value`` is an integer above zero."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueRangeError(
            f"{name} should be a positive integer value, but got {name}={value}",
            cure="there must be something to draw from: is the dataset empty?"
            if name == "num_samples"
            else "give a whole number above 0",
        )


class Sampler(Generic[T_co]):
    """An order over indices: subclasses write ``__iter__``, and ``__len__`` where it is known.

    >>> from graphnet.utils.data import DataLoader, Sampler
    >>> class Odd(Sampler):
    ...     def __iter__(self): return iter([1, 3])
    ...     def __len__(self): return 2
    >>> list(DataLoader("abcd", sampler=Odd(), batch_size=None))
    ['b', 'd']
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError


class SequentialSampler(Sampler[int]):
    """0, 1, 2, … up to the length of the dataset.

    >>> from graphnet.utils.data import SequentialSampler
    >>> list(SequentialSampler("abc"))
    [0, 1, 2]
    """

    data_source: Sized

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Indices in random order, each once, or with ``replacement``.

    ``num_samples`` (default: the length of the dataset) may exceed the length: the set is then
    shuffled again for each round. Without a ``generator``, a fresh one is seeded from the default
    generator for each pass. Raises TypeError when ``replacement`` is not a bool and ValueError when
    there is nothing to draw.

    >>> import graphnet as torch
    >>> from graphnet.utils.data import RandomSampler
    >>> list(RandomSampler(range(5), generator=torch.Generator().manual_seed(0)))
    [4, 0, 1, 3, 2]
    """

    # How many draws with replacement PyTorch takes from the generator at a time: part of the order.
    _CHUNK = 32

    data_source: Sized
    replacement: bool

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        if not isinstance(replacement, bool):
            raise ArgumentError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        check_positive("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many indices one pass gives; follows a dataset whose length changes."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        size = len(self.data_source)
        generator = self.generator
        if generator is None:
            seed = draw_seed()
            generator = Generator()
            generator.manual_seed(seed)
        if self.replacement:
            yield from self._with_replacement(size, generator)
        else:
            yield from self._shuffled(size, generator)

    def _with_replacement(self, size: int, generator: Generator) -> Iterator[int]:
        whole, rest = divmod(self.num_samples, self._CHUNK)
        for count in itertools.chain(itertools.repeat(self._CHUNK, whole), [rest]):
            yield from fn.randint(0, size, (count,), dtype=int64, generator=generator).tolist()

    def _shuffled(self, size: int, generator: Generator) -> Iterator[int]:
        rounds, rest = divmod(self.num_samples, size)
        for count in itertools.chain(itertools.repeat(size, rounds), [rest]):
            yield from fn.randperm(size, generator=generator).tolist()[:count]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given indices in random order, each once.

    >>> import graphnet as torch
    >>> from graphnet.utils.data import SubsetRandomSampler
    >>> list(SubsetRandomSampler([10, 20, 30], generator=torch.Generator().manual_seed(0)))
    [30, 10, 20]
    """

    indices: Sequence[int]

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for position in fn.randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[position]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """``num_samples`` indices, drawn with the given weights (which need not add up to one).

    Raises ValueError for weights that are not a flat sequence, a ``num_samples`` that is not a
    positive integer and a ``replacement`` that is not a bool.

    >>> from graphnet.utils.data import WeightedRandomSampler
    >>> list(WeightedRandomSampler([0.0, 0.0, 3.0], num_samples=4))
    [2, 2, 2, 2]
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        check_positive("num_samples", num_samples)
        if not isinstance(replacement, bool):
            raise ValueRangeError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        self.weights = fn.as_tensor(weights, dtype=float64)
        if self.weights.dim() != 1:
            raise ValueRangeError(
                "weights should be a 1d sequence but given weights have shape "
                f"{tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        drawn = fn.multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of ``batch_size`` indices of another sampler (or any iterable).

    The last one is shorter, or left out with ``drop_last``. Raises ValueError for a ``batch_size``
    that is not a positive integer.

    >>> from graphnet.utils.data import BatchSampler
    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    sampler: Iterable[Any]
    batch_size: int
    drop_last: bool

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool) -> None:
        check_positive("batch_size", batch_size)
        if not isinstance(drop_last, bool):
            raise ValueRangeError(
                f"drop_last should be a boolean value, but got drop_last={drop_last}"
            )
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        size = len(self.sampler)  # type: ignore[arg-type]
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)
