"""Functions that refuse: what programs may name, and may not call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from graphnet.errors import GraphnetError


def refusal(
    name: str, summary: str, error: type[GraphnetError], problem: str, cure: str | None = None
) -> Callable[..., NoReturn]:
    """A function that raises, whatever it is called with.

    Args:
        name: its name.
        summary: what it would do.
        error: the type of what it raises.
        problem: why it does not.
        cure: what to do instead.
    """

    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise error(problem, cure=cure)

    refuse.__name__ = refuse.__qualname__ = name
    refuse.refusal = problem  # type: ignore[attr-defined]  # for whoever asks what is refused
    refuse.__doc__ = f"{summary}: raises {error.__name__}, for {problem[:1].lower()}{problem[1:]}"
    return refuse
