"""Memory, and how a tensor lies in it."""

from __future__ import annotations

import pickle
from collections import deque
from functools import lru_cache
from typing import Any, Final
from weakref import ref

import numpy as np

from graphnet import dtypes
from graphnet.ir.types import Shape, Size, Stride, TensorType, contiguous_strides, interned
from graphnet.ops.strided import strided
from graphnet.runtime.memory_order import is_contiguous

_REMEMBERED: Final = 64


class Clock:
    """How many times any memory was written to.

    An object of its own: to change an attribute of a class makes all look-ups on it slow.
    """

    __slots__ = ("writes",)

    def __init__(self) -> None:
        self.writes = 0


clock: Final = Clock()


class SilentWrites:
    """The writes to one memory that autograd is not told of: a count, and the latest's versions.

    Writes that follow each other, as in a loop of ``x.data.copy_``, are one run of versions.
    """

    __slots__ = ("count", "runs")

    def __init__(self) -> None:
        self.count = 0
        self.runs: deque[range] = deque(maxlen=_REMEMBERED)

    def add(self, version: int) -> None:
        """Note one that made the memory's version this."""
        self.count += 1
        start = version
        if self.runs and self.runs[-1].stop == version:
            start = self.runs.pop().start
        self.runs.append(range(start, version + 1))

    def since(self, version: int) -> int:
        """How many there were after that version."""
        return sum(max(0, run.stop - max(run.start, version + 1)) for run in self.runs)


class Storage:
    """One piece of memory, for life. Every view of it, and numpy, shares the one buffer.

    Between two runs the memory may be behind the graph: ``pending`` then says that its present
    value is ``slot`` of ``segment``, and the next run will write it here.

    Attributes:
        array: the buffer as a contiguous array, or None until the first run made it.
        type: element type and shape of the whole buffer.
        shared: numpy code may have an array over the buffer; :attr:`visible` says if it still has.
        segment: the trace segment in which the memory has a value, or None.
        slot: that value's slot.
        pending: the value is not in the buffer yet.
        version: how often the memory was written to.
        silent: the writes that autograd was not told of; not set before there is one.
    """

    __slots__ = (
        "__weakref__",
        "_exported",
        "array",
        "pending",
        "segment",
        "shared",
        "silent",
        "slot",
        "type",
        "version",
    )

    def __init__(self, type_: TensorType, array: Any = None, shared: bool = False) -> None:
        self.type = type_
        self.array = array
        self.shared = shared
        self._exported: list[ref[Any]] | None = None
        self.segment: Any = None
        self.slot = -1
        self.pending = False
        self.version = 0

    @classmethod
    def of(cls, array: Any, *, shared: bool = False) -> Storage:
        """The storage of a contiguous array, which it takes over."""
        return cls(TensorType(dtypes.from_numpy(array.dtype), array.shape), array, shared)

    def expect(self, segment: Any, slot: int) -> None:
        """Wait for a run of ``segment``, which will put the value of ``slot`` here."""
        self.segment, self.slot, self.pending = segment, slot, True
        segment.created.append(ref(self))

    @property
    def noticed(self) -> int:
        """How often the memory was written to, as far as autograd was told: PyTorch's version."""
        silent: SilentWrites | None = getattr(self, "silent", None)
        return self.version if silent is None else self.version - silent.count

    def noticed_since(self, version: int) -> int:
        """How many of the writes after that version autograd was told of."""
        silent: SilentWrites | None = getattr(self, "silent", None)
        after = 0 if silent is None else silent.since(version)
        return self.version - version - after

    def note_silent_write(self) -> None:
        """The latest write is one that autograd is not told of."""
        if not hasattr(self, "silent"):
            self.silent = SilentWrites()
        self.silent.add(self.version)

    @property
    def visible(self) -> bool:
        """Whether numpy code can read or write the buffer at this moment."""
        if self.shared and self._exported is not None:
            self._exported = [array for array in self._exported if array() is not None]
            self.shared = bool(self._exported)
        return self.shared

    def export(self, view: Any) -> Any:
        """An array over ``view``'s memory for numpy code, which is followed while it lives.

        Views that numpy code takes of it keep it alive: numpy leads the base of a view back only as
        far as the first array that is based on something else, here a memoryview.
        """
        if self.shared and self._exported is None:
            return view.view()
        try:
            array = np.asarray(memoryview(view))
        except (ValueError, TypeError, BufferError):  # a dtype that memoryview does not know
            self.shared, self._exported = True, None
            return view.view()
        self._exported = [*(self._exported or ()), ref(array)]
        self.shared = True
        return array

    def __deepcopy__(self, memo: dict[int, Any]) -> Storage:
        """Memory of its own with the same values; they must be in the buffer."""
        made = memo[id(self)] = Storage(self.type, self.array.copy())
        return made

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """What is saved is the buffer; its values must be there."""
        raw = self.array.reshape(-1).view(np.uint8)
        buffer = pickle.PickleBuffer(raw) if protocol >= 5 else bytearray(raw)
        return (restored, (self.type.dtype, tuple(self.type.shape), buffer))

    def view(self, layout: Layout, offset: int) -> Any:
        """The buffer as an array laid out so, sharing memory."""
        array = self.array
        if layout.whole and array.shape == layout.shape:
            return array
        if not array.size or not layout.numel:
            return np.empty(layout.shape, layout.dtype.numpy)
        seen_as = self.another(layout.dtype)
        return strided(array, layout.shape, layout.strides, offset, seen_as)

    def another(self, dtype: dtypes.dtype) -> dtypes.dtype | None:
        """The dtype in which a view reads the memory, if it is not the memory's own."""
        return None if dtype is self.type.dtype else dtype


