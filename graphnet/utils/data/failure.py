"""An exception that happened in another process, and how it is raised again in this one."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass
from typing import NoReturn


class RemoteKeyMessage(str):
    """A message that a KeyError shows as it is, line breaks and all."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Failure:
    """Result: an exception in a worker, with its traceback as text."""

    kind: type[BaseException]
    text: str
    where: str

    @classmethod
    def of(cls, error: BaseException, where: str) -> Failure:
        """Describe an exception so that it can be sent to another process."""
        kind = type(error)
        try:
            pickle.dumps(kind)
        except (pickle.PicklingError, AttributeError):
            kind = RuntimeError  # a class that only this process knows
        return cls(kind, "".join(traceback.format_exception(error)), where)

    def reraise(self) -> NoReturn:
        """Raise the same type of exception here; its message holds the worker's traceback."""
        message = f"Caught {self.kind.__name__} {self.where}.\nOriginal {self.text}"
        if issubclass(self.kind, KeyError):
            message = RemoteKeyMessage(message)
        try:
            error = self.kind(message)
        except Exception:  # noqa: BLE001  # whatever a type does that wants other arguments
            error = RuntimeError(message)
        raise error from None
