"""Cuts the text of a graph into words, numbers and symbols."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum

from graphnet.errors import CompileError


class Kind(Enum):
    """What a token is, in the words of an error message."""

    VALUE = "a value, such as %x"
    NUMBER = "a number"
    WORD = "a word"
    TEXT = "text in quotes"
    SYMBOL = "a symbol"
    END = "the end of the line"


_REAL = r"(?:inf(?![\w.])|inf(?=j)|nan(?![\w.])|nan(?=j)|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_PATTERNS = {
    Kind.VALUE: r"""%(?:"(?:[^"\\]|\\.)*"|[\w./'-]+)""",
    Kind.NUMBER: rf"[-+]?{_REAL}[-+]{_REAL}j|[-+]?{_REAL}",
    Kind.WORD: r"[A-Za-z_][\w.]*",
    Kind.TEXT: r'"(?:[^"\\]|\\.)*"',
    Kind.SYMBOL: r"<-|[(){}\[\],:=~@]",
    Kind.END: r"#.*|$",
}
_TOKEN = re.compile(
    r"[ \t\r]*(?:" + "|".join(f"(?P<{kind.name}>{p})" for kind, p in _PATTERNS.items()) + ")"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text and where it stands."""

    kind: Kind
    text: str
    line: int


class Lexer:
    """The tokens of a text and a place among them, with what a parser asks of it.

    Every method that takes a token raises :class:`~graphnet.errors.CompileError` where another
    one stands.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._tokens: list[Token] = []
        for number, line in enumerate(self._lines, 1):
            self._cut(line, number)
        self._place = 0

    def _cut(self, line: str, number: int) -> None:
        place = 0
        while True:
            found = _TOKEN.match(line, place)
            if found is None:
                rest = line[place:].strip()
                raise self.error(f"cannot read {rest.split()[0]!r}", number)
            kind = Kind[found.lastgroup or "END"]
            self._tokens.append(Token(kind, found[kind.name], number))
            if kind is Kind.END:
                return
            place = found.end()

    @property
    def _token(self) -> Token:
        return self._tokens[min(self._place, len(self._tokens) - 1)]

    @property
    def line(self) -> int:
        """The number of the line that is being read."""
        return self._token.line

    def error(self, problem: str, line: int | None = None) -> CompileError:
        """The error of a line, which is the present one unless given."""
        number = line or self.line
        text = self._lines[number - 1].strip()
        return CompileError(f"line {number} of the graph's text: {problem}\n    {text}")

    def unexpected(self, wanted: str) -> CompileError:
        """The error of a token that should have been another."""
        token = self._token
        found = "the line ends" if token.kind is Kind.END else f"found {token.text!r}"
        return self.error(f"expected {wanted}, {found}")

    def peek(self, ahead: int = 0) -> str:
        """The text of a token without taking it."""
        place = min(self._place + ahead, len(self._tokens) - 1)
        return self._tokens[place].text

    def at(self, kind: Kind, text: str | None = None) -> bool:
        """Whether the next token is of this kind, and this text if one is given."""
        return self._token.kind is kind and text in (None, self._token.text)

    def take(self, kind: Kind, wanted: str | None = None) -> str:
        """The next token's text."""
        if not self.at(kind):
            raise self.unexpected(wanted or kind.value)
        text = self._token.text
        self._place += 1
        return text

    def skip(self, symbol: str) -> bool:
        """Take the symbol if it is next; whether it was."""
        found = self.at(Kind.SYMBOL, symbol)
        self._place += found
        return found

    def symbol(self, symbol: str) -> None:
        """Take this symbol."""
        if not self.skip(symbol):
            raise self.unexpected(f"{symbol!r}")

    def word(self, word: str) -> None:
        """Take this word."""
        if not self.at(Kind.WORD, word):
            raise self.unexpected(f"{word!r}")
        self._place += 1

    def name(self) -> str:
        """Take a value; its name without the sign and quotes."""
        text = self.take(Kind.VALUE).removeprefix("%")
        return self._unquote(text) if text.startswith('"') else text

    def text(self) -> str:
        """Take text in quotes."""
        return self._unquote(self.take(Kind.TEXT))

    def _unquote(self, text: str) -> str:
        try:
            return str(json.loads(text))
        except ValueError as error:
            raise self.error(f"cannot read {text}") from error

    def number(self) -> int | float | complex:
        """Take a number."""
        text = self.take(Kind.NUMBER)
        for kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                continue
        return complex(text)

    def end_of_line(self) -> str:
        """Go to the next line; the comment that ended this one."""
        comment = self.take(Kind.END).removeprefix("#").strip()
        if self._place >= len(self._tokens):
            self._place -= 1
            raise self.error("the text ends here, before the graph does")
        return comment

    def skip_blank_lines(self) -> None:
        """Go to the first line that says something."""
        while self.at(Kind.END) and self._place < len(self._tokens) - 1:
            self._place += 1

    def end(self) -> None:
        """Nothing but blank lines and comments may follow."""
        self.skip_blank_lines()
        if not self.at(Kind.END):
            raise self.unexpected("nothing after the graph")