def restored(dtype: dtypes.dtype, shape: Shape, buffer: Any) -> Storage:
    """The storage that was pickled, over the buffer that came with it."""
    array = np.frombuffer(buffer, dtype.numpy).reshape(shape)
    return Storage(TensorType(dtype, shape), array if array.flags.writeable else array.copy())


class Layout:
    """The static facts of a tensor: type, strides, and its place in autograd.

    Interned (:meth:`of`), so that comparing two is comparing identities.

    Attributes:
        type: element type and shape.
        shape: the shape, as PyTorch shows it.
        strides: steps between elements, in elements.
        whole: it covers its whole storage in row-major order.
        requires_grad: gradients flow to or through it.
        is_leaf: it was not made by a differentiable operation.
        order: the strides that PyTorch would give it, where it lies in another order here. Random
            draws go by them, for they fill memory in the order of addresses.
        is_contiguous: elements follow each other in row-major order.
        alone: a tuple of this layout only: most steps of a trace have one result.
    """

    __slots__ = (
        "alone",
        "dtype",
        "is_contiguous",
        "is_leaf",
        "numel",
        "order",
        "requires_grad",
        "shape",
        "strides",
        "type",
        "whole",
    )

    def __init__(
        self,
        type_: TensorType,
        strides: Stride,
        whole: bool,
        requires_grad: bool,
        is_leaf: bool,
        order: Stride | None,
    ) -> None:
        self.type = type_
        self.dtype = type_.dtype
        self.shape = Size(type_.shape)
        self.numel = type_.numel
        self.strides = strides
        self.whole = whole
        self.requires_grad = requires_grad
        self.is_leaf = is_leaf
        self.order = order
        self.is_contiguous = self.numel == 0 or is_contiguous(type_.shape, strides)
        self.alone = (self,)

    @classmethod
    def of(
        cls,
        dtype: dtypes.dtype,
        shape: Shape,
        strides: Stride | None = None,
        *,
        whole: bool = True,
        requires_grad: bool = False,
        is_leaf: bool = True,
        order: Stride | None = None,
    ) -> Layout:
        """The one layout of these facts; contiguous unless strides are given."""
        return _layout(dtype, tuple(shape), strides, whole, requires_grad, is_leaf, order)

    def but(self, **changes: Any) -> Layout:
        """This layout with some facts changed."""
        facts: dict[str, Any] = {
            "strides": self.strides,
            "whole": self.whole,
            "requires_grad": self.requires_grad,
            "is_leaf": self.is_leaf,
            "order": self.order,
        }
        return Layout.of(self.dtype, self.type.shape, **(facts | changes))

    def __repr__(self) -> str:
        return f"a tensor {self.type}"

    @property
    def overlaps(self) -> bool:
        """Whether several elements lie at one place, as after ``expand``."""
        return any(n > 1 and step == 0 for n, step in zip(self.shape, self.strides, strict=True))


@lru_cache(maxsize=65_536)
def _layout(
    dtype: dtypes.dtype,
    shape: Shape,
    strides: Stride | None,
    whole: bool,
    requires_grad: bool,
    is_leaf: bool,
    order: Stride | None,
) -> Layout:
    if strides is None:
        strides = contiguous_strides(shape)
        return _layout(dtype, shape, strides, whole, requires_grad, is_leaf, order)
    type_ = interned(TensorType(dtype, shape))
    return Layout(type_, strides, whole, requires_grad, is_leaf, order)
