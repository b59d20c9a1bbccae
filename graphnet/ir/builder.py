"""Emits nodes: the one place where a node's types are inferred and its origin is noted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from graphnet import dtypes
from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import Op, Trait
from graphnet.ir.registry import op_class
from graphnet.ir.types import Number, Type
from graphnet.source import Location


class _Stack(threading.local):
    """Each thread's builders, the innermost last."""

    def __init__(self) -> None:
        self.builders: list[Builder] = []


class Builder:
    """Collects emitted nodes, in order.

    Used as a context manager it is in charge of every operator applied to a value inside.

    >>> from graphnet import dtypes, ops
    >>> from graphnet.ir.types import TensorType
    >>> builder = Builder()
    >>> with builder:
    ...     x = builder.input(TensorType(dtypes.float32, (3,)), "x")
    ...     y = x * 2 + 1
    >>> [node.op.name for node in builder.nodes]
    ['input', 'constant', 'mul', 'constant', 'add']
    """

    _stack: ClassVar[_Stack] = _Stack()

    def __init__(self, *, phase: Phase = Phase.FORWARD, location: Location | None = None) -> None:
        self.nodes: list[Node] = []
        self.phase = phase
        self.location = location
        self.label = ""
        self.grad_enabled = True

    @classmethod
    def current(cls) -> Builder:
        """The builder in charge on this thread."""
        if not cls._stack.builders:
            raise RuntimeError("an operator was applied to an IR value outside `with builder:`")
        return cls._stack.builders[-1]

    def __enter__(self) -> Self:
        self._stack.builders.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.builders.pop()

    @contextmanager
    def at(self, location: Location | None, label: str = "") -> Iterator[None]:
        """Give nodes emitted inside this location and label."""
        before = self.location, self.label
        self.location, self.label = location, label
        try:
            yield
        finally:
            self.location, self.label = before

    def stand_for(self, node: Node) -> None:
        """Give nodes emitted from now on the origin of one that they take the place of."""
        self.phase, self.location, self.label = node.phase, node.location, node.label

    def emit(self, op: Op, *operands: Any) -> Any:
        """Apply ``op``: one value, or a tuple of them where the operation has several results.

        Python numbers among the operands become constants.
        """
        values = tuple([x if isinstance(x, Value) else self.constant(x) for x in operands])
        given = [value.type for value in values]
        wanted = op.operand_dtypes(*given)
        if wanted is not None:
            values = tuple(map(self._cast, values, wanted))
            given = [value.type for value in values]
        inferred = op.infer(*given)
        types = inferred if isinstance(inferred, tuple) else (inferred,)
        node = self.add(
            Node(
                op,
                values,
                types,
                location=self.location,
                phase=self.phase,
                label=self.label,
                requires_grad=self.grad_enabled
                and True in [value.requires_grad for value in values]
                and Trait.NOT_DIFFERENTIABLE not in op.traits,
            )
        )
        return node.results if types is inferred else node.results[0]

    def _cast(self, value: Value, dtype: dtypes.dtype | None) -> Value:
        if dtype is None or value.dtype is dtype:
            return value
        cast: Value = self.emit(op_class("cast")(dtype), value)
        return cast

    def add(self, node: Node) -> Node:
        """Take a finished node in."""
        self.nodes.append(node)
        return node

    def input(self, type_: Type, label: str = "", *, requires_grad: bool = False) -> Value:
        """A value that is given when the graph runs."""
        node = Node(
            Input(),
            (),
            (type_,),
            location=self.location,
            phase=self.phase,
            label=label,
            requires_grad=requires_grad,
        )
        return self.add(node).result

    def constant(self, value: Number) -> Value:
        """A Python number as a weak constant."""
        value_op = Constant(value)
        node = Node(value_op, (), (value_op.infer(),), location=self.location, phase=self.phase)
        return self.add(node).result
