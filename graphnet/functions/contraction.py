"""``einsum``: sums of products written with subscripts, turned into matrix products.

Operands are contracted from left to right. A pair whose common subscripts are summed becomes one
batched matrix product; a pair without such becomes an elementwise one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from graphnet._tensor import Tensor
from graphnet.errors import GraphnetError, ValueRangeError
from graphnet.functions.options import require_tensor
from graphnet.ops.arithmetic import Mul
from graphnet.ops.matmul import Matmul
from graphnet.ops.parts import Diagonal
from graphnet.ops.reduce import Sum
from graphnet.ops.shape import Expand, Permute, Reshape

__all__ = ["einsum"]


class EquationError(GraphnetError, RuntimeError):
    """An equation that is not well formed, or does not fit its operands."""


def einsum(equation: str, *operands: Any) -> Tensor:
    """Sums of products of elements, given by subscripts.

    Every dimension of an operand is named by a letter; dimensions of the same name have the same
    size, or 1. Names that do not occur in the output are summed over. Without ``->`` the output has
    the names that occur once, in alphabetical order. ``...`` stands for dimensions that broadcast.

    Args:
        equation: such as ``"ij,jk->ik"``. Without one, each operand is followed by a list of
            numbers that name its dimensions, and such a list may come last for the output.
        *operands: the tensors, or one sequence of them.

    Raises:
        EquationError: (a RuntimeError) the equation is not well formed, or does not fit.
        ValueRangeError: (a ValueError) there is no operand.

    Source: PyTorch's page ``torch.einsum``.

    >>> import graphnet as torch
    >>> a = torch.tensor([[1, 2], [3, 4]])
    >>> torch.einsum("ij,jk->ik", a, a)
    tensor([[ 7, 10],
            [15, 22]])
    >>> torch.einsum("ii", a)
    tensor(5)
    """
    if isinstance(equation, Tensor):
        equation, operands = _from_sublists(equation, *operands)
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = tuple(operands[0])
    if not operands:
        raise ValueRangeError("einsum(): must specify the equation string and at least one operand")
    tensors = [require_tensor("einsum", "operands", x, i) for i, x in enumerate(operands, 2)]
    inputs, output = _parse(equation, tensors)
    sizes = _sizes(inputs, tensors)
    terms = [_prepared(x, names, sizes) for x, names in zip(tensors, inputs, strict=True)]
    result = terms[0]
    for number, term in enumerate(terms[1:], 2):
        later = {name for rest in terms[number:] for name in rest.names}
        result = _contract(result, term, later | set(output))
    result = _summed(result, set(output))
    shape = tuple(sizes[name] for name in output)
    order = tuple(result.names.index(name) for name in output if name in result.names)
    x = Permute(order)(result.x) if order != tuple(range(len(order))) else result.x
    if len(order) < len(output):
        # Dimensions of size 1 in every operand were left out.
        x = Reshape(tuple(sizes[n] if n in result.names else 1 for n in output))(x)
    made: Tensor = Expand(shape)(x) if tuple(x.shape) != shape else x
    return made


def _from_sublists(*given: Any) -> tuple[str, tuple[Any, ...]]:
    """The equation and the operands of ``einsum(x, [0, 1], y, [1, 2], [0, 2])``."""
    names = ascii_uppercase + ascii_lowercase
    pairs, output = (given[:-1], given[-1:]) if len(given) % 2 else (given, ())

    def named(numbers: Sequence[Any]) -> str:
        for number in numbers:
            if number is not Ellipsis and not 0 <= number < len(names):
                raise ValueRangeError(
                    "einsum(): subscript in subscript list is not within the valid range [0, 52)",
                    cure=f"{number} is not",
                )
        return "".join("..." if number is Ellipsis else names[number] for number in numbers)

    equation = ",".join(map(named, pairs[1::2]))
    return "->".join([equation, *map(named, output)]), pairs[::2]


class _Term(NamedTuple):
    """A tensor and the names of its dimensions, each once."""

    x: Tensor
    names: tuple[str, ...]

    def sizes(self, names: Sequence[str]) -> list[int]:
        """The sizes of the dimensions of these names."""
        return [self.x.shape[self.names.index(name)] for name in names]

    def laid_out(self, *groups: Sequence[str]) -> Tensor:
        """The tensor with a dimension for each group of names."""
        order = tuple(self.names.index(name) for group in groups for name in group)
        x = self.x if order == tuple(range(len(order))) else Permute(order)(self.x)
        shaped: Tensor = Reshape(tuple(math.prod(self.sizes(group)) for group in groups))(x)
        return shaped


def _parse(
    equation: str, tensors: Sequence[Tensor]
) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """A name for each dimension of each operand, and those of the output.

    Dimensions under ``...`` are named by their distance from the right end of it.
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    subscripts = left.split(",")
    if len(subscripts) != len(tensors):
        which = "more" if len(tensors) > len(subscripts) else "fewer"
        raise EquationError(
            f"einsum(): {which} operands were provided than specified in the equation: "
            f"{len(tensors)} for '{equation}'"
        )
    inputs = [
        _names(text, x.dim(), number)
        for number, (text, x) in enumerate(zip(subscripts, tensors, strict=True))
    ]
    hidden = max((len([n for n in names if n.isdigit()]) for names in inputs), default=0)
    ellipsis = tuple(str(place) for place in reversed(range(hidden)))
    seen = [name for names in inputs for name in names]
    if not arrow:
        once = sorted(name for name in set(seen) if name.isalpha() and seen.count(name) == 1)
        return inputs, (*ellipsis, *once)
    output: list[str] = []
    for part in _tokens(right, "the output"):
        output.extend(ellipsis if part == "..." else part)
    for name in output:
        if output.count(name) > 1:
            raise EquationError(
                f"einsum(): output subscript {name} appears more than once in the output"
            )
        if name not in seen and name not in ellipsis:
            raise EquationError(
                f"einsum(): output subscript {name} does not appear in the equation for any input "
                "operand"
            )
    return inputs, tuple(output)


