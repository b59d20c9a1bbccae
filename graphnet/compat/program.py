"""Programs, run as Python runs its main program."""

from __future__ import annotations

import builtins
import linecache
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import decode_source, find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Self

from graphnet.compat.substitution import Substitution


class ProgramError(Exception):
    """A program that is not there, or cannot be run."""


@dataclass(frozen=True)
class Program:
    """Source text, and what Python knows about where it is from.

    Attributes:
        source: its text.
        file: the file it was read from.
        spec: what a program that was found as a module was found as; None for a script.
        patched: whether the text is no longer that of the file.
    """

    source: str
    file: str
    spec: ModuleSpec | None = None
    patched: bool = False

    @classmethod
    def from_file(cls, path: str) -> Self:
        """The program in a file, or in the file ``__main__.py`` of a folder.

        Raises:
            ProgramError: it cannot be read.
        """
        file = Path(path).absolute()
        if file.is_dir():
            file /= "__main__.py"
        try:
            return cls(decode_source(file.read_bytes()), str(file))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ProgramError(f"cannot read {file}: {reason}") from error

    @classmethod
    def from_module(cls, name: str) -> Self:
        """The program that is a module, or the module ``__main__`` of a package.

        Raises:
            ProgramError: there is no such module, or it has no source.
        """
        spec = _find(name)
        if spec.submodule_search_locations is not None:
            spec = _find(f"{name}.__main__")
        get_source: Any = getattr(spec.loader, "get_source", None)
        source = get_source(spec.name) if get_source else None
        if source is None or spec.origin is None:
            raise ProgramError(f"the module {spec.name!r} has no source that could be run")
        return cls(source, spec.origin, spec)

    def substitute(self, substitutions: Sequence[Substitution]) -> Self:
        """The program with parts of its text replaced.

        Raises:
            ProgramError: there was nothing to replace.
        """
        source = self.source
        for each in substitutions:
            source, count = each.apply(source)
            if not count:
                raise ProgramError(f"-p: {each.pattern.pattern!r} matches nothing in {self.file}")
        return replace(self, source=source, patched=True) if substitutions else self

    def run(self) -> None:
        """Run it as the main module of this process."""
        if self.patched:
            # Tracebacks, and the lines that graph nodes are from, show what was run.
            lines = self.source.splitlines(keepends=True)
            linecache.cache[self.file] = (len(self.source), None, lines, self.file)
        code = compile(self.source, self.file, "exec", dont_inherit=True)
        main = ModuleType("__main__")
        loader = SourceFileLoader("__main__", self.file) if self.spec is None else self.spec.loader
        vars(main).update(
            __annotations__={},
            __builtins__=builtins,
            __cached__=None,
            __file__=self.file,
            __loader__=loader,
            __package__=None if self.spec is None else self.spec.parent,
            __spec__=self.spec,
        )
        sys.modules["__main__"] = main
        exec(code, vars(main))


def _find(name: str) -> ModuleSpec:
    spec = None
    try:
        spec = find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(f"{error.name}."):
            raise
    if spec is None:
        raise ProgramError(f"No module named {name}")
    return spec


def set_search_path(folder: str) -> None:
    """Let imports look into a folder first, as into that of the program Python was started with."""
    if not sys.flags.safe_path:
        sys.path[0] = folder


def folder_of_script(path: str) -> str:
    """The folder that Python looks into first when it runs a script: links are followed."""
    real = os.path.realpath(path)
    return real if Path(real).is_dir() else str(Path(real).parent)
