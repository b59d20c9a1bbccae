"""Pictures: of graphs, through the ``graphviz`` package, and of training curves.

>>> import graphnet as torch
>>> from graphnet.viz import make_dot
>>> a = torch.tensor(2.0, requires_grad=True)
>>> b = torch.tensor(1.0, requires_grad=True)
>>> e = (a + b) * (b + 1)
>>> e.backward()
>>> "dz/db" in make_dot(e).source
True
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graphnet.errors import ValueRangeError
from graphnet.viz.curves import plot_history as plot_history
from graphnet.viz.files import PictureError as PictureError
from graphnet.viz.files import check_target
from graphnet.viz.lines import draw_lines
from graphnet.viz.nodes import draw_nodes
from graphnet.viz.reading import read
from graphnet.viz.render import SUFFIXES, find_renderer, save, use
from graphnet.viz.render import RendererNotFoundError as RendererNotFoundError
from graphnet.viz.scene import Scene

if TYPE_CHECKING:
    import graphviz

__all__ = ["PictureError", "RendererNotFoundError", "draw", "make_dot", "plot_history"]

Detail = Literal["node", "line"]

_MOST_NODES = 120


def draw(
    thing: Any,
    path: str | os.PathLike[str],
    params: Mapping[str, Any] | None = None,
    *,
    detail: Detail | None = None,
) -> Path:
    """Draw a graph to a file.

    The forward pass runs down on the left. Beside it the backward pass runs up, so that each
    gradient is at the height of its value; dashed arrows lead to the values it needs. Updates
    stand on the right. A thick border marks results.

    Args:
        thing: a tensor, a captured program, or an ``ir.Graph``.
        path: the file; its suffix tells the format: ``.png``, ``.svg``, ``.pdf``, or ``.dot`` for
            the description itself. Without a real Graphviz, a PDF holds the picture as an image.
        params: names of tensors, as ``dict(model.named_parameters())`` has them. Else they are
            named by the variables and modules at hand where this is called.
        detail: a box for every ``"node"``, or for every ``"line"`` of the source. Unless it is
            given, large graphs are drawn by line.

    Returns:
        The file's path.

    Raises:
        TypeError: ``thing`` has no graph.
        ValueError: the suffix names no format, or ``detail`` is another word.
        OSError: the file cannot be written. Nothing is left behind then.
        RuntimeError: there is no build of Graphviz.
    """
    target = check_target(path, SUFFIXES)
    save(_described(thing, params, detail), target)
    return target


def make_dot(
    thing: Any, params: Mapping[str, Any] | None = None, *, detail: Detail | None = None
) -> graphviz.Digraph:
    """The picture of a graph as an object of the ``graphviz`` package, to render or to change.

    Takes what :func:`draw` takes, and raises what it raises about ``thing`` and ``detail``.
    """
    dot = _described(thing, params, detail)
    try:
        use(find_renderer())
    except RendererNotFoundError:
        return dot  # its text can be had without
    return dot


def _described(
    thing: Any, params: Mapping[str, Any] | None, detail: Detail | None
) -> graphviz.Digraph:
    if detail not in (None, "node", "line"):
        raise ValueRangeError(f"detail must be 'node', 'line' or None, not {detail!r}")
    scene = Scene(*read(thing, params))
    by_line = scene.size > _MOST_NODES if detail is None else detail == "line"
    return draw_lines(scene) if by_line else draw_nodes(scene)
