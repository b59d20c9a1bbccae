"""Turns a picture's description into a file, with whatever build of Graphviz there is."""

from __future__ import annotations

import io
import os
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graphnet.errors import GraphnetError
from graphnet.viz.files import IMAGES, PictureError, write

if TYPE_CHECKING:
    import graphviz

_PURE: Final = "graphviz-pure"
_SOURCE: Final = frozenset({".dot", ".gv"})
SUFFIXES: Final = IMAGES | _SOURCE
_PIXELS_PER_INCH: Final = 144
_LARGEST_INCHES: Final = 60
"""Larger pictures are scaled down: viewers refuse images of more than some 10,000 pixels."""


class RendererNotFoundError(GraphnetError, RuntimeError):
    """There is no build of Graphviz to draw with."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """A build of Graphviz.

    Attributes:
        command: the program.
        writes_pdf: whether it knows that format.
    """

    command: Path
    writes_pdf: bool


def find_renderer() -> Renderer:
    """A real ``dot`` on the PATH, else the build of Graphviz that pip installs.

    Raises:
        RendererNotFoundError: there is neither.
    """
    found = shutil.which("dot")
    if found is not None:
        return Renderer(Path(found), writes_pdf=True)
    script = _installed_script()
    if script is None:
        raise RendererNotFoundError(
            "drawing needs Graphviz: there is no `dot` on the PATH, and the package "
            f"{_PURE} is not installed",
            cure=f"pip install {_PURE}, or write the description itself to a .dot file",
        )
    return Renderer(script, writes_pdf=False)


def _installed_script() -> Path | None:
    """The program of the package, wherever pip put it: it need not be on the PATH."""
    try:
        files = distribution(_PURE).files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        path = Path(os.fspath(file.locate()))
        if path.name in (_PURE, f"{_PURE}.exe") and path.is_file():
            return path
    found = shutil.which(_PURE)
    return None if found is None else Path(found)


def use(renderer: Renderer) -> None:
    """Let the ``graphviz`` package draw with this build, also when the user calls it."""
    import graphviz

    graphviz.backend.dot_command.DOT_BINARY = renderer.command


def save(dot: graphviz.Digraph, target: Path) -> None:
    """Draw ``dot`` to a file, whose suffix tells the format. It appears whole or not at all.

    Raises:
        RendererNotFoundError: there is no build of Graphviz.
        PictureError: the picture cannot be drawn, or the file not be written.
    """
    suffix = target.suffix.lower()
    content = dot.source.encode() if suffix in _SOURCE else _drawn(dot, suffix[1:])
    write(target, content)


def _drawn(dot: graphviz.Digraph, format_: str) -> bytes:
    """The picture in a format."""
    import graphviz

    renderer = find_renderer()
    use(renderer)
    picture = dot.copy()
    picture.graph_attr.update(size=f"{_LARGEST_INCHES},{_LARGEST_INCHES}")
    by_pixels = format_ == "png" or not (format_ == "svg" or renderer.writes_pdf)
    if by_pixels:
        picture.graph_attr.update(dpi=str(_PIXELS_PER_INCH))
    try:
        content: bytes = picture.pipe("png" if by_pixels else format_, quiet=True)
    except graphviz.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise PictureError(
            f"{renderer.command.name} cannot draw this graph: {said[-1] if said else error}"
        ) from error
    return _as_pdf(content) if format_ == "pdf" and by_pixels else content


def _as_pdf(png: bytes) -> bytes:
    """A page with the image, for builds of Graphviz that write no PDF."""
    from PIL import Image

    page = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(page, "PDF", resolution=_PIXELS_PER_INCH)
    return page.getvalue()
