"""A graph of calls written as Python: the lines.

Each value is forgotten in the line that uses it last. The text is PyTorch's, to the character.
"""

from __future__ import annotations

import inspect
import os
import re
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from graphnet._tensor import Tensor
from graphnet.fx.names import described_tensor, is_from_torch, qualified_name, type_repr
from graphnet.fx.namespace import READY, Namespace
from graphnet.fx.node import Argument, Node

if TYPE_CHECKING:
    from graphnet.fx.codegen import CodeGen
    from graphnet.fx.graph import NodeList

REFLECTED: Final = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "floordiv": "{} // {}",
    "truediv": "{} / {}",
    "mod": "{} % {}",
    "pow": "{} ** {}",
    "lshift": "{} << {}",
    "rshift": "{} >> {}",
    "and_": "{} & {}",
    "or_": "{} | {}",
    "xor": "{} ^ {}",
    "getitem": "{}[{}]",
    "matmul": "{} @ {}",
}
"""Operators that have a form for the right operand, by their names in ``operator``."""

OPERATORS: Final = {
    "eq": "{} == {}",
    "ne": "{} != {}",
    "lt": "{} < {}",
    "gt": "{} > {}",
    "le": "{} <= {}",
    "ge": "{} >= {}",
    "pos": "+{}",
    "neg": "-{}",
    "invert": "~{}",
    **REFLECTED,
}

IN_PLACE: Final = {
    "iadd": "{} += {}",
    "iand": "{} &= {}",
    "ifloordiv": "{} //= {}",
    "ilshift": "{} <<= {}",
    "imod": "{} %= {}",
    "imul": "{} *= {}",
    "imatmul": "{} @= {}",
    "ior": "{} |= {}",
    "ipow": "{} **= {}",
    "irshift": "{} >>= {}",
    "isub": "{} -= {}",
    "itruediv": "{} /= {}",
    "ixor": "{} ^= {}",
    "setitem": "{}[{}] = {}",
}

_GENERIC: Final = {
    list: typing.List,  # noqa: UP006  # as PyTorch writes them
    dict: typing.Dict,  # noqa: UP006
    set: typing.Set,  # noqa: UP006
    frozenset: typing.FrozenSet,  # noqa: UP006
    tuple: typing.Tuple,  # noqa: UP006
}

_COLORS: Final = {"type": "\x1b[31m", "shape": "\x1b[34m", "freed": "\x1b[2m", "value": "\x1b[34m"}
_FRAME: Final = re.compile(r'^File "(.+)", line (\d+), in (.+)$')


def format_target(base: str, target: str) -> str:
    """How an attribute of an attribute is written, whatever their names are."""
    for name in target.split("."):
        base = f"{base}.{name}" if name.isidentifier() else f'getattr({base}, "{name}")'
    return base


@dataclass
class PythonCode:
    """A graph as Python.

    Attributes:
        src: the text of a function ``forward``.
        globals: what its names stand for.
    """

    src: str
    globals: dict[str, Any]
    _lineno_map: dict[int, int | None] | None = None
    _prologue_start: int = 0


