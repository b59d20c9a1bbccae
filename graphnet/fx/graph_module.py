"""Modules that do what a graph says: ``torch.fx.graph_module``.

The graph is written as Python, and that is the module's ``forward``: it can be read, and stepped
through in a debugger. Source: PyTorch's page "torch.fx".
"""

from __future__ import annotations

import copy
import linecache
import sys
import traceback
from collections.abc import Callable
from itertools import accumulate, count
from pathlib import Path
from typing import Any, Final, Self

from graphnet._tensor import Tensor
from graphnet.fx.codegen import PythonCode, _PyTreeCodeGen
from graphnet.fx.graph import Graph
from graphnet.fx.names import is_from_torch
from graphnet.fx.namespace import READY
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter

__all__ = ["GraphModule", "reduce_graph_module"]

_numbers: Final = count()
_OWN_FILES: Final = str(Path(__file__).parents[1])


def _function(code: str, names: dict[str, Any], origin: dict[str, Any]) -> Callable[..., Any]:
    """The function ``forward`` that code defines."""
    file = f"<eval_with_key>.{next(_numbers)}"
    if {"co_filename", "co_firstlineno", "co_name"} <= set(origin):
        line = f"{origin['co_filename']}:{origin['co_firstlineno']}"
        file += f" from {line} in {origin['co_name']}"
    # Tracebacks and debuggers look there.
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    space = {**names, "__file__": file, "__name__": file}
    exec(compile(code, file, "exec", dont_inherit=True), space)  # what we have written ourselves
    function: Callable[..., Any] = space.pop("forward")
    return function


def _import(name: str, value: Any) -> str:
    """The statement that gives a name to what it stands for in generated code."""
    if name in READY:
        return READY[name].statement
    if is_from_torch(value):
        return "import graphnet as torch"
    return f"from {value.__module__} import {value.__qualname__} as {name}"


def imports_of(written: PythonCode) -> str:
    """The statements that generated code needs before it."""
    return "\n".join(sorted({_import(name, value) for name, value in written.globals.items()}))


