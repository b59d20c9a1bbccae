"""Nodes and the values they define: single assignment, never changed once made."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from graphnet.ir.expression import Expression
from graphnet.ir.types import interned

if TYPE_CHECKING:
    from graphnet.dtypes import dtype as DType
    from graphnet.ir.op import Op
    from graphnet.ir.types import Shape, TensorType
    from graphnet.source import Location


class Phase(Enum):
    """The part of a training step a node belongs to."""

    FORWARD = "forward"
    BACKWARD = "backward"
    UPDATE = "update"


class Value(Expression):
    """One result of a node. Operators on values emit nodes into the builder in charge.

    Attributes:
        node: the node that defines it.
        index: its place among the node's results.
        type: its element type and shape.
        requires_grad: whether differentiation follows it.
        gradient_of: the values whose gradient it is, noted by the pass that differentiates. They
            are several where an operation hands its gradient on unchanged.
    """

    __slots__ = ("gradient_of", "index", "node", "requires_grad", "type")

    node: Node
    index: int
    type: TensorType
    requires_grad: bool
    gradient_of: tuple[Value, ...]

    def __init__(self, node: Node, index: int, type_: TensorType, requires_grad: bool) -> None:
        self.node = node
        self.index = index
        self.type = type_
        self.requires_grad = requires_grad
        self.gradient_of = ()

    def _apply(self, op: Op, *operands: Any) -> Any:
        from graphnet.ir.builder import Builder

        return Builder.current().emit(op, *operands)

    @property
    def shape(self) -> Shape:
        """The sizes of the dimensions."""
        return self.type.shape

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.type.shape)

    @property
    def numel(self) -> int:
        """The number of elements."""
        return self.type.numel

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self.type.dtype

    @property
    def op(self) -> Op:
        """The operation that defines the value."""
        return self.node.op

    def __repr__(self) -> str:
        return f"<Value {self.index} of {self.node.op}: {self.type}>"


class Node:
    """An operation applied to operands, with the user's line that made it.

    Attributes:
        op: what is done.
        operands: the values it reads.
        results: the values it defines.
        location: the line of the user's code; a gradient node has its forward node's.
        phase: the part of the training step.
        label: a name for people: that of an input, or what autodiff calls a gradient.
    """

    __slots__ = ("label", "location", "op", "operands", "phase", "results")

    def __init__(
        self,
        op: Op,
        operands: tuple[Value, ...],
        types: tuple[Any, ...],
        *,
        location: Location | None = None,
        phase: Phase = Phase.FORWARD,
        label: str = "",
        requires_grad: bool = False,
    ) -> None:
        self.op = op
        self.operands = operands
        self.location = location
        self.phase = phase
        self.label = label
        self.results = tuple(
            [
                Value(self, index, interned(type_), requires_grad and can_require_grad(type_))
                for index, type_ in enumerate(types)
            ]
        )

    def reading(self, operands: tuple[Value, ...]) -> Node:
        """The same of other operands, of the same types; the node itself if these are its own."""
        if operands == self.operands:
            return self
        made = object.__new__(Node)
        made.op, made.operands = self.op, operands
        made.location, made.phase, made.label = self.location, self.phase, self.label
        made.results = tuple(
            [Value(made, old.index, old.type, old.requires_grad) for old in self.results]
        )
        return made

    @property
    def result(self) -> Value:
        """The only result."""
        (only,) = self.results
        return only

    def __repr__(self) -> str:
        return f"<Node {self.op}>"


def can_require_grad(type_: Any) -> bool:
    """Whether values of a type may have gradients: floating-point and complex tensors."""
    dtype = getattr(type_, "dtype", None)
    return dtype is not None and (dtype.is_floating_point or dtype.is_complex)
