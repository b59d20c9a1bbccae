"""The base of every operation, and the traits passes and planner consult.

An operation is declared once, in one class: its shape rule (:meth:`Op.infer`), its gradient rule
(:meth:`Op.vjp`), its numpy kernel (:meth:`Op.kernel`) and its documentation. Instances are
interned: two operations with equal attributes are the same object.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from graphnet.ir.types import TensorType, Type

if TYPE_CHECKING:
    from graphnet.dtypes import dtype as DType
    from graphnet.ir.node import Value

Kernel = Callable[..., Any]

RESULT: Final = -1
"""Stands for the result in :data:`Saves`."""

Saves = Mapping[int, tuple[int, ...]]
"""For each operand with a gradient, the operands, by number, that must not be written over."""

_MAX_INTERNED = 20_000


@dataclass(frozen=True, slots=True)
class Direct:
    """A kernel ``f(out, *arrays)`` that is a numpy function, whose target comes last.

    A plan calls the function itself.

    Attributes:
        function: called as ``function(*arrays, out)``.
        keyword: the target has to be named: ``function(*arrays, out=out)``.
    """

    function: Kernel
    keyword: bool = False

    def __call__(self, out: Any, *arrays: Any) -> None:
        """Compute into ``out``."""
        self.function(*arrays, out=out)


class Trait(Enum):
    """What may be relied on about an operation, beyond that equal operands give equal results."""

    #: Members are asked for all the time, and are equal only to themselves: no name is hashed.
    __hash__ = object.__hash__

    COMMUTATIVE = auto()
    """The two operands may be exchanged."""
    ELEMENTWISE = auto()
    """Each element of the result depends on the operands' elements at the same place only."""
    VIEW = auto()
    """The result shares operand 0's memory."""
    OVERWRITES = auto()
    """May write its result into operand 0's memory when nobody else reads that."""
    RANDOM = auto()
    """Draws from a generator: never folded, merged, dropped or reordered."""
    NOT_DIFFERENTIABLE = auto()
    """Its results carry no gradient, whatever its operands."""
    SOURCE = auto()
    """Has no operands: an input or a constant of the graph."""
    LEADING = auto()
    """More dimensions in front of all operands' are a batch: it is done for each member."""
    AXES = auto()
    """``dim``, ``dims`` and its like name dimensions counted from the front, ``shape`` the
    result's sizes: one more dimension in front of all operands' moves them up by one."""
    ROWS = auto()
    """Dimension 0 of operands and results is a batch: it is done for each member."""
    ORDERED = auto()
    """Results lie in memory as those of an elementwise operation, which it is but for fusion."""
    IMAGES = auto()
    """PyTorch lays the channels of a result innermost where operand 0's are, in 2D and 3D."""
    ALL_IMAGES = auto()
    """The same where those of all operands are."""

    STORED = auto()
    """It moves elements, or casts them, and so takes those of types that are only stored, too."""


class InternedMeta(type):
    """Makes construction return the one instance there is for a class and its attributes.

    It is no ``ABCMeta``, though operations have abstract methods: a compiler asks all the time what
    an operation is, and ``isinstance`` takes five times as long for classes with that metaclass.
    """

    _interned: ClassVar[dict[tuple[Any, ...], Any]] = {}

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """The instance with these attributes."""
        kinds = tuple(map(type, args))
        if kwargs or not (_PLAIN.issuperset(kinds) or all(map(_is_plain, args))):
            # repr tells 1 from 1.0 and True, and -0.0 from 0.0, which compare equal.
            key: tuple[Any, ...] = (cls, repr(args), repr(kwargs))
        else:
            key = (cls, args, kinds)
        found = InternedMeta._interned.get(key)
        if found is None:
            made = super().__call__(*args, **kwargs)
            fields = tuple(getattr(made, name) for name in made.attribute_names)
            canonical = (cls, "fields", repr(fields))
            found = InternedMeta._interned.setdefault(canonical, made)
            if len(InternedMeta._interned) < _MAX_INTERNED:
                InternedMeta._interned[key] = found
        return found


_PLAIN = frozenset({int, bool, str, type(None)})


def _is_plain(argument: Any) -> bool:
    """Whether equality and type are enough to tell an attribute from others."""
    kind = argument.__class__
    return kind in _PLAIN or (kind is tuple and set(map(type, argument)) <= {int})


