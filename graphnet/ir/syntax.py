"""The spelling that the printer writes and the parser reads: names, numbers, attributes."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from typing import Any, Final

import numpy as np

from graphnet.dtypes import dtype as DType
from graphnet.ir.node import Phase, Value, can_require_grad
from graphnet.ir.op import Op, Trait
from graphnet.ir.types import GeneratorType, Number, TensorType

PLAIN_NAME: Final = re.compile(r"(?!\d+$)[\w./'-]+")
"""Names that need no quotes. Digits alone are the numbers of values without a name."""

WORD: Final = re.compile(r"[A-Za-z_][\w.]*")
"""Operations, attributes, element types, and the graph itself."""

GRADIENT: Final = re.compile(r"dz(?:\.\d+)?/d(.+)", re.DOTALL)
"""``dz/dc``; ``dz.2/dc`` is a second gradient of the same value."""

LOCATION: Final = re.compile(r"([^;\"\s][^;\"]*):(\d+)")
"""``train.py:12``, the first field of a comment."""

ALSO: Final = re.compile(r"([\w./'-]+) = (dz[\w./'-]*)")
"""``dz/dc = dz/da``, the field of a comment that tells what else a value is the gradient of."""


def name_text(name: str) -> str:
    """How a value's name is written: ``%loss``, and in quotes where it needs them."""
    plain = name.isdecimal() or PLAIN_NAME.fullmatch(name)
    return f"%{name}" if plain else f"%{json.dumps(name)}"


def plain(name: str) -> str:
    """A name that needs no quotes, as like ``name`` as can be."""
    return re.sub(r"[^\w./'-]", "_", name)


def word_text(word: str) -> str:
    """A graph's name, in quotes where it needs them."""
    return word if WORD.fullmatch(word) and word not in ("inf", "nan") else json.dumps(word)


def label_text(label: str) -> str:
    """A label as a field of a comment, in quotes where it could be taken for something else."""
    ambiguous = (
        label != label.strip()
        or not label.isprintable()
        or ";" in label
        or '"' in label
        or LOCATION.fullmatch(label)
        or ALSO.fullmatch(label)
    )
    return json.dumps(label) if ambiguous else label


def number_text(value: Number | np.generic) -> str:
    """A number that reads back as the same number of the same kind.

    >>> number_text(1), number_text(1.0), number_text(2j)
    ('1', '1.0', '0.0+2.0j')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, complex):
        imaginary = f"{value.imag!r}"
        sign = "" if imaginary.startswith("-") else "+"
        return f"{value.real!r}{sign}{imaginary}j"
    return repr(value)


def attribute_text(value: Any) -> str:
    """The value of an attribute: anything made of numbers, texts, types, operations and tuples.

    A dataclass of such values reads back where the operation's class declares it for the attribute.

    >>> from graphnet import dtypes
    >>> attribute_text((1, (None, dtypes.float32), "sum"))
    '(1, (None, f32), "sum")'
    """
    match value:
        case bool() | int() | float() | complex() | np.generic():
            return number_text(value)
        case str():
            return json.dumps(value)
        case DType():
            return value.short
        case TensorType() | GeneratorType():
            return str(value)
        case tuple():
            inside = ", ".join(map(attribute_text, value))
            return f"({inside},)" if len(value) == 1 else f"({inside})"
        case Op():
            inside = ", ".join(attribute_texts(value))
            return f"@{value.name}({inside})" if inside else f"@{value.name}"
    if is_dataclass(value):
        parts = (attribute_text(getattr(value, field.name)) for field in fields(value))
        return f"{type(value).__name__}({', '.join(parts)})"
    return repr(value)


def attribute_texts(op: Op) -> list[str]:
    """An operation's attributes as ``name=value``, without those that have their default."""
    return [
        f"{name}={attribute_text(value)}"
        for name, value in op.attributes.items()
        if not _is_default(op, name, value)
    ]


def follows_grad(value: Value) -> bool:
    """Whether a value requires a gradient where the text says nothing: if forward operands do."""
    node = value.node
    return (
        node.phase is Phase.FORWARD
        and not node.op.is_(Trait.NOT_DIFFERENTIABLE)
        and can_require_grad(value.type)
        and any(operand.requires_grad for operand in node.operands)
    )


def _is_default(op: Op, name: str, value: Any) -> bool:
    """Told by the text: 1, 1.0 and True compare equal and are not the same."""
    return hasattr(type(op), name) and repr(value) == repr(getattr(type(op), name))
