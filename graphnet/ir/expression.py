"""One arithmetic vocabulary for three receivers.

``a * b + 1`` means the same whether ``a`` is a :class:`~graphnet.tensor.Tensor` (the operation is
recorded), an IR :class:`~graphnet.ir.node.Value` (a node is emitted) or a rewrite
:class:`~graphnet.ir.patterns.Pattern` (a piece of a pattern is built). Each receiver says what
applying an operation does; the vocabulary is here, once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphnet.ir.registry import singletons

if TYPE_CHECKING:
    from graphnet.ir.op import Op


def _unary(name: str) -> Callable[[Any], Any]:
    def method(self: Expression) -> Any:
        return self._apply(singletons[name], self)

    method.__name__, method.__doc__ = f"__{name}__", f"Apply ``{name}``."
    return method


def _binary(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Expression, other: Any) -> Any:
        return self._apply(singletons[name], self, other)

    method.__name__, method.__doc__ = f"__{name}__", f"Apply ``{name}``."
    return method


def _reflected(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Expression, other: Any) -> Any:
        return self._apply(singletons[name], other, self)

    method.__name__, method.__doc__ = f"__r{name}__", f"Apply ``{name}``, operands exchanged."
    return method


class Expression(ABC):
    """Something operators can be applied to."""

    __slots__ = ()

    @abstractmethod
    def _apply(self, op: Op, *operands: Any) -> Any:
        """Apply ``op`` to ``operands``, of which this expression is one."""

    __neg__ = _unary("neg")
    __abs__ = _unary("abs")
    __invert__ = _unary("bitwise_not")

    __add__, __radd__ = _binary("add"), _reflected("add")
    __sub__, __rsub__ = _binary("sub"), _reflected("sub")
    __mul__, __rmul__ = _binary("mul"), _reflected("mul")
    __truediv__, __rtruediv__ = _binary("div"), _reflected("div")
    __floordiv__, __rfloordiv__ = _binary("floor_divide"), _reflected("floor_divide")
    __mod__, __rmod__ = _binary("remainder"), _reflected("remainder")
    __pow__, __rpow__ = _binary("pow"), _reflected("pow")
    __matmul__, __rmatmul__ = _binary("matmul"), _reflected("matmul")
    __and__, __rand__ = _binary("bitwise_and"), _reflected("bitwise_and")
    __or__, __ror__ = _binary("bitwise_or"), _reflected("bitwise_or")
    __xor__, __rxor__ = _binary("bitwise_xor"), _reflected("bitwise_xor")

    __lt__, __le__ = _binary("lt"), _binary("le")
    __gt__, __ge__ = _binary("gt"), _binary("ge")
