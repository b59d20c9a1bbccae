"""Errors that say what went wrong, where in the user's code, and what to do about it.

Each type is also the built-in type that PyTorch raises in the same case, so programs that catch
``RuntimeError`` or ``IndexError`` work unchanged.
"""

from __future__ import annotations

from graphnet.source import Location, user_location


class GraphnetError(Exception):
    """Base of every error this package raises on purpose.

    The message is followed by the cure, if there is one, and by the line of the user's own code.

    >>> from graphnet.errors import ShapeError
    >>> try:
    ...     raise ShapeError("add: shapes (2,) and (3,) do not broadcast", cure="make them equal")
    ... except RuntimeError as error:
    ...     print(str(error).splitlines()[0])
    add: shapes (2,) and (3,) do not broadcast
    """

    def __init__(self, problem: str, *, cure: str | None = None) -> None:
        self.problem = problem
        self.cure = cure
        self.location = user_location()
        super().__init__(self._message())

    def _message(self) -> str:
        lines = [self.problem]
        if self.cure:
            lines.append(f"  cure: {self.cure}")
        if self.location is not None:
            lines.append(f"  at {self.location.describe()}")
        return "\n".join(lines)

    def caused_at(self, location: Location) -> None:
        """Point at the line that is at fault, if another one than the one that met the error.

        An operation's values are computed when somebody looks at them; an index that turns out to
        be out of range then is a mistake in the line that asked for it.
        """
        self.location = location
        self.args = (self._message(),)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.args, self.problem, self.cure))


def _rebuild(
    kind: type[GraphnetError], args: tuple[object, ...], problem: str, cure: str | None
) -> GraphnetError:
    """Unpickle an error with the message it had where it was raised (as from a worker process)."""
    error = kind.__new__(kind, *args)
    error.args, error.problem, error.cure, error.location = args, problem, cure, None
    return error


class ShapeError(GraphnetError, RuntimeError):
    """Shapes that do not fit together."""


class DtypeError(GraphnetError, RuntimeError):
    """Element types an operation does not take or cannot store."""


class ArgumentError(GraphnetError, TypeError):
    """An argument of the wrong type."""


class OperandError(ArgumentError):
    """An operand that is neither a tensor nor a number: an operator leaves it to the other side."""


class ValueRangeError(GraphnetError, ValueError):
    """An argument outside the values it may have."""


class OutOfRangeError(GraphnetError, IndexError):
    """An index or dimension out of range."""


class ScalarError(GraphnetError, RuntimeError):
    """A tensor of more than one element where a single value is wanted."""


class AutogradError(GraphnetError, RuntimeError):
    """A backward pass that cannot be made."""


class AliasError(GraphnetError, RuntimeError):
    """A write to memory that may not be written, or that overlaps itself."""


class NotSupportedError(GraphnetError, NotImplementedError):
    """A part of PyTorch that is not here."""


class CompileError(GraphnetError, RuntimeError):
    """A graph that a pass or the verifier refuses: a defect in the compiler, not in the program."""


class OutOfMemoryError(GraphnetError, RuntimeError):
    """What PyTorch raises when the memory of a GPU is used up; never raised here."""


class RecompileWarning(UserWarning):
    """A program branches so often at one operation that compiling it does not pay."""
