"""What goes wrong through no fault of the program, said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graphnet.errors import GraphnetError


class CommandError(Exception):
    """Ends a command with one line on stderr and exit code 2."""


@contextmanager
def failing_to(action: str) -> Iterator[None]:
    """Turn the errors of files and data in the block into one line.

    Args:
        action: what the block does, as in "cannot <action>: the reason".

    Raises:
        CommandError: the block raised OSError, EOFError or an error of this package.
    """
    try:
        yield
    except (OSError, EOFError, GraphnetError) as error:
        raise CommandError(f"cannot {action}: {_reason(error)}") from error


def _reason(error: OSError | EOFError | GraphnetError) -> str:
    if isinstance(error, GraphnetError):
        cure = f" ({error.cure})" if error.cure else ""
        return " ".join(error.problem.split()) + cure
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)
