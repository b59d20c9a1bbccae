"""Every ``>>>`` example of the docstrings, of README.md and of docs/ prints what it says.

``torch`` is bound to graphnet, as for a reader who typed ``import graphnet as torch``; a docstring
also sees the names of its own module. Output is compared to the character unless an example asks
for a doctest option. Examples run in an empty folder, so they may write files.
"""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

import graphnet

ROOT = Path(__file__).parents[1]
PROMPT = re.compile(r"^\s*>>> ", re.MULTILINE)
FENCE = re.compile(r"^ *(```|~~~)")


def with_examples(*paths: Path) -> list[Path]:
    """Those of the files that contain a doctest prompt."""
    return sorted(
        path for path in paths if path.exists() and PROMPT.search(path.read_text("utf-8"))
    )


MODULES = with_examples(*(ROOT / "graphnet").rglob("*.py"))
PAGES = with_examples(ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(tests: list[doctest.DocTest]) -> str:
    """Run the examples; return the report of those that failed."""
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.REPORT_UDIFF)
    report: list[str] = []
    for test in tests:
        runner.run(test, out=report.append)
    return "".join(report)


class Finder(doctest.DocTestFinder):
    """Finds a class also where it is defined, if it gives the package as its module."""

    def _from_module(self, module: Any, object: Any) -> bool:
        if isinstance(object, type) and object.__module__ == graphnet.__name__:
            return object.__init__.__module__ == module.__name__
        return bool(super()._from_module(module, object))  # type: ignore[misc]  # doctest has it


def examples_of_module(path: Path) -> list[doctest.DocTest]:
    """The examples of every docstring of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = importlib.import_module(".".join(part for part in parts if part != "__init__"))
    for lazy in graphnet._LAZY.values():  # a package grows when something in it is imported late
        importlib.import_module(lazy.partition(":")[0])
    return Finder().find(module, extraglobs={"torch": graphnet})


def code_only(text: str) -> str:
    """A Markdown page with every line outside fenced code emptied, so that line numbers stay."""
    lines, inside = [], False
    for line in text.splitlines():
        fence = FENCE.match(line) is not None
        lines.append(line if inside and not fence else "")
        inside ^= fence
    return "\n".join(lines) + "\n"


def examples_of_page(path: Path) -> doctest.DocTest:
    """The examples of a Markdown page; they run in one namespace, from top to bottom."""
    return doctest.DocTestParser().get_doctest(
        code_only(path.read_text("utf-8")),
        globs={"torch": graphnet, "__name__": "__main__"},
        name=relative(path),
        filename=str(path),
        lineno=0,
    )


@pytest.fixture(autouse=True)
def as_for_a_reader(tmp_path: Path, fresh_trace: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and the settings that other tests change."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(graphnet.config, "patience", 0)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_examples_of_module(path: Path) -> None:
    tests = examples_of_module(path)
    found = sum(len(test.examples) for test in tests)
    written = len(PROMPT.findall(path.read_text("utf-8")))
    assert found >= written, f"doctest finds {found} of the {written} examples of {relative(path)}"
    report = run(tests)
    assert not report, report


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_examples_of_page(path: Path) -> None:
    report = run([examples_of_page(path)])
    assert not report, report


PAGE = """\
Text with >>> in it.

```python
>>> torch.__name__
'{name}'
```
"""


def test_a_wrong_example_is_reported_with_its_line(tmp_path: Path) -> None:
    def report(name: str) -> str:
        text = code_only(PAGE.format(name=name))
        test = doctest.DocTestParser().get_doctest(text, {"torch": graphnet}, "page", "page.md", 0)
        return run([test])

    assert report("graphnet") == ""
    assert 'File "page.md", line 4' in report("torch")
