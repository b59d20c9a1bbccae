"""What a program does with the tensors that a backward pass will need: ``saved_tensors_hooks``.

Nothing is saved one by one here: a plan knows what a backward pass reads. Where a program wants to
keep those tensors itself, operations are recorded otherwise. What the formula of an operation's
gradient reads is handed to the program's ``pack_hook``; the result is put at the end of a history
of its own, as that of an ``autograd.Function`` is; and its backward pass is the formula, of what
``unpack_hook`` gives.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, NamedTuple

from graphnet._tensor import Tensor
from graphnet.autograd.context import FunctionCtx
from graphnet.autograd.function import Function, _Call
from graphnet.errors import ArgumentError
from graphnet.grad_mode import no_grad
from graphnet.ir.builder import Builder
from graphnet.ir.core_ops import Constant
from graphnet.ir.node import Value
from graphnet.ir.op import Op
from graphnet.ir.types import TensorType
from graphnet.ops.convert import Identity
from graphnet.ops.custom import Kept
from graphnet.ops.shape import ViewOp
from graphnet.passes.autodiff import differentiate
from graphnet.trace.detours import Record, Stop, set_detour
from graphnet.trace.introspect import GradFunction, note_keeper, tensor_of
from graphnet.trace.recorder import Draws, current_recorder
from graphnet.trace.transformed import Transformed

Hook = Callable[[Any], Any]


class Formula:
    """The gradients of an operation as a program of its operands, results and their gradients.

    Args:
        op: the operation.
        types: those of its operands.
        wanted: which operands want a gradient.

    Attributes:
        name: what PyTorch calls the node.
        operands, results: which tensors among them the program reads.
    """

    def __init__(self, op: Op, types: Sequence[TensorType], wanted: Sequence[bool]) -> None:
        builder = Builder()
        with builder:
            operands = [
                builder.input(kind, requires_grad=want)
                for kind, want in zip(types, wanted, strict=True)
            ]
            computed = op(*operands)
            made = computed if isinstance(computed, tuple) else (computed,)
            forward = list(builder.nodes)
            arriving = [builder.input(result.type) for result in made]
            roots = {result: g for result, g in zip(made, arriving, strict=True) if _smooth(result)}
            found = differentiate(forward, roots)
        self.name = made[0].op.grad_name_of(0, types)
        self._places = [place for place, x in enumerate(operands) if wanted[place] and x in found]
        gradients = [found[operands[place]] for place in self._places]
        inputs = [*operands, *made, *arriving]
        self._program = Transformed(f"{op.name} backward", builder.nodes, inputs, gradients)
        self._count = len(operands)
        read = self._program.places
        # In the order in which PyTorch packs them: by the names of arguments, then the results.
        self.operands = [
            place for place in reversed(read) if place < len(operands) and not types[place].weak
        ]
        results = [place - len(operands) for place in read]
        self.results = [place for place in results if 0 <= place < len(made)]

    def reads(self, place: int) -> bool:
        """Whether the program reads an operand, which may be a number."""
        return place < self._count and place in self._program.places

    def gradients(
        self, operands: dict[int, Any], results: dict[int, Any], arriving: Sequence[Any]
    ) -> list[Any]:
        """The gradient of each operand, None where none is wanted."""
        bindings: list[Any] = [operands.get(place) for place in range(self._count)]
        bindings += [results.get(place) for place in range(len(arriving))]
        found = self._program.record(current_recorder(), [*bindings, *arriving])
        by_place = dict(zip(self._places, found, strict=True))
        return [by_place.get(place) for place in range(self._count)]


def _smooth(value: Value) -> bool:
    kind = value.type
    return isinstance(kind, TensorType) and (kind.dtype.is_floating_point or kind.dtype.is_complex)


@lru_cache(maxsize=1024)
def _formula(op: Op, types: tuple[TensorType, ...], wanted: tuple[bool, ...]) -> Formula:
    return Formula(op, types, wanted)


class _Keeping(Function):
    """An operation whose operands a program keeps itself."""

    @classmethod
    def _end_of_history(cls, context: FunctionCtx) -> Op:
        return Kept(context.kept.formula.name)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The operation's own formula, of what was unpacked."""
        kept: _Kept = ctx.kept
        return kept.formula.gradients(kept.operands(), kept.results(), grad_outputs)


class _Packed(NamedTuple):
    """What a program keeps of one tensor.

    Attributes:
        content: what its hook returned.
        value: if that is the tensor itself, its value, which stays when it is written to.
        version: the tensor's then.
    """

    content: Any
    value: Tensor | None = None
    version: int = 0


