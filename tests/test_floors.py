"""Imports only go down: no module of graphnet imports one that stands on a higher floor."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each floor may import itself and the floors above it in this table. A package brings its modules.
FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "errors",
        "dtypes",
        "devices",
        "config",
        "source",
        "files",
        "grad_mode",
        "refusals",
        "version",
    ),
    ("ir",),
    ("ops",),
    ("passes",),
    ("runtime",),
    ("trace",),
    (
        "_tensor",
        "inplace",
        "subclasses",
        "meta",
        "tensor_types",
        "printing",
        "functions",
        "linalg",
        "random",
        "autograd",
        "safe_globals",
        "serialization",
        "torch_archive",
    ),
    (
        "compat",
        "nn",
        "sparse",
        "special",
        "fft",
        "masked",
        "func",
        "functorch",
        "fx",
        "nested",
        "profiler",
        "_C",
        "types",
        "futures",
        "__config__",
        "_jit_internal",
        "_dynamo",
        "_higher_order_ops",
        "_subclasses",
        "_tensor_str",
        "checks",
        "library",
        "quasirandom",
        "streams",
        "symbolic",
        "_inductor",
        "_utils",
        "signal",
        "optim",
        "utils",
        "vision",
        "viz",
        "accelerator",
        "amp",
        "backends",
        "compiler",
        "cpu",
        "cuda",
        "distributed",
        "distributions",
        "hub",
        "jit",
        "mps",
        "onnx",
        "operators",
        "overrides",
        "function_modes",
        "multiprocessing",
        "settings",
        "testing",
        "xpu",
    ),
    # The namespace that users import, `graphnet` itself, and the command line, which is one.
    ("", "cli", "__main__"),
)
FLOOR_OF = {part: number for number, parts in enumerate(FLOORS) for part in parts}

PACKAGE_FILES = sorted((ROOT / "graphnet").rglob("*.py"))
TEST_FILES = sorted(
    path for path in (ROOT / "tests").rglob("*.py") if "parity" not in path.relative_to(ROOT).parts
)


def module_name(path: Path, root: Path) -> str:
    """The dotted name under which a file below ``root`` is imported."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor_of(module: str) -> int:
    """The floor on which a module of graphnet stands."""
    part = module.partition(".")[2].partition(".")[0]
    if part not in FLOOR_OF:
        raise LookupError(f"{module} stands on no floor: give {part!r} a place in FLOORS")
    return FLOOR_OF[part]


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported anywhere in ``tree``, functions included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(package), names=names):
                yield from ((node.lineno, f"{package}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield node.lineno, module


def upward_imports(path: Path, root: Path, modules: set[str]) -> list[str]:
    """A sentence for each import in ``path`` that goes to a higher floor.

    What is not one of ``modules`` is a name that its parent defines.
    """
    here = floor_of(module_name(path, root))
    found = []
    for line, target in imports(ast.parse(path.read_text("utf-8"))):
        if target.split(".")[0] == "graphnet":
            there = floor_of(target if target in modules else target.rpartition(".")[0])
            if there > here:
                place = path.relative_to(root).as_posix()
                found.append(f"{place}:{line}: floor {here} imports {target} from floor {there}")
    return found


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_a_package_to_check() -> None:
    assert PACKAGE_FILES


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=relative)
def test_module_imports_no_higher_floor(path: Path) -> None:
    modules = {module_name(file, ROOT) for file in PACKAGE_FILES}
    found = upward_imports(path, ROOT, modules)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", PACKAGE_FILES + TEST_FILES, ids=relative)
def test_torch_is_imported_nowhere_but_in_parity_tests(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    found = [line for line, target in imports(tree) if target.split(".")[0] == "torch"]
    assert not found, f"{relative(path)} imports torch in line {', '.join(map(str, found))}"


MODULES = {"graphnet", "graphnet.errors", "graphnet.ops", "graphnet.passes", "graphnet.passes.cse"}


@pytest.mark.parametrize(
    ("source", "target", "floor"),
    [
        ("import graphnet.passes.cse", "graphnet.passes.cse", 3),
        ("from graphnet import passes", "graphnet.passes", 3),
        ("from graphnet import Tensor", "graphnet.Tensor", 8),
        ("from graphnet.passes import cse", "graphnet.passes.cse", 3),
        ("def late():\n    from graphnet.passes.cse import run", "graphnet.passes.cse.run", 3),
        ("import_module('graphnet.passes')", "graphnet.passes", 3),
        ("importlib.import_module('graphnet.passes')", "graphnet.passes", 3),
    ],
)
def test_an_upward_import_is_found(tmp_path: Path, source: str, target: str, floor: int) -> None:
    path = tmp_path / "graphnet" / "ops" / "basic.py"
    path.parent.mkdir(parents=True)
    path.write_text(source)
    line = len(source.splitlines())
    assert upward_imports(path, tmp_path, MODULES) == [
        f"graphnet/ops/basic.py:{line}: floor 2 imports {target} from floor {floor}"
    ]


@pytest.mark.parametrize(
    "source",
    ["from graphnet import errors", "from graphnet.ops import base", "import numpy as np"],
)
def test_imports_of_own_and_lower_floors_are_fine(tmp_path: Path, source: str) -> None:
    path = tmp_path / "graphnet" / "ops" / "basic.py"
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert upward_imports(path, tmp_path, MODULES) == []


def test_a_module_without_a_floor_is_an_error() -> None:
    with pytest.raises(LookupError, match="stands on no floor: give 'surprise'"):
        floor_of("graphnet.surprise.inner")
