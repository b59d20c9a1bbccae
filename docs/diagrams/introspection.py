"""Reads classes and functions from source code, without importing it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from design import Class, Kind, Relation

ROOT = Path(__file__).parents[2]


def read(dotted: str) -> ClassSource | FunctionSource:
    """The class or function of this dotted name.

    Raises:
        LookupError: the package has no such module, or the module no such definition.
    """
    module, _, name = dotted.rpartition(".")
    stem = ROOT.joinpath(*module.split("."))
    path = stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")
    if not path.exists():
        raise LookupError(f"{dotted}: there is no module {module}")
    body = ast.parse(path.read_text("utf-8")).body
    neighbours = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
    for node in body:
        match node:
            case ast.ClassDef(name=found) if found == name:
                return ClassSource(node, neighbours)
            case ast.FunctionDef(name=found) if found == name:
                return FunctionSource(node)
    raise LookupError(f"{dotted}: {module} defines no {name}")


class FunctionSource:
    """A function that stands in the design where others have a class."""

    def __init__(self, node: ast.FunctionDef) -> None:
        self.node = node
        self.name = node.name

    def box(self, rows: int) -> Class:
        """A box with the parameters, at most so many, and what comes back."""
        parameters = [
            f"{argument.arg}: {_type(argument.annotation)}" for argument in _arguments(self.node)
        ]
        returns = [f"→ {_type(self.node.returns)}"]
        return Class(self.name, "function", _cut(parameters, rows), returns)

    def relations(self, others: set[str]) -> Iterator[Relation]:
        """An arrow to each class that it takes or returns."""
        seen = {self.name}
        for annotation in _annotations(self.node):
            for name in _names(_type(annotation)):
                if name in others - seen:
                    seen.add(name)
                    yield Relation(self.name, name, Kind.USES)


class ClassSource:
    """The definition of one class: what its box shows and which classes it mentions."""

    def __init__(self, node: ast.ClassDef, neighbours: dict[str, ast.ClassDef]) -> None:
        self.node = node
        self.name = node.name
        self.neighbours = neighbours

    @property
    def bases(self) -> list[str]:
        """The last names of the base classes; those of a private base stand for it."""
        found: list[str] = []
        for base in self.node.bases:
            name = ast.unparse(base).split("[")[0].rpartition(".")[2]
            if name.startswith("_") and name in self.neighbours:
                found += ClassSource(self.neighbours[name], self.neighbours).bases
            else:
                found.append(name)
        return found

    @property
    def functions(self) -> list[ast.FunctionDef]:
        """The methods and properties."""
        return [node for node in self.node.body if isinstance(node, ast.FunctionDef)]

    @property
    def stereotype(self) -> str:
        """What kind of class it is, as far as decorators and bases tell."""
        decorators = [ast.unparse(decorator) for decorator in self.node.decorator_list]
        abstract = "ABC" in self.bases or any(_has(f, "abstractmethod") for f in self.functions)
        words = ["abstract"] if abstract else []
        words += [
            "frozen dataclass" if "frozen=True" in decorator else "dataclass"
            for decorator in decorators
            if decorator.startswith("dataclass")
        ]
        words += [base.lower() for base in self.bases if base in ("Enum", "Protocol")]
        return ", ".join(words)

    @property
    def fields(self) -> dict[str, str]:
        """Type, where it is written, of what instances store: declared, or set in ``__init__``."""
        found: dict[str, str] = {}
        for node in self.node.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = _type(node.annotation)
        for function in self.functions:
            if function.name == "__init__":
                for name, type_ in _assigned(function):
                    found[name] = type_ or found.get(name, "")
        return found

    @property
    def computed_once(self) -> dict[str, str]:
        """Type of every property that is stored when it is first asked for."""
        return {
            function.name: _type(function.returns)
            for function in self.functions
            if _has(function, "cached_property")
        }

    @property
    def properties(self) -> dict[str, str]:
        """Type of every property."""
        return {
            function.name: _type(function.returns)
            for function in self.functions
            if _has(function, "property") or _has(function, "cached_property")
        }

    @property
    def methods(self) -> list[ast.FunctionDef]:
        """The methods that are not properties, overloads or special."""
        hidden = ("property", "cached_property", "overload")
        return [
            function
            for function in self.functions
            if not any(_has(function, name) or _has(function, "setter") for name in hidden)
        ]

    def box(self, rows: int) -> Class:
        """The box of the class, with at most so many attributes and methods.

        They are the public ones, unless there are none.
        """
        known = self.fields | self.properties
        public = {name: type_ for name, type_ in known.items() if not name.startswith("_")}
        attributes = [
            f"{name}: {type_}" if type_ else name for name, type_ in (public or known).items()
        ]
        methods = [
            f"{function.name}({', '.join(_parameters(function))})"
            for function in self.methods
            if not function.name.startswith("_") or function.name == "__call__"
        ]
        return Class(self.name, self.stereotype, _cut(attributes, rows), _cut(methods, rows))

    def relations(self, others: set[str]) -> Iterator[Relation]:
        """The arrows that start at this class: one to each other class, the strongest."""
        seen = {self.name}
        for base in self.bases:
            if base in others - seen:
                seen.add(base)
                yield Relation(self.name, base, Kind.INHERITS)
        for type_ in (*self.fields.values(), *self.computed_once.values()):
            for name in _names(type_):
                if name in others - seen:
                    seen.add(name)
                    yield Relation(self.name, name, Kind.HOLDS)
        for function in self.methods:
            for annotation in _annotations(function):
                for name in _names(_type(annotation)):
                    if name in others - seen:
                        seen.add(name)
                        yield Relation(self.name, name, Kind.USES)


def _has(function: ast.FunctionDef, decorator: str) -> bool:
    names = (ast.unparse(node).rpartition(".")[2] for node in function.decorator_list)
    return decorator in names


def _type(annotation: ast.expr | None) -> str:
    """An annotation as text, without the wrappers that say nothing about the design."""
    text = ast.unparse(annotation).strip("'\"") if annotation else ""
    wrapper = re.fullmatch(r"(?:ClassVar|Final|InitVar)(?:\[(.*)\])?", text)
    return (wrapper[1] or "") if wrapper else text


def _names(type_: str) -> list[str]:
    return re.findall(r"[A-Za-z_]\w*", type_)


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _annotations(function: ast.FunctionDef) -> list[ast.expr | None]:
    return [*(argument.annotation for argument in _arguments(function)), function.returns]


def _parameters(function: ast.FunctionDef) -> list[str]:
    names = [argument.arg for argument in _arguments(function)]
    if function.args.vararg:
        names.append(f"*{function.args.vararg.arg}")
    if function.args.kwarg:
        names.append(f"**{function.args.kwarg.arg}")
    return [name for name in names if name not in ("self", "cls")]


def _assigned(init: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Name and type of the attributes that ``__init__`` sets."""
    types = {argument.arg: _type(argument.annotation) for argument in _arguments(init)}
    for node in ast.walk(init):
        match node:
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                yield name, _type(node.annotation)
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value
            ):
                match value:
                    case ast.Name(id=parameter):
                        yield name, types.get(parameter, "")
                    case ast.Call(
                        func=ast.Name(id="tuple" | "list" | "dict" as called),
                        args=[ast.Name(id=parameter)],
                    ):
                        yield name, re.sub(r"^\w+", called, types.get(parameter, ""))
                    case ast.Call(func=ast.Name(id=called)) if called[0].isupper():
                        yield name, called
                    case _:
                        yield name, ""


def _cut(rows: list[str], limit: int) -> list[str]:
    return rows if len(rows) <= limit else [*rows[: limit - 1], f"… {len(rows) - limit + 1} more"]
