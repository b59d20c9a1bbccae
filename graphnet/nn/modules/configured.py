"""Layers that are their constructor's arguments and a function of the input."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from graphnet.nn.modules.module import Module


@dataclass(eq=False, repr=False)
class Configured(Module):
    """A module whose subclasses are dataclasses: the fields are arguments, attributes and ``repr``.

    ``field(repr=False)`` keeps one out of the ``repr``. (That a dataclass' ``__init__`` does not
    call :class:`Module`'s does no harm: ``__new__`` makes all that a module needs.)
    """

    _hidden_when_false: ClassVar[frozenset[str]] = frozenset()

    def extra_repr(self) -> str:
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.repr}
        return ", ".join(
            f"{name}={value!r}"
            for name, value in values.items()
            if value or name not in self._hidden_when_false
        )


class Activation(Configured):
    """A function of each element; ``inplace``, shown when true, lets it overwrite its input."""

    _hidden_when_false: ClassVar[frozenset[str]] = frozenset({"inplace"})
