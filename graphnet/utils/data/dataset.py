"""What is trained on: datasets, and the ways to cut them up and join them.

Follows the page ``torch.utils.data`` of PyTorch's documentation.
"""

from __future__ import annotations

import bisect
import itertools
import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.dtypes import int64
from graphnet.errors import GraphnetError, OutOfRangeError, ValueRangeError

if TYPE_CHECKING:
    from graphnet.random import Generator

T_co = TypeVar("T_co", covariant=True)


class DatasetError(GraphnetError, AssertionError):
    """Parts that do not make one dataset."""


class Dataset(Generic[T_co]):
    """A collection of samples that are fetched by index: subclasses write ``__getitem__``.

    ``__len__`` is wanted by most samplers. A subclass may also write ``__getitems__(indices)``,
    which gives the list of samples of one batch at once. ``a + b`` is the two in a row.

    >>> from graphnet.utils.data import Dataset
    >>> class Squares(Dataset):
    ...     def __getitem__(self, index): return index**2
    ...     def __len__(self): return 4
    >>> joined = Squares() + Squares()
    >>> len(joined), joined[7]
    (8, 9)
    """

    def __getitem__(self, index: Any) -> T_co:
        """The sample at ``index``."""
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other: Dataset[T_co]) -> ConcatDataset[T_co]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co]):
    """A stream of samples: subclasses write ``__iter__``.

    A loader with workers gives each worker a copy of the stream; ``__iter__`` asks
    :func:`get_worker_info` which part of it is its own. ``a + b`` is one stream after the other.

    >>> from graphnet.utils.data import DataLoader, IterableDataset
    >>> class Count(IterableDataset):
    ...     def __iter__(self): return iter(range(5))
    >>> [batch.tolist() for batch in DataLoader(Count(), batch_size=2)]
    [[0, 1], [2, 3], [4]]
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError("Subclasses of IterableDataset should implement __iter__.")

    def __add__(self, other: Dataset[T_co]) -> ChainDataset[T_co]:  # type: ignore[override]
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors that share their first dimension; sample ``i`` is the tuple of their rows ``i``.

    Raises AssertionError when the first dimensions differ.

    >>> import graphnet as torch
    >>> from graphnet.utils.data import TensorDataset
    >>> x, y = TensorDataset(torch.eye(3), torch.arange(3))[1]
    >>> x.tolist(), y.item()
    ([0.0, 1.0, 0.0], 1)
    """

    tensors: tuple[Tensor, ...]

    def __init__(self, *tensors: Tensor) -> None:
        sizes = [tensor.size(0) for tensor in tensors]
        if any(size != sizes[0] for size in sizes):
            raise DatasetError(
                f"Size mismatch between tensors: their first dimensions are {sizes}",
                cure="give tensors with one row for each sample, all the same number of rows",
            )
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])

    def gather(self, indices: list[int]) -> list[Tensor] | None:
        """The stacked rows ``indices`` of every tensor, by one operation a tensor.

        None when that might not be what fetching row by row and stacking gives: a subclass with
        its own ``__getitem__``, tensors that want gradients, indices that are not plain integers.
        """
        if type(self).__getitem__ is not TensorDataset.__getitem__:
            return None
        if any(tensor.requires_grad for tensor in self.tensors):
            return None
        if not all(type(index) is int for index in indices):
            return None
        rows = fn.tensor(indices, dtype=int64)
        return [tensor[rows] for tensor in self.tensors]


class StackDataset(Dataset[Any]):
    """Datasets of one length side by side; a sample is the tuple (or dict) of theirs.

    Raises ValueError without datasets, with both positional and named ones, and when the lengths
    differ.

    >>> from graphnet.utils.data import StackDataset
    >>> StackDataset(image=["a", "b"], label=[0, 1])[1]
    {'image': 'b', 'label': 1}
    """

    datasets: tuple[Any, ...] | dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args and kwargs:
            raise ValueRangeError(
                "Supported either ``tuple``- (via ``args``) or ``dict``- (via ``kwargs``) like "
                "input/output, but both types are given."
            )
        parts = args or tuple(kwargs.values())
        if not parts:
            raise ValueRangeError("At least one dataset should be passed")
        lengths = [len(part) for part in parts]
        if len(set(lengths)) > 1:
            raise ValueRangeError(f"Size mismatch between datasets: their lengths are {lengths}")
        self._length = lengths[0]
        self.datasets = args or kwargs

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: part[index] for name, part in self.datasets.items()}
        return tuple(part[index] for part in self.datasets)

    def __getitems__(self, indices: list[Any]) -> list[Any]:
        if isinstance(self.datasets, dict):
            columns = [_fetch_all(part, indices) for part in self.datasets.values()]
            names = list(self.datasets)
            return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        return list(zip(*(_fetch_all(part, indices) for part in self.datasets), strict=True))

    def __len__(self) -> int:
        return self._length


class ConcatDataset(Dataset[T_co]):
    """Datasets one after the other, as one. Raises AssertionError for none, and for a stream.

    >>> from graphnet.utils.data import ConcatDataset
    >>> both = ConcatDataset(["ab", "cde"])
    >>> len(both), both[3], both[-5], both.cumulative_sizes
    (5, 'd', 'a', [2, 5])
    """

    datasets: list[Dataset[T_co]]
    cumulative_sizes: list[int]

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise DatasetError("datasets should not be an empty iterable")
        for dataset in self.datasets:
            if isinstance(dataset, IterableDataset):
                raise DatasetError(
                    "ConcatDataset does not support IterableDataset",
                    cure="chain streams with ChainDataset",
                )
        self.cumulative_sizes = self.cumsum(self.datasets)

    @staticmethod
    def cumsum(sequence: Iterable[Any]) -> list[int]:
        """The running total of the lengths."""
        return list(itertools.accumulate(len(part) for part in sequence))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> T_co:
        size = len(self)
        if index < -size:
            raise ValueRangeError(
                "absolute value of index should not exceed dataset length: "
                f"the index is {index}, the length is {size}"
            )
        if index >= size:
            raise OutOfRangeError(f"index {index} is out of range for a dataset of {size} samples")
        index = index + size if index < 0 else index
        part = bisect.bisect_right(self.cumulative_sizes, index)
        start = self.cumulative_sizes[part - 1] if part else 0
        return self.datasets[part][index - start]