class _CodeOnlyModule(Module):
    """A module that was a GraphModule: with its parameters and modules, and without a graph."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.__dict__ = body


def reduce_graph_module(body: dict[str, Any], import_block: str) -> Module:
    """What a pickled GraphModule is made of again: its code is traced."""
    from graphnet.fx._symbolic_trace import Tracer

    class Kept(_CodeOnlyModule):
        pass

    Kept.forward = staticmethod(_function(import_block + body["_code"], {}, {}))
    Kept.forward = Kept.__dict__["forward"].__func__
    tracer_cls = body.get("_tracer_cls") or Tracer

    class AllModules(tracer_cls):  # type: ignore[misc, valid-type]  # of the class that traced it
        def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
            return True

    module = Kept(body)
    graph = AllModules().trace(module, **body.get("_tracer_extras", {}))
    graph._tracer_cls = tracer_cls
    made = GraphModule(module, graph)
    for name, value in body.items():
        if not hasattr(made, name):
            setattr(made, name, value)
    return made


def _put(owner: Module, target: str, value: Any) -> None:
    """Give a module something under a dotted name, with empty modules on the way to it."""
    *path, name = target.split(".")
    for step in path:
        inner = getattr(owner, step, None)
        if inner is None:
            inner = Module()
            setattr(owner, step, inner)
        owner = inner
    if isinstance(value, Tensor) and not isinstance(value, Parameter):
        owner.register_buffer(name, value)
    else:
        setattr(owner, name, value)


def _get(owner: Any, target: str) -> Any:
    for step in target.split("."):
        owner = getattr(owner, step)
    return owner


def _copy(source: Module, owner: Module, target: str) -> None:
    """Give a module what another has under a dotted name; what they share stays shared."""
    ours: Any = owner
    theirs: Any = source
    for step in target.split(".")[:-1]:
        theirs, ours = getattr(theirs, step), getattr(ours, step, None)
        if theirs is ours:
            return
        if ours is None:
            break
    _put(owner, target, _get(source, target))


class GraphModule(Module):
    """A module made of a graph, with the parameters and modules that the graph names.

    Each is of a class of its own, since ``forward`` belongs to the class.

    Args:
        root: the module, or the dictionary, in which the parameters and modules are.
        graph: what ``forward`` does.
        class_name: the name of its class.

    Attributes:
        graph: assigning another writes ``forward`` anew.
        code: ``forward`` as text.
        meta: whatever passes want to remember of it.

    >>> import graphnet as torch
    >>> graph = torch.fx.Graph()
    >>> x = graph.placeholder("x")
    >>> _ = graph.output(graph.call_module("layer", (x,)))
    >>> module = torch.fx.GraphModule({"layer": torch.nn.ReLU()}, graph)
    >>> module(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    _code: str
    _graph: Graph

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """A module of a new class."""
        public = next(
            each for each in cls.__mro__ if each.__qualname__.split(".")[-1] != "GraphModuleImpl"
        )

        class GraphModuleImpl(public):  # type: ignore[misc, valid-type]  # of the class asked for
            pass

        return super().__new__(GraphModuleImpl)

    def __init__(
        self, root: Module | dict[str, Any], graph: Graph, class_name: str = "GraphModule"
    ) -> None:
        super().__init__()
        type(self).__name__ = class_name
        targets = [node.target for node in graph.nodes if node.op in ("get_attr", "call_module")]
        if isinstance(root, Module):
            self._take_from(root, targets)
        elif isinstance(root, dict):
            for node in graph.nodes:
                if node.op in ("get_attr", "call_module") and node.target not in root:
                    raise RuntimeError(
                        f"Node {node} referenced target {node.target} but that target was not "
                        "provided in ``root``!"
                    )
            for target in sorted(targets, key=lambda target: target.count(".")):
                _put(self, target, root[target])
        else:
            raise RuntimeError(f"Unsupported type {root} passed for root!")
        self.graph = graph
        kind = graph._tracer_cls
        self._tracer_cls = kind if kind and "<locals>" not in kind.__qualname__ else None
        self._tracer_extras = graph._tracer_extras or {}
        self.meta: dict[str, Any] = {}

    def _take_from(self, root: Module, targets: list[str]) -> None:
        self.training = getattr(root, "training", self.training)
        if isinstance(root, _CodeOnlyModule):
            targets = [
                *(name for name, _ in root.named_children()),
                *(name for name, _ in root.named_buffers()),
                *(name for name, _ in root.named_parameters()),
                *targets,
            ]
        for target in targets:
            _copy(root, self, target)

    # ------------------------------------------------------------------ graph and code

    @property
    def graph(self) -> Graph:
        """What ``forward`` does. After it was changed in place, call :meth:`recompile`."""
        return self._graph

    @graph.setter
    def graph(self, g: Graph) -> None:
        if not isinstance(g, Graph):
            raise AssertionError(f"Expected a Graph instance, but got {type(g)}")
        self._graph = g
        g.owning_module = self
        self.recompile()

    @property
    def code(self) -> str:
        """The text of ``forward``."""
        if not hasattr(self, "_code"):
            raise RuntimeError("Code has not been generated!")
        return self._code

    def recompile(self) -> PythonCode:
        """Write ``forward`` anew, after the graph has changed."""
        codegen = self._graph._codegen
        if isinstance(codegen, _PyTreeCodeGen):
            self._in_spec = codegen.pytree_info.in_spec
            self._out_spec = codegen.pytree_info.out_spec
        written = self._graph.python_code(root_module="self")
        self._code = written.src
        self._lineno_map = written._lineno_map
        self._prologue_start = written._prologue_start
        kind = type(self)
        kind.forward = _function(self._code, written.globals, self._graph._co_fields)
        for _, child in self.named_children():
            if isinstance(child, GraphModule):
                child.recompile()
        return written

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the generated code. If it fails, the line that did is printed."""
        try:
            return super().__call__(*args, **kwargs)
        except Exception as error:
            _point_at_line(error)
            raise

    def print_readable(
        self,
        print_output: bool = True,
        include_stride: bool = False,
        include_device: bool = False,
        colored: bool = False,
        *,
        fast_sympy_print: bool = False,
        expanded_def: bool = False,
        additional_meta: list[str] | None = None,
    ) -> str:
        """Print and return the code as that of a class, with what is known of the values' types.

        Args:
            print_output: whether to print it.
            include_stride, include_device: what types say.
            colored: whether for a terminal.
            fast_sympy_print: has no effect.
            expanded_def: whether each parameter has a line of its own.
            additional_meta: keys of nodes' ``meta`` to be shown.
        """
        options: dict[str, Any] = {
            "verbose": True,
            "include_stride": include_stride,
            "include_device": include_device,
            "colored": colored,
            "additional_meta": additional_meta or (),
        }
        text = self._readable(self._get_name(), options, expanded_def)
        if print_output:
            print(text)  # noqa: T201  # that is what it is for
        return text

    def _readable(self, name: str, options: dict[str, Any], expanded_def: bool = False) -> str:
        code = self.graph.python_code("self", **options, expanded_def=expanded_def).src
        own = f"class {name}(torch.nn.Module):\n" + code.lstrip("\n")
        inner = [
            child._readable(name, options)
            for name, child in self.named_children()
            if isinstance(child, GraphModule)
        ]
        return _indented(own) + _indented("\n".join(["", *inner]))

    def __str__(self) -> str:
        reminder = "# To see more debug info, please use `graph_module.print_readable()`"
        return "\n".join([super().__str__(), self._code, reminder])

    # ------------------------------------------------------------------ modules inside

    def add_submodule(self, target: str, m: Module) -> bool:
        """Put in a module under a dotted name; False if something else is in the way."""
        *path, name = target.split(".")
        owner: Any = self
        for step in path:
            inner = getattr(owner, step, None)
            if inner is None:
                inner = Module()
                setattr(owner, step, inner)
            if not isinstance(inner, Module):
                return False
            owner = inner
        owner.add_module(name, m)
        return True

    def delete_submodule(self, target: str) -> bool:
        """Take out the module of a dotted name; False if there is none."""
        *path, name = target.split(".")
        owner: Any = self
        for step in path:
            owner = getattr(owner, step, None)
            if not isinstance(owner, Module):
                return False
        if not isinstance(getattr(owner, name, None), Module):
            return False
        delattr(owner, name)
        return True

    def delete_all_unused_submodules(self) -> None:
        """Take out the modules that no node names, nor is inside one that is named."""
        used: set[str] = set()
        for node in self.graph.nodes:
            if node.op not in ("call_module", "get_attr"):
                continue
            used.update(accumulate(node.target.split("."), "{}.{}".format))
            if node.op == "call_module":
                inside = self.get_submodule(node.target).named_modules()
                used.update(f"{node.target}.{name}" for name, _ in inside if name)
        for name, _ in list(self.named_modules()):
            if name not in used:
                self.delete_submodule(name)

    # ------------------------------------------------------------------ copies

    def __deepcopy__(self, memo: dict[int, Any]) -> GraphModule:
        made = type(self).__new__(type(self))
        memo[id(self)] = made
        facts = _CodeOnlyModule(copy.deepcopy(self.__dict__, memo))
        GraphModule.__init__(made, facts, facts.__dict__["_graph"])
        for name, value in facts.__dict__.items():
            if name.endswith("_hooks") and not hasattr(made, name):
                setattr(made, name, value)
        made.meta = facts.__dict__["meta"]
        return made

    def __copy__(self) -> GraphModule:
        made = GraphModule(self, self.graph)
        made.meta = self.meta
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        body = {name: value for name, value in self.__dict__.items() if name != "_graph"}
        return reduce_graph_module, (body, imports_of(self.recompile()))

    def to_folder(self, folder: str | Path, module_name: str = "FxModule") -> None:
        """Write the module as a package of Python: its code, and files of what is inside.

        Args:
            folder: where to.
            module_name: the name of the class.
        """
        from graphnet.fx.folder import write

        write(self, imports_of(self.recompile()), Path(folder), module_name)


def _indented(text: str) -> str:
    """Text whose lines are indented, but the first and empty ones."""
    first, *lines = text.split("\n")
    return "\n".join([first, *(f"    {line}" if line.strip() else "" for line in lines)])


def _point_at_line(error: Exception) -> None:
    """Print which line of generated code an error comes from, if from one of those."""
    if error.__traceback__ is None:
        return
    stack = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in stack if not frame.filename.startswith(_OWN_FILES)]
    if not own or "eval_with_key" not in own[-1].filename:
        return
    frame = own[-1]
    lines = linecache.getlines(frame.filename)
    number, line = frame.lineno or 1, frame.line or ""
    told = [
        "".join(traceback.format_exception(error)),
        f"Call using an FX-traced Module, line {number} of the traced Module's generated forward "
        "function:",
        "".join(lines[max(number - 2, 0) : number]),
        "~" * len(line) + "~~~ <--- HERE",
        "\n".join(lines[number : number + 2]),
    ]
    sys.stderr.write("\n".join(told) + "\n")
