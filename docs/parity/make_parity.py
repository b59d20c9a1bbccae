"""Writes ``docs/parity.md``: which of PyTorch's names are there, and whether they are called alike.

::

    python docs/parity/make_parity.py           # the table, from names.tsv and this package
    python docs/parity/make_parity.py --names   # names.tsv too, from the torch that is installed

``names.tsv`` holds what PyTorch offers, and how it is called. ``differences.toml``
holds what is known to differ, and how.
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from names import NAMESPACES, public_names, resolve  # noqa: E402  # the folder is no package
from signatures import Form, Parameter, agree, forms_of, shown, without_first  # noqa: E402

NAMES = HERE / "names.tsv"
DIFFERENCES = HERE / "differences.toml"
TABLE = HERE.parent / "parity.md"

HEAD = """\
# What of PyTorch is here

Every public name of PyTorch {version}'s namespaces, and what it is here. Written by
[`parity/make_parity.py`](parity/make_parity.py) from introspection of both packages; a test keeps
it so. That results agree is tested elsewhere: [`tests/parity`](../tests/parity) runs both packages
side by side. What they make of whole programs of other people's is in [Programs](programs.md).

* **works**: it is there, and nothing is known to differ.
* **differs**: it is there, and differs in what stands beside it.
* **refuses**: it is there, and raises an error that says what it is and what to do instead.
* **missing**: there is no such name; a program that asks for it is told so by its torch name.

A signature is **equal** if names, order and defaults of the parameters are PyTorch's. PyTorch has
many functions in C++, whose documentation shows calls: each of these must mean the same.
It is **–** where there is none to compare. A dot (•) marks names that public programs use often.

"""


@dataclass(frozen=True)
class Name:
    """What PyTorch has under a name.

    Attributes:
        name: dotted, from ``torch`` on.
        used: 2 if many public programs use it, 1 if some do.
        forms: the ways of calling it.
        by_lines: whether they were read from its documentation.
    """

    name: str
    used: int
    forms: tuple[Form, ...]
    by_lines: bool


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: Name
    state: str
    how: str
    signature: str


# ---------------------------------------------------------------------- what PyTorch has


def known_names() -> list[Name]:
    """Those of ``names.tsv``."""
    lines = NAMES.read_text("utf-8").splitlines()[1:]
    return [_from_line(line) for line in lines]


def _from_line(line: str) -> Name:
    name, used, by_lines, forms = line.split("\t")
    read = tuple(tuple(Parameter(*each) for each in form) for form in json.loads(forms))
    return Name(name, int(used), read, by_lines == "lines")


def torch_names(used: dict[str, int]) -> Iterator[Name]:
    """What the torch that is installed offers."""
    for namespace in NAMESPACES:
        for last in public_names(namespace):
            name = f"{namespace}.{last}"
            thing = resolve("torch", name)
            forms = tuple(_forms(namespace, last, thing)) if callable(thing) else ()
            yield Name(name, used.get(name, 0), forms, _is_native(thing))


def _forms(namespace: str, last: str, thing: Any) -> list[Form]:
    """The ways of calling something; the documentation of functions is more exact than methods'."""
    function = getattr(resolve("torch", "torch"), last.rstrip("_"), None)
    if namespace == "torch.Tensor" and _is_native(thing) and function is not None:
        found = forms_of(f"torch.{last.rstrip('_')}", function)
        if found:
            return [without_first(form) for form in found]
    return forms_of(f"{namespace}.{last}", thing)


def _is_native(thing: Any) -> bool:
    try:
        inspect.signature(thing)
    except (TypeError, ValueError):
        return True
    return False


def names_text(names: Iterable[Name]) -> str:
    """``names.tsv``."""
    lines = ["name\tused\tread from\tforms"]
    for each in names:
        forms = [[[p.name, p.default, p.kind] for p in form] for form in each.forms]
        source = "lines" if each.by_lines else "signature"
        lines.append(f"{each.name}\t{each.used}\t{source}\t{json.dumps(forms)}")
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------- what is here


def rows(names: Iterable[Name]) -> list[Row]:
    """What each name is here."""
    differences: dict[str, str] = tomllib.loads(DIFFERENCES.read_text("utf-8"))["differs"]
    return [_row(each, differences.get(each.name)) for each in names]


def _row(name: Name, difference: str | None) -> Row:
    try:
        thing = resolve("graphnet", name.name)
    except (AttributeError, ImportError):
        return Row(name, "missing", "", "–")
    refusal = getattr(thing, "refusal", None)
    if isinstance(refusal, str):
        return Row(name, "refuses", refusal, "–")
    state = "works" if difference is None else "differs"
    return Row(name, state, difference or "", _signature(name, thing))


def _signature(name: Name, thing: Any) -> str:
    if not name.forms or not callable(thing):
        return "–"
    ours = forms_of(name.name, thing)
    if ours and _space(name.name) == "torch.Tensor":
        ours = [without_first(form) for form in ours]
    return "equal" if ours and agree(ours[0], name.forms, name.by_lines) else "differs"


# ---------------------------------------------------------------------- the table


def table_text(found: list[Row]) -> str:
    """``parity.md``."""
    parts = [HEAD.format(version="2.13"), *_summary(found)]
    for namespace in NAMESPACES:
        parts += ["", f"## {namespace}", "", "| name | here | signature |", "|---|---|---|"]
        parts += [_line(row) for row in found if _space(row.name.name) == namespace]
    return "\n".join(parts) + "\n"


def _summary(found: list[Row]) -> Iterator[str]:
    yield "| namespace | names | works | differs | refuses | missing | signatures equal |"
    yield "|---|---|---|---|---|---|---|"
    for namespace in NAMESPACES:
        yield _totals(f"`{namespace}`", [r for r in found if _space(r.name.name) == namespace])
    yield _totals("**all**", found)
    yield _totals("all that many programs use", [row for row in found if row.name.used == 2])
    yield _totals("all that some programs use", [row for row in found if row.name.used == 1])


def _totals(label: str, found: list[Row]) -> str:
    states = Counter(row.state for row in found)
    signatures = Counter(row.signature for row in found)
    counts = (states[state] for state in ("works", "differs", "refuses", "missing"))
    compared = signatures["equal"] + signatures["differs"]
    cells = [label, str(len(found)), *map(str, counts), f"{signatures['equal']} of {compared}"]
    return f"| {' | '.join(cells)} |"


def _space(name: str) -> str:
    return name.rpartition(".")[0]


def _line(row: Row) -> str:
    mark = " •" if row.name.used else ""
    how = f": {row.how}" if row.how else ""
    signature = row.signature
    if signature == "differs":
        signature = f"differs from `{shown(row.name.forms)}`".replace("|", "\\|")
    return f"| `{row.name.name.rpartition('.')[2]}`{mark} | {row.state}{how} | {signature} |"


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--names", action="store_true", help="read PyTorch's names again")
    if parser.parse_args().names:
        used = {each.name: each.used for each in known_names()} if NAMES.exists() else {}
        NAMES.write_text(names_text(torch_names(used)), "utf-8")
    TABLE.write_text(table_text(rows(known_names())), "utf-8")


if __name__ == "__main__":
    main()
