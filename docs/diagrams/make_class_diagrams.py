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
import sys
from pathlib import Path

from design import Design, Floor, Kind, Relation
from drawing import picture
from introspection import ClassSource, FunctionSource, read

HERE = Path(__file__).parent

VERSION = "v2"
TITLE = "v2 · a recorded program, compiled"
SUBTITLE = "Tensors are handles. What they record becomes a graph; what runs is a plan."
# What a newcomer should know, uppermost floor first, each floor from left to right.
CURRENT: dict[str, tuple[str, ...]] = {
    "7 · nn and optim": (
        "graphnet.nn.modules.module.Module",
        "graphnet.nn.modules.container.Sequential",
        "graphnet.nn.modules.linear.Linear",
        "graphnet.nn.modules.loss.MSELoss",
        "graphnet.nn.parameter.Parameter",
        "graphnet.optim.optimizer.Optimizer",
        "graphnet.optim.sgd.SGD",
        "graphnet.optim.adam.Adam",
        "graphnet.optim.rule.RuleOver",
        "graphnet.optim.rule.UpdateRule",
        "graphnet.optim.rule.DescentRule",
        "graphnet.optim.sgd.SGDRule",
        "graphnet.optim.adam.AdaptiveRule",
        "graphnet.optim.adam.AdamRule",
    ),
    "6 · facade": (
        "graphnet._tensor.Tensor",
        "graphnet.random.Generator",
    ),
    "5 · trace": (
        "graphnet.trace.hooks.HookGroup",
        "graphnet.trace.handle.Handle",
        "graphnet.trace.handle.Watched",
        "graphnet.trace.backward_pass.BackwardPass",
        "graphnet.trace.history.Past",
        "graphnet.trace.chart.Chart",
        "graphnet.trace.segment.Segment",
        "graphnet.trace.recorder.Recorder",
        "graphnet.trace.memory.Memory",
        "graphnet.trace.capture.CapturingRecorder",
        "graphnet.trace.nested.NestedRecorder",
        "graphnet.trace.cache.TraceCache",
        "graphnet.trace.state.State",
        "graphnet.trace.state.Stage",
        "graphnet.trace.capture.Program",
    ),
    "4 · runtime": (
        "graphnet.runtime.storage.Layout",
        "graphnet.runtime.storage.Storage",
        "graphnet.runtime.generator.Engine",
        "graphnet.runtime.interpreter.interpret",
        "graphnet.runtime.planner.Planner",
        "graphnet.runtime.plan.Plan",
        "graphnet.runtime.arena.Arena",
        "graphnet.runtime.liveness.Liveness",
    ),
    "3 · passes": (
        "graphnet.passes.autodiff.differentiate",
        "graphnet.passes.base.Pass",
        "graphnet.passes.canonicalize.Canonicalize",
        "graphnet.passes.fold.ConstantFolding",
        "graphnet.passes.cse.CommonSubexpressions",
        "graphnet.passes.dce.DeadCodeElimination",
        "graphnet.passes.incremental.Incremental",
        "graphnet.passes.decompose.Decompose",
        "graphnet.passes.transposed_products.TransposedProducts",
        "graphnet.passes.fuse_elementwise.ElementwiseFusion",
        "graphnet.passes.pipeline.Pipeline",
    ),
    "2 · ops": (
        "graphnet.ops.elementwise.Elementwise",
        "graphnet.ops.arithmetic.Add",
        "graphnet.ops.arithmetic.Mul",
        "graphnet.ops.elementwise.FloatElementwise",
        "graphnet.ops.elementwise.Predicate",
        "graphnet.ops.shape.ViewOp",
        "graphnet.ops.matmul.Matmul",
        "graphnet.ops.fused.Fused",
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
# Boxes of all floors hold these; arrows to them are drawn within their own floor only.
COMMON = {"Value", "Node", "TensorType", "Op"}
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
            if _is_drawn(relation, source, {neighbour.name for neighbour in row})
        ],
    )


def _is_drawn(
    relation: Relation, source: ClassSource | FunctionSource, neighbours: set[str]
) -> bool:
    """Whether an arrow says something that others do not say already."""
    if relation.kind is Kind.INHERITS or relation.target in neighbours:
        return relation.kind is not Kind.USES or relation.target in USED
    if relation.kind is Kind.HOLDS:
        return relation.target not in COMMON
    # What a class takes and returns its base does too.
    derived = isinstance(source, ClassSource) and not neighbours.isdisjoint(source.bases)
    return relation.target in USED and not derived


def choose_renderer() -> None:
    """Draw with the build of Graphviz that graphnet's own pictures are drawn with."""
    sys.path.insert(0, str(HERE.parents[1]))  # where graphnet is not installed
    from graphnet.viz.render import find_renderer, use

    use(find_renderer())


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
