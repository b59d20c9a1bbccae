"""Graphs of calls written as Python functions: the head, the end, and what is handed over.

A subclass of :class:`CodeGen` may write those otherwise; the lines are :mod:`graphnet.fx.writer`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from graphnet.fx.namespace import Namespace
from graphnet.fx.node import Argument
from graphnet.fx.writer import PythonCode as PythonCode
from graphnet.fx.writer import Writer
from graphnet.utils import _pytree as pytree

if TYPE_CHECKING:
    from graphnet.fx.graph import NodeList

__all__ = ["CodeGen", "PythonCode"]

TransformCodeFunc = Callable[[list[str]], list[str]]


class PyTreeInfo(NamedTuple):
    """The containers among the arguments and results of a traced function."""

    orig_args: list[str]
    in_spec: pytree.TreeSpec
    out_spec: pytree.TreeSpec | None


class CodeGen:
    """Writes a graph as a function. A subclass may write its head and its end otherwise."""

    def __init__(self) -> None:
        self._body_transformer: TransformCodeFunc | None = None
        self._func_name = "forward"

    def gen_fn_def(
        self, free_vars: list[str], maybe_return_annotation: str, *, expanded_def: bool = False
    ) -> str:
        """The head of the function.

        >>> from graphnet.fx.codegen import CodeGen
        >>> CodeGen().gen_fn_def(["a", "b"], "")
        'def forward(self, a, b):'
        """
        if not free_vars or free_vars[0] != "self":
            free_vars.insert(0, "self")
        if expanded_def:
            lines = "".join(f"    {each},\n" for each in free_vars)
            return f"def {self._func_name}(\n{lines}){maybe_return_annotation}:"
        return f"def {self._func_name}({', '.join(free_vars)}){maybe_return_annotation}:"

    def generate_output(
        self, output_args: Argument, *, repr_fn: Callable[[Any], str] | None = None
    ) -> str:
        """The last line of the function, not indented."""
        return f"return {(repr_fn or repr)(output_args)}"

    def process_inputs(self, *args: Any) -> Any:
        """The arguments of the graph, given those of the function."""
        return args

    def process_outputs(self, outputs: Any) -> Any:
        """The result of the function, given that of the graph."""
        return outputs

    def additional_globals(self) -> list[tuple[str, Any]]:
        """Names that the head or the end of the function needs, with what they stand for."""
        return []

    def _gen_python_code(
        self, nodes: NodeList, root_module: str, namespace: Namespace, **options: Any
    ) -> PythonCode:
        return Writer(self, nodes, root_module, namespace, **options).code()


class _PyTreeCodeGen(CodeGen):
    """Writes a function whose arguments are containers, of which the graph knows what is inside."""

    def __init__(self, pytree_info: PyTreeInfo) -> None:
        super().__init__()
        self.pytree_info = pytree_info

    def process_inputs(self, *args: Any) -> Any:
        return pytree.tree_leaves(args)

    def process_outputs(self, outputs: Any) -> Any:
        spec = self.pytree_info.out_spec
        if spec is None:
            return outputs
        return pytree.tree_unflatten(
            outputs if isinstance(outputs, (list, tuple)) else [outputs], spec
        )

    def gen_fn_def(
        self, free_vars: list[str], maybe_return_annotation: str, *, expanded_def: bool = False
    ) -> str:
        given = self.pytree_info.orig_args
        if given and given[0] == "self":
            free_vars.insert(0, "self")
        head = super().gen_fn_def(given[:], maybe_return_annotation, expanded_def=expanded_def)
        if not free_vars:
            return head
        annotated = "".join(f"{each}; " for each in free_vars if ":" in each)
        if annotated:
            head += f"\n    {annotated}\n"
        names = ", ".join(each.split(":")[0].split("#")[0] for each in free_vars)
        flat = f"fx_pytree.tree_flatten_spec([{', '.join(given)}], self._in_spec)"
        return f"{head}\n    {names}, = {flat}"

    def generate_output(
        self, output_args: Argument, *, repr_fn: Callable[[Any], str] | None = None
    ) -> str:
        if self.pytree_info.out_spec is None:
            return super().generate_output(output_args, repr_fn=repr_fn)
        return f"return pytree.tree_unflatten({(repr_fn or repr)(output_args)}, self._out_spec)"
