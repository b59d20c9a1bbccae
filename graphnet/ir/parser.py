"""Reads graphs back from the text that the printer writes."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from graphnet.dtypes import from_short
from graphnet.errors import GraphnetError
from graphnet.ir.core_ops import Constant, Input
from graphnet.ir.graph import Graph
from graphnet.ir.lexer import Kind, Lexer
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.op import Op
from graphnet.ir.registry import operations
from graphnet.ir.syntax import ALSO, GRADIENT, LOCATION, follows_grad
from graphnet.ir.types import GeneratorType, TensorType, Type
from graphnet.source import Location

Made = TypeVar("Made")

_PHASES = {phase.value: phase for phase in Phase}
_TRUTH = {"True": True, "False": False}
_MARKS = {"requires_grad": True, "no_grad": False}


def parse_graph(text: str) -> Graph:
    """Read a graph back from its text.

    What :func:`~graphnet.ir.printer.print_graph` wrote prints and runs the same again. Of the
    user's lines only the file's name and the number are recovered. Types are taken as they stand:
    :func:`~graphnet.ir.verifier.verify` compares them with what the operations give.

    Raises:
        CompileError: the text is malformed; the message says where, and shows the line.

    >>> import graphnet
    >>> graph = parse_graph('''
    ... graph square(%x: f32[3]) {
    ...   %y: f32[3] = mul(%x, %x)  # demo.py:7
    ...   return %y
    ... }
    ... ''')
    >>> graph.nodes[1].location
    Location(file='demo.py', line=7, function='<module>')
    """
    return _Parser(text).graph()


class _Parser:
    """One text. Each method reads one rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.lexer = Lexer(text)
        self.values: dict[str, Value] = {}
        self.nodes: list[Node] = []
        self.phase = Phase.FORWARD
        self.also: list[tuple[Value, str]] = []

    def graph(self) -> Graph:
        """``graph NAME(inputs) { statements updates return }``."""
        lexer = self.lexer
        lexer.skip_blank_lines()
        lexer.word("graph")
        name = lexer.text() if lexer.at(Kind.TEXT) else lexer.take(Kind.WORD, "the graph's name")
        inputs = self._inputs()
        lexer.symbol("{")
        lexer.end_of_line()
        self.phase = Phase.FORWARD
        updates: list[tuple[Value, Value]] = []
        self._sections()
        while not lexer.at(Kind.WORD, "return"):
            if lexer.at(Kind.WORD, "update"):
                updates.append(self._update())
            else:
                self._statement()
            self._sections()
        outputs = self._outputs()
        self._sections()
        lexer.symbol("}")
        lexer.end()
        self._note_gradients()
        return Graph(self.nodes, inputs, outputs, updates, name)

    def _inputs(self) -> list[Value]:
        lexer = self.lexer
        found: list[Value] = []
        lexer.symbol("(")
        while True:
            self._sections()
            if lexer.at(Kind.SYMBOL, ")"):
                break
            name, type_, mark = self._definition()
            node = Node(Input(), (), (type_,), phase=self.phase, requires_grad=bool(mark))
            self._define(name, node.result)
            self.nodes.append(node)
            found.append(node.result)
            if not lexer.skip(","):
                self._sections()
                break
        lexer.symbol(")")
        return found

    def _sections(self) -> None:
        """Lines that are empty or a comment, which may name the phase of what follows."""
        while self.lexer.at(Kind.END):
            comment = self.lexer.end_of_line()
            self.phase = _PHASES.get(comment, self.phase)

    def _update(self) -> tuple[Value, Value]:
        self.lexer.word("update")
        target = self._value()
        self.lexer.symbol("<-")
        new = self._value()
        self.lexer.end_of_line()
        return target, new

    def _outputs(self) -> list[Value]:
        self.lexer.word("return")
        outputs = []
        while not self.lexer.at(Kind.END):
            outputs.append(self._value())
            if not self.lexer.skip(","):
                break
        self.lexer.end_of_line()
        return outputs

    # ------------------------------------------------------------------ statements

    def _statement(self) -> None:
        """``%a: f32[], %b: i64[] = operation(operands, attributes)  # comment``."""
        lexer = self.lexer
        definitions = [self._definition()]
        while lexer.skip(","):
            definitions.append(self._definition())
        lexer.symbol("=")
        op, operands = self._right_side()
        where = lexer.line
        location, also, label = _read_comment(lexer.end_of_line())
        node = Node(
            op,
            tuple(
                self._literal(operand, location) if isinstance(operand, Constant) else operand
                for operand in operands
            ),
            tuple(type_ for _, type_, _ in definitions),
            location=location,
            phase=self.phase,
            label=label,
        )
        self.nodes.append(node)
        for value, (name, _, mark) in zip(node.results, definitions, strict=True):
            value.requires_grad = follows_grad(value) if mark is None else mark
            self._define(name, value, where)
        for first, other in also:
            if first in self.values:
                self.also.append((self.values[first], other))

    def _literal(self, constant: Constant, location: Location | None) -> Value:
        """The node of a number that stands among operands."""
        node = Node(constant, (), (constant.infer(),), location=location, phase=self.phase)
        self.nodes.append(node)
        return node.result

    def _definition(self) -> tuple[str, Type, bool | None]:
        """``%name: type``, and whether a gradient is said to be required."""
        name = self.lexer.name()
        self.lexer.symbol(":")
        type_ = self._type()
        for word, mark in _MARKS.items():
            if self.lexer.at(Kind.WORD, word):
                self.lexer.word(word)
                return name, type_, mark
        return name, type_, None

    def _define(self, name: str, value: Value, line: int | None = None) -> None:
        if name in self.values:
            raise self.lexer.error(f"%{name} is defined twice", line)
        self.values[name] = value
        only = len(value.node.results) == 1
        if only and not name.isdecimal() and not value.node.label and not GRADIENT.fullmatch(name):
            value.node.label = name

    def _right_side(self) -> tuple[Op, list[Value | Constant]]:
        """What a statement computes, and of what."""
        lexer = self.lexer
        if not lexer.at(Kind.WORD) or lexer.peek() in _TRUTH or _is_dtype(lexer.peek()):
            return self._constant(), []
        cls = self._operation()
        operands: list[Value | Constant] = []
        attributes: dict[str, Any] = {}
        lexer.symbol("(")
        while not lexer.at(Kind.SYMBOL, ")"):
            if lexer.at(Kind.VALUE):
                operands.append(self._value())
            elif lexer.at(Kind.WORD) and lexer.peek(1) == "=":
                self._attribute(cls, attributes)
            else:
                operands.append(self._constant())
            if not lexer.skip(","):
                break
        lexer.symbol(")")
        return self._make(cls, **attributes), operands

    def _operation(self) -> type[Op]:
        name = self.lexer.take(Kind.WORD, "an operation")
        if name not in operations:
            close = difflib.get_close_matches(name, operations, 1)
            hint = f"; there is {close[0]!r}" if close else ""
            raise self.lexer.error(f"there is no operation {name!r}{hint}")
        return operations[name]

    def _make(self, cls: Callable[..., Made], *args: Any, **kwargs: Any) -> Made:
        """An operation, or a record among its attributes."""
        try:
            return cls(*args, **kwargs)
        except (TypeError, ValueError, GraphnetError) as error:
            reason = str(error).splitlines()[0].removeprefix(f"{cls.__name__}.__init__() ")
            raise self.lexer.error(f"{cls.__name__} does not take these: {reason}") from error

    def _attribute(self, cls: type[Op], attributes: dict[str, Any]) -> None:
        name = self.lexer.take(Kind.WORD, "an attribute")
        self.lexer.symbol("=")
        if name in attributes:
            raise self.lexer.error(f"attribute {name!r} is given twice")
        attributes[name] = self._attribute_value(cls)

    # ------------------------------------------------------------------ expressions

    def _value(self) -> Value:
        name = self.lexer.name()
        if name not in self.values:
            raise self.lexer.error(f"%{name} is not defined above")
        return self.values[name]

    def _constant(self) -> Constant:
        """``1`` or, with an element type of its own, ``f32(1)``."""
        lexer = self.lexer
        if not (lexer.at(Kind.WORD) and _is_dtype(lexer.peek())):
            return Constant(self._number())
        dtype = from_short(lexer.take(Kind.WORD, "an element type"))
        lexer.symbol("(")
        value = self._number()
        lexer.symbol(")")
        return Constant(value, dtype)

    def _number(self) -> Any:
        lexer = self.lexer
        if lexer.at(Kind.NUMBER):
            return lexer.number()
        if lexer.at(Kind.WORD) and lexer.peek() in _TRUTH:
            return _TRUTH[lexer.take(Kind.WORD)]
        raise lexer.unexpected("a number")

    def _attribute_value(self, cls: type[Op]) -> Any:
        lexer = self.lexer
        if lexer.at(Kind.TEXT):
            return lexer.text()
        if lexer.skip("("):
            return self._items(cls)
        if lexer.skip("@"):
            return self._op_value()
        if lexer.at(Kind.SYMBOL, "~") or (
            lexer.at(Kind.WORD) and (lexer.peek() == "generator" or lexer.peek(1) == "[")
        ):
            return self._type()
        if lexer.at(Kind.WORD):
            word = lexer.peek()
            if word == "None":
                lexer.word("None")
                return None
            if _is_dtype(word):
                return from_short(lexer.take(Kind.WORD, "an element type"))
            record = _records(cls).get(word)
            if record is not None:
                lexer.take(Kind.WORD)
                lexer.symbol("(")
                return self._make(record, *self._items(cls))
        return self._number()

    def _items(self, cls: type[Op]) -> tuple[Any, ...]:
        """What stands up to the closing parenthesis."""
        items = []
        while not self.lexer.at(Kind.SYMBOL, ")"):
            items.append(self._attribute_value(cls))
            if not self.lexer.skip(","):
                break
        self.lexer.symbol(")")
        return tuple(items)

    def _op_value(self) -> Op:
        cls = self._operation()
        attributes: dict[str, Any] = {}
        if self.lexer.skip("("):
            while not self.lexer.at(Kind.SYMBOL, ")"):
                self._attribute(cls, attributes)
                if not self.lexer.skip(","):
                    break
            self.lexer.symbol(")")
        return self._make(cls, **attributes)

    def _type(self) -> Type:
        """``f32[2, 3]``, ``~i64[]`` for a Python number, or ``generator``."""
        lexer = self.lexer
        if lexer.at(Kind.WORD, "generator"):
            lexer.word("generator")
            return GeneratorType()
        weak = lexer.skip("~")
        word = lexer.take(Kind.WORD, "a type")
        if not _is_dtype(word):
            raise lexer.error(f"there is no element type {word!r}")
        sizes = []
        lexer.symbol("[")
        while not lexer.at(Kind.SYMBOL, "]"):
            size = lexer.number()
            if not isinstance(size, int) or size < 0:
                raise lexer.error(f"{size!r} is not the size of a dimension")
            sizes.append(size)
            if not lexer.skip(","):
                break
        lexer.symbol("]")
        return TensorType(from_short(word), tuple(sizes), weak)

    def _note_gradients(self) -> None:
        """Find the values that ``dz/dc`` names. One that an earlier run holds gets a stand-in."""
        noted = [(value, name) for name, value in self.values.items()] + self.also
        for value, name in noted:
            found = GRADIENT.fullmatch(name)
            if found:
                target = self.values.get(found[1])
                if target is None:
                    target = Node(Input(), (), (value.type,), label=found[1]).result
                value.gradient_of += (target,)


