"""``ctx``: what the ``forward`` of a function leaves for its ``backward``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import ref

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.trace.versions import modified


class FunctionCtx:
    """One application of an ``autograd.Function``. Attributes may be added.

    Attributes:
        needs_input_grad: for each argument of ``forward``, whether its gradient is wanted.
    """

    def __init__(self, name: str, args: Sequence[Any]) -> None:
        self._name = name
        self.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        self.materializes = True
        self._saved: list[tuple[Tensor | None, int]] = []
        # An output that is saved must not keep itself alive: it is kept without its history.
        self._outputs: dict[int, ref[Tensor]] = {}
        self._dirty: tuple[Tensor, ...] = ()
        self._constant: tuple[Tensor, ...] = ()
        # What a program keeps itself, see graphnet.autograd.saved_tensors.
        self.kept: Any = None
        self._for_forward: tuple[Tensor | None, ...] | None = None
        self._is_forward = False

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep inputs or outputs for ``backward``, which finds them as ``saved_tensors``.

        Raises:
            ArgumentError: (a TypeError) one is no tensor.
        """
        for place, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Tensor):
                raise ArgumentError(
                    f"save_for_backward can only save variables, but argument {place} is of type "
                    f"{type(tensor).__name__}",
                    cure="set other things as attributes of ctx",
                )
        self._saved = [(t, -1 if t is None else t._version) for t in tensors]

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep tensors for ``jvp``, which finds them as ``saved_tensors``."""
        self._for_forward = tensors

    @contextmanager
    def going_forward(self) -> Iterator[None]:
        """Within this block, what was kept for ``jvp`` is what there is."""
        self._is_forward = self._for_forward is not None
        try:
            yield
        finally:
            self._is_forward = False

    @property
    def saves(self) -> bool:
        """Whether a backward pass frees anything: then there is one only."""
        return self.kept is not None or any(tensor is not None for tensor, _ in self._saved)

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What :meth:`save_for_backward` was given.

        Raises:
            AutogradError: (a RuntimeError) one was written to since.
        """
        if self._is_forward:
            return self._for_forward or ()
        found = [(self._with_history(tensor), version) for tensor, version in self._saved]
        for tensor, version in found:
            if tensor is not None and tensor._version != version:
                origin = self._origin(tensor)
                raise modified(tensor._layout.type, origin, tensor._version, version)
        return tuple(tensor for tensor, _ in found)

    @property
    def saved_variables(self) -> tuple[Tensor | None, ...]:
        """The old name of ``saved_tensors``."""
        return self.saved_tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Say which inputs ``forward`` writes to in place; they are outputs, too."""
        self._dirty = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Say which outputs have no gradient."""
        self._constant = args

    def set_materialize_grads(self, value: bool) -> None:
        """Say whether ``backward`` gets zeros, or else None, where no gradient has arrived."""
        self.materializes = value

    def is_marked_dirty(self, tensor: Tensor) -> bool:
        """Whether ``forward`` wrote to it."""
        return any(tensor is each for each in self._dirty)

    def is_marked_constant(self, tensor: Tensor) -> bool:
        """Whether it has no gradient."""
        return any(tensor is each for each in self._constant)

    def note_outputs(self, pairs: Sequence[tuple[Any, Any]]) -> None:
        """What stands outside for the outputs that ``forward`` made."""
        saved = {id(tensor) for tensor, _ in self._saved if tensor is not None}
        for plain, joined in pairs:
            if id(plain) in saved and plain is not joined:
                self._outputs[id(plain)] = ref(joined)
        # A tensor that was written to gets a history after it was saved, an output another memory.
        self._saved = [
            (t, v if t is None or not self._is_output(t) else self._with_history(t)._version)  # type: ignore[union-attr]  # t is not None
            for t, v in self._saved
        ]

    def _origin(self, tensor: Tensor) -> tuple[int, str] | None:
        """Which output of what a tensor that was saved is."""
        for number, outside in enumerate(self._outputs.values()):
            if outside() is tensor:
                return number, f"{self._name}Backward"
        return None if tensor.is_leaf else (0, tensor.grad_fn.name())

    def _is_output(self, tensor: Tensor) -> bool:
        return id(tensor) in self._outputs or self.is_marked_dirty(tensor)

    def _with_history(self, tensor: Tensor | None) -> Tensor | None:
        outside = self._outputs.get(id(tensor))
        found = None if outside is None else outside()
        return tensor if found is None else found
