"""Which operations there are, by name. An operation enters by being declared, nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from graphnet.ir.op import Op, Trait

operations: dict[str, type[Op]] = {}
"""Every operation's class, by the operation's name."""

singletons: dict[str, Op] = {}
"""The one instance of each operation that has no attributes, by name."""


def op_class(name: str) -> Callable[..., Op]:
    """The class of the operation ``name``, to make an instance with attributes."""
    return operations[name]


OpClass = TypeVar("OpClass", bound="type[Op]")


@dataclass_transform(eq_default=False, frozen_default=True)
def op(name: str, *traits: Trait) -> Callable[[OpClass], OpClass]:
    """Declare an operation: ``@op("mul", Trait.COMMUTATIVE)`` above its class.

    Annotations in the class are the operation's attributes, as a frozen dataclass's fields.

    Raises:
        ValueError: an operation of that name exists already.
    """

    def declare(cls: OpClass) -> OpClass:
        if name in operations:
            raise ValueError(f"operation {name!r} is declared twice")
        operations[name] = cls.declare(name, frozenset(traits))
        if not cls.attribute_names:
            singletons[name] = cls()
        return cls

    return declare