def _records(cls: type[Op]) -> dict[str, type]:
    """The dataclasses that the operation's class declares for its attributes, by name."""
    hints = get_type_hints(cls)
    found: dict[str, type] = {}
    pending = [hints[name] for name in cls.attribute_names]
    while pending:
        hint = pending.pop()
        if is_dataclass(hint) and isinstance(hint, type):
            found[hint.__name__] = hint
        pending.extend(get_args(hint))
    return found


def _is_dtype(word: str) -> bool:
    try:
        from_short(word)
    except (KeyError, ValueError):
        return False
    return True


def _read_comment(comment: str) -> tuple[Location | None, list[tuple[str, str]], str]:
    """The user's line, pairs (a gradient, what else it is), and the label."""
    location, also, label = None, [], ""
    for position, field in enumerate(_fields(comment)):
        if position == 0 and (found := LOCATION.fullmatch(field)):
            location = Location(found[1], int(found[2]))
        elif found := ALSO.fullmatch(field):
            also.append((found[1], found[2]))
        else:
            label = _unquoted(field)
    return location, also, label


def _fields(comment: str) -> list[str]:
    """The parts between semicolons; a label in quotes is the last of them."""
    head, quote, rest = comment.partition('"')
    fields = [field.strip() for field in head.split(";")]
    if quote:
        fields[-1] = quote + rest
    return [field for field in fields if field]


def _unquoted(field: str) -> str:
    import json

    if field.startswith('"'):
        try:
            return str(json.loads(field))
        except ValueError:
            return field
    return field
