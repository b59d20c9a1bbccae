"""One arithmetic vocabulary for three receivers.

``a * b + 1`` means the same whether ``a`` is a :class:`~graphnet._tensor.Tensor` (the operation is
recorded), an IR :class:`~graphnet.ir.node.Value` (a node is emitted) or a rewrite
:class:`~graphnet.ir.patterns.Pattern` (a piece of a pattern is built). Each receiver says what
applying an operation does; the vocabulary is here, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphnet.errors import OperandError
from graphnet.ir.registry import singletons

if TYPE_CHECKING:
    from graphnet.ir.op import Op


def unary(name: str) -> Callable[[Any], Any]:
    """The method that applies the operation ``name`` to ``self``."""

    def method(self: Expression) -> Any:
        return self._apply(singletons[name], self)

    method.__name__, method.__doc__ = f"__{name}__", f"Apply ``{name}``."
    return method


def binary(name: str) -> Callable[[Any, Any], Any]:
    """The method that applies ``name`` to ``self`` and the other operand."""

    def method(self: Expression, other: Any) -> Any:
        try:
            return self._apply(singletons[name], self, other)
        except OperandError:
            return NotImplemented

    method.__name__, method.__doc__ = f"__{name}__", f"Apply ``{name}``."
    return method


def reflected(name: str) -> Callable[[Any, Any], Any]:
    """The method that applies ``name`` to the other operand and ``self``."""

    def method(self: Expression, other: Any) -> Any:
        try:
            return self._apply(singletons[name], other, self)
        except OperandError:
            return NotImplemented

    method.__name__, method.__doc__ = f"__r{name}__", f"Apply ``{name}``, operands exchanged."
    return method


class Expression:
    """Something operators can be applied to; a subclass defines :meth:`_apply`.

    It is no ``ABC``: what is a tensor is asked at every call, and ``isinstance`` takes five times
    as long for classes with that metaclass.
    """

    __slots__ = ()

    def _apply(self, op: Op, *operands: Any) -> Any:
        """Apply ``op`` to ``operands``, of which this expression is one."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to apply {op}")

    __neg__ = unary("neg")
    __abs__ = unary("abs")
    __invert__ = unary("bitwise_not")

    __add__, __radd__ = binary("add"), reflected("add")
    __sub__, __rsub__ = binary("sub"), reflected("sub")
    __mul__, __rmul__ = binary("mul"), reflected("mul")
    __truediv__, __rtruediv__ = binary("div"), reflected("div")
    __floordiv__, __rfloordiv__ = binary("floor_divide"), reflected("floor_divide")
    __mod__, __rmod__ = binary("remainder"), reflected("remainder")
    __pow__, __rpow__ = binary("pow"), reflected("pow")
    __matmul__, __rmatmul__ = binary("matmul"), reflected("matmul")
    __and__, __rand__ = binary("bitwise_and"), reflected("bitwise_and")
    __or__, __ror__ = binary("bitwise_or"), reflected("bitwise_or")
    __xor__, __rxor__ = binary("bitwise_xor"), reflected("bitwise_xor")

    __lt__, __le__ = binary("lt"), binary("le")
    __gt__, __ge__ = binary("gt"), binary("ge")
