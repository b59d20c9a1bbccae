"""Tables as text, as the package ``tabulate`` writes them: with it PyTorch prints graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns under their headers, as wide as what is in them.

    >>> print(table(["opcode", "name"], [["placeholder", "x"], ["output", "output"]]))
    opcode       name
    -----------  ------
    placeholder  x
    output       output
    """
    cells = [[str(value) for value in row] for row in rows]
    columns = zip(headers, *cells, strict=True)
    widths = [max(map(len, column), default=0) for column in columns]
    # It gives columns room for two characters more than their headers have.
    widths = [max(width, len(head) + 2) for width, head in zip(widths, headers, strict=True)]
    lines = [headers, ["-" * width for width in widths], *cells]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
