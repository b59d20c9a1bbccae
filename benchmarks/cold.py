"""What a program costs before it trains: importing, the first step, memory, disk."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from benchmarks.progress import Progress, untold
from benchmarks.side import ROOT, Side, SideError, environment_of

MEGABYTE = 1e6
WORKLOAD = "mlp"
FRAMEWORKS = ("graphnet", "torch")
IMPORT = """
from time import perf_counter
began = perf_counter()
import {package}
print(perf_counter() - began)
"""


def measure_cold(starts: int, progress: Progress = untold) -> list[Figure]:
    """Every start is a fresh process that finds bytecode; the two packages start in turns."""
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in FRAMEWORKS}
    with tempfile.TemporaryDirectory() as folder:
        # Bytecode is kept there even where the user has Python write none.
        variables = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        try:
            for number in range(starts + 1):
                progress("fresh processes", number / (starts + 1))
                for framework, rows in found.items():
                    row = _start(framework, variables)
                    if number:  # the first start compiles the modules
                        rows.append(row)
        except (SideError, subprocess.CalledProcessError) as error:
            return [Figure("import", "ms", note=str(error)), *installed_sizes()]
    ours, theirs = (
        [median(each) for each in zip(*found[name], strict=True)] for name in FRAMEWORKS
    )
    labels = (
        ("import", "ms"),
        (f"start to the end of the first step ({WORKLOAD})", "ms"),
        (f"peak memory of that process ({WORKLOAD})", "MB"),
    )
    figures = [
        Figure(name, unit, mine, other)
        for (name, unit), mine, other in zip(labels, ours, theirs, strict=True)
    ]
    return figures + installed_sizes()


def _start(framework: str, variables: dict[str, str]) -> tuple[float, float, float]:
    """Milliseconds of the import and until the first step has ended, and megabytes at the peak."""
    imported = subprocess.run(
        [sys.executable, "-c", IMPORT.format(package=framework)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment_of(1) | variables,
    )
    began = time.perf_counter()
    with Side(1, variables=variables) as side:
        side.ask("load", framework=framework, threads=1)
        side.ask("build", workload=WORKLOAD, options={})
        side.ask("first", steps=1)
        first = time.perf_counter() - began
        peak = side.ask("memory")["peak"]
    return float(imported.stdout) * 1e3, first * 1e3, peak / MEGABYTE


def installed_sizes() -> list[Figure]:
    """The files of both packages, alone and with all that they require."""
    own = sum(path.stat().st_size for path in (ROOT / "graphnet").rglob("*.py")) / MEGABYTE
    torch = required(["torch"])
    alone = (own, size_of({"torch"} & torch) or None)
    whole = (
        own + size_of(required(_dependencies())),
        size_of(torch | {"numpy"}) if torch else None,
    )
    return [
        Figure("installed, the package alone", "MB", *alone),
        Figure("installed, with all it requires", "MB", *whole),
    ]


def required(names: Iterable[str]) -> set[str]:
    """The distributions that these need, themselves included, as far as they are installed."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            requirements = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        waiting += [_name(each) for each in requirements if "extra ==" not in each]
    return found


def size_of(names: Iterable[str]) -> float:
    """The megabytes of the files of distributions, without compiled Python."""
    files = (file for name in names for file in distribution(name).files or ())
    paths = (Path(os.fspath(file.locate())) for file in files if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file()) / MEGABYTE


def _dependencies() -> list[str]:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [_name(each) for each in project["dependencies"]]


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