class ChainDataset(IterableDataset[T_co]):
    """Streams one after the other, as one stream.

    >>> from graphnet.utils.data import ChainDataset, IterableDataset
    >>> class Count(IterableDataset):
    ...     def __iter__(self): return iter(range(2))
    >>> list(ChainDataset([Count(), Count()]))
    [0, 1, 0, 1]
    """

    def __init__(self, datasets: Iterable[Dataset[T_co]]) -> None:
        self.datasets = datasets

    def _streams(self) -> Iterator[IterableDataset[T_co]]:
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise DatasetError(
                    f"ChainDataset only supports IterableDataset, not {type(dataset).__name__}"
                )
            yield dataset

    def __iter__(self) -> Iterator[T_co]:
        for stream in self._streams():
            yield from stream

    def __len__(self) -> int:
        sizes: Iterator[Any] = (len(stream) for stream in self._streams())  # type: ignore[arg-type]
        return sum(sizes)


class Subset(Dataset[T_co]):
    """The samples of a dataset at the given indices.

    A subclass with its own ``__getitem__`` has to write ``__getitems__`` too (the loader asks for
    whole batches): NotImplementedError otherwise.

    >>> from graphnet.utils.data import Subset
    >>> list(Subset("abcdef", [4, 0, 0]))
    ['e', 'a', 'a']
    """

    dataset: Dataset[T_co]
    indices: Sequence[int]

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices
        kind = type(self)
        if kind.__getitem__ is not Subset.__getitem__ and kind.__getitems__ is Subset.__getitems__:
            raise NotImplementedError(
                f"{kind.__name__} overrides __getitem__ but not __getitems__, which the "
                "DataLoader calls for a batch. The simplest one is:\n\n"
                "def __getitems__(self, indices):\n"
                "    return [self.__getitem__(idx) for idx in indices]"
            )

    def __getitem__(self, index: Any) -> T_co:
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __getitems__(self, indices: list[Any]) -> list[T_co]:
        return _fetch_all(self.dataset, [self.indices[i] for i in indices])

    def __len__(self) -> int:
        return len(self.indices)

    def gather(self, indices: list[int]) -> list[Tensor] | None:
        """As :meth:`TensorDataset.gather`, where the whole set can do it."""
        if type(self).__getitems__ is not Subset.__getitems__:
            return None
        if not isinstance(self.dataset, TensorDataset | Subset):
            return None
        return self.dataset.gather([self.indices[i] for i in indices])


def random_split(
    dataset: Any, lengths: Sequence[int | float], generator: Generator | None = None
) -> list[Subset[Any]]:
    """Cut a dataset into random parts that do not overlap.

    ``lengths`` are the numbers of samples, or fractions that add up to 1: each part then gets the
    whole samples of its share, and what is left goes to the parts in turn, one by one. Raises
    ValueError when they don't add up; warns of an empty part.

    >>> import graphnet as torch
    >>> from graphnet.utils.data import random_split
    >>> parts = random_split(range(10), [0.7, 0.3], generator=torch.Generator().manual_seed(42))
    >>> [list(part) for part in parts]
    [[2, 6, 1, 8, 4, 5, 0], [9, 3, 7]]
    """
    total = len(dataset)
    asked = sum(lengths)
    if math.isclose(asked, 1) and asked <= 1:
        sizes = _sizes_of_fractions(total, lengths)
    else:
        sizes = [int(length) for length in lengths]
    if sum(sizes) != total or any(size < 0 for size in sizes):
        raise ValueRangeError(
            "Sum of input lengths does not equal the length of the input dataset! "
            f"The lengths are {list(lengths)}, the dataset has {total} samples",
            cure="give lengths that add up to that, or fractions that add up to 1",
        )
    order: list[int] = fn.randperm(total, generator=generator).tolist()
    ends = itertools.accumulate(sizes)
    return [Subset(dataset, order[end - size : end]) for end, size in zip(ends, sizes, strict=True)]


def _sizes_of_fractions(total: int, fractions: Sequence[float]) -> list[int]:
    for position, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueRangeError(
                f"Fraction at index {position} is not between 0 and 1: it is {fraction}"
            )
    sizes = [math.floor(total * fraction) for fraction in fractions]
    for extra in range(total - sum(sizes)):
        sizes[extra % len(sizes)] += 1
    for position, size in enumerate(sizes):
        if size == 0:
            warnings.warn(
                f"Length of split at index {position} is 0. This might result in an empty dataset.",
                stacklevel=3,
            )
    return sizes


def _fetch_all(dataset: Any, indices: list[Any]) -> list[Any]:
    """The samples of a batch, by one call where the dataset has a way to do that."""
    at_once = getattr(dataset, "__getitems__", None)
    if not callable(at_once):
        return [dataset[index] for index in indices]
    samples: list[Any] = at_once(indices)
    if len(samples) != len(indices):
        raise ValueRangeError(
            f"Nested dataset's output size mismatch. Expected {len(indices)}, got {len(samples)}"
        )
    return samples