def _tokens(text: str, where: str) -> list[str]:
    """Letters and at most one ``...``."""
    head, dots, tail = text.partition("...")
    for letter in head + tail:
        if letter not in ascii_letters:
            raise EquationError(
                f"einsum(): invalid subscript given at {where}: {letter!r} in '{text}'; subscripts "
                "must be in [a-zA-Z]"
            )
    return [*head, *([dots] if dots else []), *tail]


def _names(text: str, ndim: int, number: int) -> tuple[str, ...]:
    """A name for each dimension of operand ``number``."""
    tokens = _tokens(text, f"operand {number}")
    letters = [token for token in tokens if token != "..."]
    hidden = ndim - len(letters)
    if hidden < 0 or (hidden and "..." not in tokens):
        raise EquationError(
            f"einsum(): the number of subscripts in the equation ({len(letters)}) "
            f"{'is more than' if hidden < 0 and '...' in tokens else 'does not match'} the number "
            f"of dimensions ({ndim}) for operand {number}"
            + ("" if "..." in tokens else " and no ellipsis was given")
        )
    names: list[str] = []
    for token in tokens:
        names.extend(map(str, reversed(range(hidden))) if token == "..." else token)
    return tuple(names)


def _sizes(inputs: Sequence[tuple[str, ...]], tensors: Sequence[Tensor]) -> dict[str, int]:
    """The size of each name, which may be 1 in some operands."""
    sizes: dict[str, int] = {}
    for number, (names, x) in enumerate(zip(inputs, tensors, strict=True)):
        for name, size in zip(names, x.shape, strict=True):
            before = sizes.setdefault(name, size)
            if before == 1:
                sizes[name] = size
            elif size not in (1, before):
                raise EquationError(
                    f"einsum(): subscript {name} has size {size} for operand {number} which does "
                    f"not broadcast with previously seen size {before}"
                )
    return sizes


def _prepared(x: Tensor, names: tuple[str, ...], sizes: dict[str, int]) -> _Term:
    """The operand with each name once, and without dimensions that are 1 for want of more."""
    while len(set(names)) < len(names):
        name = next(n for n in names if names.count(n) > 1)
        first = names.index(name)
        second = names.index(name, first + 1)
        x = Diagonal(0, first, second)(x)
        names = (*(n for d, n in enumerate(names) if d not in (first, second)), name)
    kept = tuple(
        name for name, size in zip(names, x.shape, strict=True) if size == sizes[name] != 1
    )
    if len(kept) < len(names):
        x = Reshape(tuple(sizes[name] for name in kept))(x)
    return _Term(x, kept)


def _summed(term: _Term, keep: set[str]) -> _Term:
    """Without the names that nobody needs any more."""
    gone = tuple(d for d, name in enumerate(term.names) if name not in keep)
    if not gone:
        return term
    return _Term(Sum(gone)(term.x), tuple(name for name in term.names if name in keep))


def _contract(a: _Term, b: _Term, keep: set[str]) -> _Term:
    """The product of two terms, summed over the names that nobody needs any more."""
    a = _summed(a, keep | set(b.names))
    b = _summed(b, keep | set(a.names))
    common = [name for name in a.names if name in b.names]
    batch = [name for name in common if name in keep]
    inner = [name for name in common if name not in keep]
    left = [name for name in a.names if name not in common]
    right = [name for name in b.names if name not in common]
    names = (*batch, *left, *right)
    if inner:
        product = Matmul()(a.laid_out(batch, left, inner), b.laid_out(batch, inner, right))
    else:
        product = Mul()(a.laid_out(batch, left, ()), b.laid_out(batch, (), right))
    shape = (*a.sizes(batch), *a.sizes(left), *b.sizes(right))
    return _Term(Reshape(shape)(product), names)
