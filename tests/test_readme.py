"""What README.md says is so: its programs print what it shows, its links lead somewhere.

Its ``>>>`` examples are run by test_doc_examples.py.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")
BLOCK = r"```{}\n((?:(?!```).)*)```\n"
# A program without prompts, and below it, after nothing else, what it prints.
PROGRAMS = re.findall(BLOCK.format("python") + r"\n" + BLOCK.format("text"), TEXT, re.DOTALL)
PAGES = [path for path in ROOT.glob("*.md") if path.is_file()]


def test_there_are_programs() -> None:
    assert PROGRAMS


@pytest.mark.parametrize(("program", "output"), PROGRAMS)
def test_a_program_prints_what_is_shown(program: str, output: str, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "-W", "error", "example.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == output


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (ROOT / target).exists()] == []


def test_the_first_screen_has_exactly_the_two_commands() -> None:
    first = "\n".join(TEXT.splitlines()[:24])
    commands = re.findall(r"^(make \w+|graphnet \w+|pip \w+|python .*)", first, re.MULTILINE)
    assert commands == ["make demo", "make test"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in commands:
        assert re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE)


def test_the_commands_shown_have_only_options_there_are() -> None:
    from graphnet.cli import _parser

    for line in re.findall(r"^graphnet (train .*?)(?:  +#.*)?$", TEXT, re.MULTILINE):
        _parser().parse_args(line.split())
