"""What nodes take over from those they are made of: ``torch.fx.traceback``.

While one graph is run to make another, the nodes of the new one may inherit what is noted of those
of the old.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from graphnet.fx.node import Node

__all__ = [
    "annotate",
    "annotate_fn",
    "format_stack",
    "get_current_meta",
    "has_preserved_node_meta",
    "preserve_node_meta",
    "set_current_meta",
    "set_stack_trace",
]

_F = TypeVar("_F", bound=Callable[..., Any])

_INHERITED: Final[tuple[str, ...]] = (
    "nn_module_stack",
    "torch_fn",
    "source_fn_stack",
    "custom",
    "from_node",
)

_meta: ContextVar[dict[str, Any] | None] = ContextVar("meta", default=None)
_preserved: ContextVar[bool] = ContextVar("preserved", default=False)


@contextmanager
def preserve_node_meta(enable: bool = True) -> Iterator[None]:
    """Within this block, nodes that are made take over what is noted of the one being run."""
    preserved, meta = _preserved.set(enable), _meta.set(dict(_meta.get() or {}))
    try:
        yield
    finally:
        _meta.reset(meta)
        _preserved.reset(preserved)


def has_preserved_node_meta() -> bool:
    """Whether nodes that are made take over anything."""
    return _preserved.get()


def get_current_meta() -> dict[str, Any]:
    """What they take over."""
    return _meta.get() or {}


def inherited_meta() -> dict[str, Any]:
    """A copy of it, for another node."""
    current = get_current_meta()
    taken = {key: copy.copy(current[key]) for key in _INHERITED if key in current}
    if current.get("stack_trace"):
        taken["stack_trace"] = current["stack_trace"]
    return taken


@contextmanager
def set_current_meta(node: Node, pass_name: str = "") -> Iterator[None]:
    """Within this block, it is what is noted of a node."""
    if not has_preserved_node_meta() or not node.meta:
        yield
        return
    token = _meta.set({**node.meta, **_annotations()})
    try:
        yield
    finally:
        _meta.reset(token)


def _annotations() -> dict[str, Any]:
    current = get_current_meta()
    return {"custom": current["custom"]} if "custom" in current else {}


@contextmanager
def annotate(annotation_dict: dict[str, Any]) -> Iterator[None]:
    """Within this block, nodes are given notes of one's own, under ``meta["custom"]``.

    >>> from graphnet.fx.traceback import annotate, get_current_meta
    >>> with annotate({"stage": 1}):
    ...     get_current_meta()["custom"]
    {'stage': 1}
    """
    current = get_current_meta()
    notes = {**current.get("custom", {}), **annotation_dict}
    token = _meta.set({**current, "custom": notes})
    try:
        yield
    finally:
        _meta.reset(token)


def annotate_fn(annotation_dict: dict[str, Any]) -> Callable[[_F], _F]:
    """A decorator: what a function makes is given notes, see :func:`annotate`."""

    def decorate(function: _F) -> _F:
        @wraps(function)
        def annotated(*args: Any, **kwargs: Any) -> Any:
            with annotate(annotation_dict):
                return function(*args, **kwargs)

        return annotated  # type: ignore[return-value]  # of the same parameters

    return decorate


def set_stack_trace(stack: list[str]) -> None:
    """Say which lines of a program the nodes come from that are made from now on."""
    if has_preserved_node_meta() and stack:
        get_current_meta()["stack_trace"] = "".join(stack)


def format_stack() -> list[str]:
    """The lines of the program that a node is made for."""
    if has_preserved_node_meta():
        return [get_current_meta().get("stack_trace", "")]
    import traceback

    return traceback.format_list(traceback.extract_stack()[:-1])