class _Kept:
    """What a program keeps of one operation."""

    def __init__(self, formula: Formula, operands: Sequence[Any], pack: Hook, unpack: Hook) -> None:
        self.formula = formula
        self._pack, self._unpack = pack, unpack
        self._numbers = {p: x for p, x in enumerate(operands) if not isinstance(x, Tensor)}
        self._operands = {place: self._put(operands[place]) for place in formula.operands}
        self._results: dict[int, _Packed] = {}

    def pack_results(self, results: Sequence[Tensor]) -> None:
        """Let the program keep what the formula reads of the results, too."""
        self._results = {place: self._put(results[place]) for place in self.formula.results}

    def operands(self) -> dict[int, Any]:
        """The operands that the formula reads."""
        unpacked = {place: self._get(packed) for place, packed in self._operands.items()}
        return {**self._numbers, **unpacked}

    def results(self) -> dict[int, Any]:
        """The results that the formula reads."""
        return {place: self._get(packed) for place, packed in self._results.items()}

    def named(self, place: int) -> Any:
        """What the program gives for an operand, or a result if ``place`` is -1.

        Raises:
            KeyError: the formula does not read it.
        """
        if place == -1:
            return self._get(self._results[0])
        return self._numbers[place] if place in self._numbers else self._get(self._operands[place])

    def _put(self, tensor: Tensor) -> _Packed:
        with no_grad():
            packed = self._pack(tensor)
        if packed is not tensor or tensor.is_leaf:
            return _Packed(packed)
        value = current_recorder().apply(Identity(), (tensor,))
        return _Packed(packed, value, tensor._version)

    def _get(self, packed: _Packed) -> Tensor:
        with no_grad():
            found = self._unpack(packed.content)
        if found is packed.content and packed.value is not None:
            return found if found._version == packed.version else packed.value
        if not isinstance(found, Tensor):
            raise ArgumentError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(found).__name__}"
            )
        return found


class _Hooks(threading.local):
    """The hooks of this thread, the innermost last."""

    def __init__(self) -> None:
        self.stack: list[tuple[Hook, Hook]] = []


_hooks: Final = _Hooks()


@contextmanager
def keeping(pack: Hook, unpack: Hook) -> Iterator[None]:
    """Within this block a program keeps what backward passes will need."""
    recorder = current_recorder()
    _hooks.stack.append((pack, unpack))
    set_detour(recorder, Stop.SAVE, _record)
    try:
        yield
    finally:
        _hooks.stack.pop()
        if not _hooks.stack:
            set_detour(recorder, Stop.SAVE, None)


def _record(record: Record, op: Op, operands: Sequence[Any]) -> Any:
    """Record an operation so that the program keeps what its gradient reads."""
    formula = _formula_for(op, operands)
    if formula is None or not (formula.operands or formula.results):
        return record(op, operands)
    context = FunctionCtx(formula.name, operands)
    context.kept = _Kept(formula, operands, *_hooks.stack[-1])
    call = _Call(_Keeping, context, operands)
    with no_grad():
        output = record(op, operands)
    result = call.finish(output)
    results = result if isinstance(result, tuple) else (result,)
    context.kept.pack_results(results)
    for each in results:
        if isinstance(each, Tensor) and each.requires_grad:
            note_keeper(each, context.kept)
    return result


def _formula_for(op: Op, operands: Sequence[Any]) -> Formula | None:
    """The formula of an operation that wants gradients; None if nothing is saved for it."""
    if isinstance(op, ViewOp) or not current_recorder().mode.enabled:
        return None
    wanted, types = [], []
    for operand in operands:
        if isinstance(operand, Draws):
            return None
        is_tensor = isinstance(operand, Tensor)
        wanted.append(is_tensor and operand.requires_grad)
        types.append(operand._layout.type if is_tensor else Constant(operand).infer())
    if True not in wanted:
        return None
    return _formula(op, tuple(types), tuple(wanted))


#: What PyTorch calls operands, and the result, that gradients of simple operations read.
_NAMED: Final = {"self": 0, "other": 1, "mat2": 1, "exponent": 1, "result": -1}


def saved(function: GradFunction, name: str) -> Any:
    """What ``grad_fn._saved_self`` and its like are.

    Raises:
        AttributeError: the gradient does not read it, or it is remembered no more.
    """
    missing = AttributeError(f"'{type(function).__name__}' object has no attribute '{name}'")
    place = _NAMED.get(name.removeprefix("_saved_"))
    if place is None:
        raise missing
    value, segment = function._value, function._segment
    node = value.node
    kept = segment.keepers.get(node)
    if kept is not None:
        try:
            return kept.named(place)
        except KeyError:
            raise missing from None
    types = tuple(operand.type for operand in node.operands)
    formula = _formula(node.op, types, tuple(operand.requires_grad for operand in node.operands))
    if place == -1:
        found = tensor_of(value, segment) if 0 in formula.results else None
    else:
        found = tensor_of(node.operands[place], segment) if formula.reads(place) else None
    if found is None:
        raise missing
    return found
