"""What the recorder knows of a tensor. The facade's ``Tensor`` is a handle with PyTorch's face."""

from __future__ import annotations

from enum import Enum, auto
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from weakref import ref

from graphnet.ir.types import Size
from graphnet.runtime.storage import Layout, Storage

if TYPE_CHECKING:
    from graphnet.trace.segment import Segment


class Origin(Enum):
    """How an alias was made, where that limits writing through it."""

    DATA = auto()
    """By ``.data``: autograd is not told of writes."""
    NO_GRAD = auto()
    """As a view, without gradients, of a tensor that requires them."""
    MULTI_OUTPUT = auto()
    """As one of the views that an operation like ``unbind`` makes."""


# Held for a moment only, and never while waiting for anything.
_making = Lock()


class Handle:
    """A mutable handle: memory, a layout over it, and its present place in a trace.

    ``_segment`` and ``_slot`` say which value of which segment this tensor is; they hold as long
    as ``_seen`` is the storage's version. For a finished segment they are the gradient history. A
    view knows the tensor it is a view of as ``_base``. ``_origin`` is set on few, see
    :func:`origin_of`.

    Most results are read by the next operation and die, or looked at once. So a result gets its
    ``_storage`` when that is first asked for; until then ``_stored`` is None, and ``_array`` is all
    its memory, once a run has computed it.
    """

    __slots__ = (
        "__weakref__",
        "_array",
        "_base",
        "_grad",
        "_layout",
        "_offset",
        "_origin",
        "_seen",
        "_segment",
        "_slot",
        "_stored",
    )

    if TYPE_CHECKING:  # programs resolve the annotations of their own tensor classes
        _stored: Storage | None
        _layout: Layout
        _offset: int
        _segment: Segment | None
        _slot: int
        _seen: int
        _origin: Origin
        _grad: Handle | None
        _base: Handle | None
        _array: Any

    @classmethod
    def _of(cls, storage: Storage, layout: Layout, offset: int = 0) -> Self:
        """A handle on memory, not in any trace yet."""
        self = object.__new__(cls)
        self._stored = storage
        self._layout = layout
        self._offset = offset
        self._segment = None
        self._slot = -1
        self._seen = storage.version
        self._grad = None
        self._base = None
        self._array = None
        return self

    @classmethod
    def _made(cls, layout: Layout, segment: Segment, slot: int) -> Self:
        """A handle on a value that a run will compute, into memory of its own.

        Every recorded operation ends here.
        """
        self = object.__new__(cls)
        self._layout = layout
        self._segment = segment
        self._slot = slot
        self._stored = self._grad = self._base = self._array = None
        self._offset = self._seen = 0
        segment.made.append(ref(self))
        return self

    @property
    def _storage(self) -> Storage:
        """The memory; that of a result is made now if need be."""
        return self._stored or self._make_storage()

    @_storage.setter
    def _storage(self, storage: Storage) -> None:
        self._stored = storage

    def _make_storage(self) -> Storage:
        segment = self._segment
        assert segment is not None  # that of the operation whose result it is
        if self._array is not None:
            return self._stored_once(segment)
        with segment.recorder.lock:  # another thread may run the trace
            return self._stored_once(segment)

    def _stored_once(self, segment: Segment) -> Storage:
        """The storage, though several threads may ask for it at once."""
        with _making:
            if self._stored is None:
                storage = Storage(self._layout.type, self._array)
                if self._array is None:
                    storage.expect(segment, self._slot)
                self._stored = storage
            return self._stored

    def _leave_trace(self) -> None:
        """Be no value of a trace any more; what reads the tensor lets it enter anew, as a leaf."""
        if self._stored is None:
            self._make_storage()
        self._seen = -1

    def _is_in(self, segment: Segment) -> bool:
        """Whether ``_slot`` is this tensor's present value in a segment."""
        return self._segment is segment and (
            self._stored is None or self._seen == self._stored.version
        )

    @property
    def _shape(self) -> Size:
        return self._layout.shape

    def _memory(self) -> Any:
        """The settled buffer as an array of this tensor's layout; memory is shared."""
        array = self._array
        if array is None:
            array = self._array = self._storage.view(self._layout, self._offset)
        return array


class Watched(Handle):
    """A value on whose gradient there is a hook: the tensor that it was may be written to since.

    It tells where a gradient is collected, and never enters a trace.
    """

    __slots__ = ()

    @classmethod
    def at(cls, layout: Layout, segment: Segment, slot: int) -> Watched:
        """The value of a slot."""
        self = object.__new__(cls)
        self._layout, self._segment, self._slot = layout, segment, slot
        return self


def origin_of(handle: Handle) -> Origin | None:
    """How an alias was made, if that matters. Every tensor is one; most are made by no such way."""
    return getattr(handle, "_origin", None)
