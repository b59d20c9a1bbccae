"""What PyTorch's functions take, and whether graphnet's take the same.

Functions written in Python have signatures; those written in C++ have lines of documentation, one
for each way of calling them. A signature is equal if it is the same, or, where PyTorch has such
lines, if every one of these calls means the same.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

#: Parameters that say where and how memory is laid out, which PyTorch's lines name or leave out.
_PLACEMENT = frozenset({"device", "layout", "pin_memory", "memory_format", "non_blocking"})

NO_DEFAULT = "required"


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name, its default as text, and how it is given."""

    name: str
    default: str
    kind: str = "positional"

    def __str__(self) -> str:
        star = {"variadic": "*", "named": "**"}.get(self.kind, "")
        shown = "" if self.default == NO_DEFAULT else f"={self.default}"
        return f"{star}{self.name}{shown}"


Form = tuple[Parameter, ...]


def forms_of(name: str, thing: Any) -> list[Form]:
    """The ways of calling something, or none that are known."""
    found = _from_python(thing)
    if found is None:
        return _from_lines(name, thing)
    # What takes anything says nothing.
    return [] if [each.name for each in found] == ["args", "kwargs"] else [found]


def without_first(form: Form) -> Form:
    """The parameters of a method, given those of the function: the first is the object itself."""
    if (
        form
        and form[0].name in ("input", "tensor", "x", "condition")
        and form[0].kind == "positional"
    ):
        return form[1:]
    return form


def _from_python(thing: Any) -> Form | None:
    """By introspection; None for what is written in C++."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return None
    kinds = {
        inspect.Parameter.VAR_POSITIONAL: "variadic",
        inspect.Parameter.VAR_KEYWORD: "named",
        inspect.Parameter.KEYWORD_ONLY: "keyword",
    }
    return tuple(
        Parameter(
            each.name,
            NO_DEFAULT if each.default is inspect.Parameter.empty else text_of(each.default),
            kinds.get(each.kind, "positional"),
        )
        for each in signature.parameters.values()
        if each.name not in ("self", "cls")
    )


def text_of(default: Any) -> str:
    """A default as text that is the same in both packages."""
    if isinstance(default, float) and default == int(default) and abs(default) < 1e15:
        return repr(int(default))
    if isinstance(default, (bool, int, float, str, type(None))):
        return repr(default)
    if isinstance(default, (tuple, list)):
        return "(" + ", ".join(map(text_of, default)) + ")"
    if inspect.isroutine(default) or inspect.isclass(default) or inspect.ismodule(default):
        return default.__name__
    shown = re.sub(r"graphnet\.|torch\.", "", repr(default))
    return re.sub(r" at 0x[0-9a-f]+|<|>", "", shown)


def _from_lines(name: str, thing: Any) -> list[Form]:
    """By the lines of the documentation that begin with a call."""
    last = name.rpartition(".")[2]
    lines = (inspect.getdoc(thing) or "").splitlines()
    forms = []
    for number, line in enumerate(lines):
        call = re.match(rf"(?:\w+\.)*{re.escape(last)}\((.*)\)\s*(?:->.*)?$", line.strip())
        if call is not None and (number == 0 or "->" in line):
            form = _parsed(call.group(1))
            if form is not None and form not in forms:
                forms.append(form)
    return forms


def _parsed(text: str) -> Form | None:
    """The parameters of a line such as ``input, other, *, alpha=1``; types are dropped."""
    text = re.sub(
        r"\b(?:Tensor|Number|int|float|bool|Scalar|Generator|Optional\[\w+\]) (?=\w)", "", text
    )
    text = text.replace("\\*", "*").replace("...", "")
    try:
        arguments = ast.parse(f"def f({text}): pass").body[0].args  # type: ignore[attr-defined]  # a function
    except SyntaxError:
        return None
    given = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(given) - len(arguments.defaults)) + arguments.defaults
    form = [_read(arg.arg, default) for arg, default in zip(given, defaults, strict=True)]
    if arguments.vararg is not None:
        form.append(Parameter(arguments.vararg.arg, NO_DEFAULT, "variadic"))
    form += [
        _read(arg.arg, default, "keyword")
        for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    return tuple(each for each in form if each.name not in ("self", "cls"))


def _read(name: str, default: Any, kind: str = "positional") -> Parameter:
    if default is None:
        return Parameter(name, NO_DEFAULT, kind)
    try:
        return Parameter(name, text_of(ast.literal_eval(default)), kind)
    except ValueError:
        shown = re.sub(r"torch\.", "", ast.unparse(default))
        return Parameter(name, shown, kind)


def agree(ours: Form | None, theirs: Iterable[Form], by_lines: bool) -> bool:
    """Whether a signature is PyTorch's, or takes every call that its lines show."""
    if ours is None:
        return False
    return all(_takes(ours, form) if by_lines else _same(ours, form) for form in theirs)


def _same(ours: Form, theirs: Form) -> bool:
    return [(p.name, p.default, p.kind) for p in ours] == [
        (p.name, p.default, p.kind) for p in theirs
    ]


def _takes(ours: Form, form: Form) -> bool:
    """Whether a call of this form means the same."""
    named = {each.name: each for each in ours}
    anything = {each.kind for each in ours}
    places = [each for each in ours if each.kind == "positional"]
    for place, wanted in enumerate(p for p in form if p.kind == "positional"):
        if "variadic" in anything and wanted.name not in named:
            continue
        if place < len(places) and places[place].name == wanted.name:
            if not _fits(places[place], wanted):
                return False
        elif wanted.name not in named or "variadic" not in anything:
            return False
    for wanted in form:
        if wanted.kind == "keyword" and wanted.name not in _PLACEMENT | {"out"}:
            if wanted.name not in named and "named" not in anything:
                return False
            if wanted.name in named and not _fits(named[wanted.name], wanted):
                return False
    return True


def _fits(ours: Parameter, wanted: Parameter) -> bool:
    """Whether leaving it out means the same: ours may have a default where theirs has none."""
    return wanted.name in _PLACEMENT or wanted.default in (NO_DEFAULT, ours.default, "None")


def shown(forms: Iterable[Form]) -> str:
    """Signatures as text."""
    texts = []
    for form in forms:
        parts: list[str] = []
        for each in form:
            if each.kind == "keyword" and not any(p.startswith("*") for p in parts):
                parts.append("*")
            parts.append(str(each))
        texts.append(f"({', '.join(parts)})")
    return " or ".join(texts)
