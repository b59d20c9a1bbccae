"""``docs/parity.md`` says what is true."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

HERE = Path(__file__).parents[2] / "docs" / "parity"
AGAIN = "run `python docs/parity/make_parity.py`"


@pytest.fixture(scope="module")
def parity(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The script that writes the table."""
    sys.path.insert(0, str(HERE))
    try:
        import make_parity
    finally:
        sys.path.remove(str(HERE))
    return make_parity


def changed(before: str, after: str) -> list[str]:
    """The lines of one text that are not in another, a few of them."""
    missing = set(after.splitlines()) - set(before.splitlines())
    return sorted(missing)[:10]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not torch.__version__.startswith("2.13"), reason="the names are those of 2.13")
def test_the_list_of_names_is_pytorchs(parity: Any) -> None:
    used = {each.name: each.used for each in parity.known_names()}
    made, kept = parity.names_text(parity.torch_names(used)), parity.NAMES.read_text("utf-8")
    assert made == kept, f"{AGAIN} --names; for example {changed(kept, made)}"


@pytest.mark.filterwarnings("ignore")
def test_the_table_is_what_the_packages_are(parity: Any) -> None:
    made = parity.table_text(parity.rows(parity.known_names()))
    kept = parity.TABLE.read_text("utf-8")
    assert made == kept, f"{AGAIN}; for example {changed(kept, made)}"


@pytest.mark.filterwarnings("ignore")
def test_nothing_that_many_programs_use_is_missing(parity: Any) -> None:
    missing = {1: [], 2: []}
    for row in parity.rows([name for name in parity.known_names() if name.used]):
        if row.state == "missing":
            missing[row.name.used].append(row.name.name)
    assert missing[2] == []
    assert missing[1] == []


def test_differences_are_of_names_that_there_are(parity: Any) -> None:
    names = {each.name for each in parity.known_names()}
    stated = tomllib.loads(parity.DIFFERENCES.read_text("utf-8"))["differs"]
    assert set(stated) <= names