@dataclass
class Writer:
    """Writes one graph, once.

    Args:
        codegen: writes the head and the end.
        nodes: the graph's.
        root_module: the name of the module whose parameters and modules the code asks for.
        namespace: the names that are taken.
        verbose: whether lines say where in the program they come from, and values of which type.
        include_stride, include_device: whether types say so.
        colored: whether for a terminal.
        expanded_def: whether each parameter has a line of its own.
        additional_meta: keys of nodes' ``meta`` to be shown.
    """

    codegen: CodeGen
    nodes: NodeList
    root_module: str
    namespace: Namespace
    verbose: bool = False
    include_stride: bool = False
    include_device: bool = False
    colored: bool = False
    expanded_def: bool = False
    additional_meta: Sequence[str] = ()
    globals: dict[str, Any] = field(default_factory=dict)
    parameters: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    wrapped: dict[str, None] = field(default_factory=dict)
    returns: str = ""
    origin: str = ""

    def code(self) -> PythonCode:
        """The function."""
        for name, ready in READY.items():
            self.name_of_global(name, ready.value)
        last_uses = self._last_uses()
        counters: list[int | None] = []
        for number, node in enumerate(self.nodes):
            before = len(self.body)
            if self.verbose:
                self._say_where(node)
            self._write(node)
            self._forget(node, last_uses.get(node, []))
            counters += [number] * (len(self.body) - before)
        body = self.body or ["pass\n"]
        wraps = ""
        if self.wrapped:
            from graphnet.fx._symbolic_trace import wrap

            by = self.name_of_global("wrap", wrap)
            wraps = "\n".join(f'{by}("{name}")' for name in self.wrapped)
        if self.codegen._body_transformer:
            body = self.codegen._body_transformer(body)
        for name, value in self.codegen.additional_globals():
            self.name_of_global(name, value)
        options = {"expanded_def": True} if self.expanded_def else {}
        head = self.codegen.gen_fn_def(self.parameters, self.returns, **options)
        text = "".join(body).lstrip("\n")
        indented = "\n".join(f"    {line}" for line in text.split("\n"))
        lines = self._line_numbers(head, counters)
        return PythonCode(
            f"\n{wraps}\n\n{head}\n{indented}", self.globals, lines, wraps.count("\n") + 4
        )

    def _line_numbers(self, head: str, counters: list[int | None]) -> dict[int, int | None]:
        """Which node each line of the body, counted from the head on, comes from."""
        line, found = head.count("\n") + 1, {}
        for part, number in zip(self.body, counters, strict=False):
            found[line] = number
            line += part.count("\n")
        return found

    # ------------------------------------------------------------------ names

    def name_of_global(self, hint: str, value: Any) -> str:
        """The name by which code refers to something outside the graph."""
        if is_from_torch(value) and not (isinstance(value, type) and value.__name__ == "device"):
            return qualified_name(value)
        name = self.namespace.create_name(hint, value)
        self.globals[name] = value
        return name

    def _type(self, kind: Any) -> str:
        if kind == ():
            return "()"
        name = type_repr(kind)
        if isinstance(kind, types.UnionType) and "|" in name:
            return "|".join(map(self._type, typing.get_args(kind)))
        origin = getattr(kind, "__origin__", None)
        if not origin:
            return self.name_of_global(name, kind)
        if not isinstance(kind, types.GenericAlias):
            origin = _GENERIC.get(origin, origin)
        named = self.name_of_global(type_repr(origin), origin)
        inner = ",".join(map(self._type, typing.get_args(kind)))
        return f"{named}[{inner}]" if inner else named

    def _colored(self, text: str, what: str) -> str:
        return f"{_COLORS[what]}{text}\x1b[0m" if self.colored else text

    # ------------------------------------------------------------------ arguments

    def argument(self, arg: Argument) -> str:
        """An argument as code."""
        if isinstance(arg, Node):
            return repr(arg)
        if isinstance(arg, tuple) and hasattr(arg, "_fields"):
            kind = type(arg)
            return f"{self.name_of_global(qualified_name(kind), kind)}{tuple(arg)!r}"
        if isinstance(arg, Enum):
            return f"{self.name_of_global(type(arg).__name__, type(arg))}.{arg.name}"
        if isinstance(arg, Tensor):
            kind_of = str(arg.dtype).rpartition(".")[2]
            return f"torch.Tensor(size={list(arg.size())}, dtype={kind_of})"
        if isinstance(arg, (tuple, list)):
            inner = ", ".join(map(self.argument, arg))
            if isinstance(arg, list):
                return f"[{inner}]"
            return f"({inner},)" if len(arg) == 1 else f"({inner})"
        if isinstance(arg, slice):
            bounds = map(self.argument, (arg.start, arg.stop, arg.step))
            return f"slice({', '.join(bounds)})"
        if callable(arg) and hasattr(arg, "__name__") and not isinstance(arg, type):
            return self.name_of_global(qualified_name(arg), arg)
        return self._colored(repr(arg), "value")

    def _arguments(self, args: Sequence[Argument], kwargs: dict[str, Argument]) -> str:
        named = [f"{name} = {self.argument(arg)}" for name, arg in kwargs.items()]
        return ", ".join([*map(self.argument, args), *named])

    # ------------------------------------------------------------------ lines

    def _write(self, node: Node) -> None:
        getattr(self, f"_write_{node.op}")(node)

    def _assign(self, node: Node, value: str) -> None:
        self.body.append(f"{node!r}{self._annotation(node)} = {value}")

    def _write_placeholder(self, node: Node) -> None:
        default = f" = {self.argument(node.args[0])}" if node.args else ""
        self.parameters.append(f"{node.target}{self._annotation(node)}{default}")
        name = node.target.replace("*", "")
        if name != repr(node):
            self.body.append(f"{node!r} = {name}\n")

    def _write_get_attr(self, node: Node) -> None:
        self._assign(node, format_target(self.root_module, node.target))

    def _write_call_module(self, node: Node) -> None:
        called = format_target(self.root_module, node.target)
        self._assign(node, f"{called}({self._arguments(node.args, node.kwargs)})")

    def _write_call_method(self, node: Node) -> None:
        called = format_target(self.argument(node.args[0]), node.target)
        self._assign(node, f"{called}({self._arguments(node.args[1:], node.kwargs)})")

    def _write_call_function(self, node: Node) -> None:
        function = node.target
        if getattr(function, "__module__", "") == "_operator":
            operands = [self.argument(arg) for arg in node.args]
            if function.__name__ in OPERATORS:
                self._assign(node, OPERATORS[function.__name__].format(*operands))
                return
            if function.__name__ in IN_PLACE:
                statement = IN_PLACE[function.__name__].format(*operands)
                self.body.append(f"{statement};  ")
                self._assign(node, operands[0])
                return
        name = self.name_of_global(qualified_name(function), function)
        if (
            name == "getattr"
            and len(node.args) == 2
            and isinstance(node.args[1], str)
            and node.args[1].isidentifier()
        ):
            self._assign(node, format_target(self.argument(node.args[0]), node.args[1]))
            return
        self._assign(node, f"{name}({self._arguments(node.args, node.kwargs)})")
        if node.meta.get("is_wrapped"):
            self.wrapped[name] = None

    def _write_output(self, node: Node) -> None:
        if node.type is not None:
            self.returns = f" -> {self._type(node.type)}"
        write = self.codegen.generate_output
        known = "repr_fn" in inspect.signature(write).parameters  # a program's own may lack it
        options = {"repr_fn": self.argument} if known else {}
        self.body.append(write(node.args[0], **options))

    def _annotation(self, node: Node) -> str:
        if self.verbose:
            described = self._described(node)
            if described:
                return f': "{described}"'
        return "" if node.type is None else f" : {self._type(node.type)}"

    def _described(self, node: Node) -> str:
        """The type of a node's value, if ``meta`` has it."""
        meta = node.meta
        value: Any = meta.get("val", meta.get("tensor_meta", meta.get("example_value")))
        if isinstance(value, Tensor):
            stride = self.include_stride or os.environ.get("FX_GRAPH_SHOW_STRIDE") == "1"
            where = self.include_device or os.environ.get("FX_GRAPH_SHOW_DEVICE") == "1"
            return self._colored(described_tensor(value, stride=stride, where=where), "type")
        if hasattr(value, "memory_format") and hasattr(value, "dtype"):
            return described_tensor(value)
        return ""

    # ------------------------------------------------------------------ where, and how long

    def _say_where(self, node: Node) -> None:
        if node.op in ("placeholder", "output"):
            return
        shown = [f"{key}: {node.meta[key]}" for key in self.additional_meta if key in node.meta]
        extra = f"# {', '.join(shown)} " if shown else ""
        custom = {
            key: text[:40] + "..." if len(text := str(value)) > 40 else value
            for key, value in node.meta.get("custom", {}).items()
        }
        notes = f" Annotation: {custom}" if custom else ""
        place = _place(node.stack_trace) or "No stacktrace found for following nodes"
        origin = f"\n{self._colored(f'{extra}#{notes} {place}', 'freed')}\n"
        if origin != self.origin:
            self.origin = origin
            self.body.append(origin)

    def _last_uses(self) -> dict[Node, list[Node]]:
        """The values that each node is the last to use."""
        seen: set[Node] = set()
        found: dict[Node, list[Node]] = {}
        for user in reversed(self.nodes):
            for node in user._input_nodes:
                if node not in seen:
                    seen.add(node)
                    found.setdefault(user, []).append(node)
        return found

    def _forget(self, user: Node, unused: list[Node]) -> None:
        """End a line: values that nobody uses from here on are let go."""
        if user.op == "placeholder":
            return
        if user.op != "output":
            unused = [*unused, *([] if user.users else [user])]
            if unused:
                names = " = ".join([*map(repr, unused), "None"])
                self.body.append(f";  {self._colored(names, 'freed')}\n")
                return
        self.body.append("\n")


def _place(trace: str | None) -> str | None:
    """The innermost line of a recorded stack."""
    lines = (trace or "").strip().split("\n")
    for number in range(len(lines) - 2, -1, -1):
        found = _FRAME.match(lines[number].strip())
        if found:
            file, line, function = found.groups()
            return f"File: {file}:{line} in {function}, code: {lines[number + 1].strip()}"
    return None
