"""Substitutions in the text of a program: other sizes without another file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_SEPARATOR = re.compile(r"(?<!\\)=")


@dataclass(frozen=True)
class Substitution:
    """A regular expression and what takes the place of all that it matches."""

    pattern: re.Pattern[str]
    replacement: str

    @classmethod
    def parse(cls, text: str) -> Self:
        r"""Read ``REGEX=REPLACEMENT``; a ``=`` in the expression is written ``\=``.

        Raises:
            ValueError: there is no ``=``, or the expression is none.

        >>> from graphnet.compat.substitution import Substitution
        >>> Substitution.parse(r"epochs \= \d+=epochs = 1").apply("epochs = 30")
        ('epochs = 1', 1)
        """
        parts = _SEPARATOR.split(text, maxsplit=1)
        if len(parts) < 2 or not parts[0]:
            raise ValueError(f"it must be REGEX=REPLACEMENT, not {text!r}")
        try:
            pattern = re.compile(parts[0].replace(r"\=", "="), re.MULTILINE)
        except re.error as error:
            raise ValueError(f"{parts[0]!r} is no regular expression: {error}") from error
        return cls(pattern, parts[1])

    def apply(self, text: str) -> tuple[str, int]:
        """The text with all matches replaced, and how many there were."""
        return self.pattern.subn(self.replacement, text)