class Op(metaclass=InternedMeta):
    """An operation with its attributes: what a node does.

    Calling it applies it: on tensors it is recorded, on IR values a node is emitted, on patterns a
    pattern is built.
    """

    name: ClassVar[str]
    traits: ClassVar[frozenset[Trait]]
    attribute_names: ClassVar[tuple[str, ...]]
    #: Whether its attribute ``dim`` is a dimension that the operand does not have yet.
    adds_dim: ClassVar[bool] = False

    #: What PyTorch saves for the backward pass, where that is not what :meth:`vjp` reads.
    saves: ClassVar[Saves | None] = None

    @classmethod
    def declare(cls, name: str, traits: frozenset[Trait]) -> type[Op]:
        """Turn the class into the operation ``name``; called by :func:`graphnet.ir.registry.op`.

        Its annotations become its attributes, as a frozen dataclass's fields would; making some
        hundred real dataclasses would take a quarter of the time that importing the package takes.
        """
        cls.name = name
        cls.traits = traits.union(*(vars(b).get("family_traits", ()) for b in cls.__mro__))
        names: dict[str, None] = {}
        for base in reversed(cls.__mro__):
            if base is not Op:
                declared = inspect.get_annotations(base)
                names.update(dict.fromkeys(n for n, a in declared.items() if "ClassVar" not in a))
        cls.attribute_names = tuple(names)
        return cls

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        names = self.attribute_names
        given = dict(zip(names, args, strict=False)) | kwargs
        unknown = [name for name in given if name not in names]
        missing = [name for name in names if name not in given and not hasattr(type(self), name)]
        if len(args) > len(names):
            raise TypeError(f"{self.name} takes {len(names)} attributes but got {len(args)}")
        if unknown:
            raise TypeError(f"{self.name} got an unexpected keyword argument {unknown[0]!r}")
        if missing:
            raise TypeError(f"{self.name} is missing a required attribute: {missing[0]!r}")
        self.__dict__.update(given)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"cannot set {name!r}: an operation's attributes never change")

    def __call__(self, *operands: Any) -> Any:
        """Apply the operation."""
        for operand in operands:
            apply = getattr(operand, "_apply", None)  # an Expression, asked the quick way
            if apply is not None:
                return apply(self, *operands)
        from graphnet.ir.builder import Builder

        return Builder.current().emit(self, *operands)

    @abstractmethod
    def infer(self, *operands: Any) -> Type | tuple[Type, ...]:
        """The type of the result, or of each result; raises where the operands do not fit."""

    @abstractmethod
    def kernel(self, *arrays: Any) -> Any:
        """Compute the result with numpy, or a tuple of all results."""

    def operand_dtypes(self, *operands: Any) -> Sequence[DType | None] | None:
        """The dtype each operand is cast to before the operation sees it; None leaves it.

        Type promotion is thereby a matter of visible ``cast`` nodes, with gradients of their own.
        """
        return None

    def vjp(self, g: Any, out: Any, *operands: Any) -> Sequence[Value | None]:
        """The gradient of each operand, given the result's gradient ``g`` and the result ``out``.

        For an operation with several results both are tuples; a gradient in ``g`` is None where
        nothing depends on that result. Operands that have no gradient get None. Gradients may
        have the result's shape where operands were broadcast: they are summed by the caller.

        The rule is the transpose of the derivative, without conjugation: the caller conjugates the
        gradients of complex numbers on both sides.
        """
        raise NotImplementedError(f"{self.name} has no gradient rule")

    def decompose(self, *operands: Any) -> Any:
        """The result as computed by simpler operations, or None where there is no gain in it."""
        return None

    def batch(self, size: int, operands: Sequence[Value], batched: Sequence[bool]) -> Any:
        """The results for each member of a batch, or None where the traits say how they are made.

        Operands that are ``batched`` have the batch, of ``size`` members, as dimension 0; all
        results must have it. See :mod:`graphnet.ops.batching`.
        """
        return None

    def into(self, operands: Sequence[TensorType], result: TensorType) -> Kernel | None:
        """A kernel ``f(out, *arrays)`` for these types that writes into ``out``, or None.

        Without one, the plan calls :meth:`kernel` and takes the array that it makes.
        """
        return None

    def bind(self, operands: Sequence[TensorType]) -> Kernel:
        """:meth:`kernel`, or what does the same for operands of these types in less time."""
        return self.kernel

    def is_(self, trait: Trait) -> bool:
        """Whether the operation has a trait."""
        return trait in self.traits

    def but(self, **changed: Any) -> Self:
        """The same operation with other attributes."""
        return type(self)(**(self.attributes | changed))

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes by name, in the order of their declaration."""
        return {name: getattr(self, name) for name in self.attribute_names}

    @property
    def grad_name(self) -> str:
        """What PyTorch calls the gradient function, e.g. ``MulBackward0``."""
        return f"{type(self).__name__}Backward0"

    def grad_name_of(self, index: int, operands: Sequence[TensorType]) -> str:
        """The same for one of several results, and where it depends on the operands."""
        return self.grad_name

    def edges(self, operands: Sequence[Any]) -> Sequence[Any]:
        """The operands as PyTorch's gradient function lists them, None for one that is absent."""
        return operands

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.attributes.items())
        return f"{self.name}{{{inside}}}" if inside else self.name

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), tuple(self.attributes.values()))

    def __deepcopy__(self, memo: dict[int, Any]) -> Op:
        return self
