"""What graphnet and PyTorch cost before they compute anything, and while they train.

Installed size (with everything the package requires), time to import, and the peak memory of a
process that trains the 784-128-10 network. Every import and every training run is a process of its
own; imports are taken in turns::

    python docs/evaluation/footprint.py        # needs torch
"""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 15
MEGABYTE = 1e6
COMPILED = tempfile.TemporaryDirectory()
"""Where Python keeps the bytecode of both packages."""

TRAINING = """
import resource
import {package} as torch
torch.set_num_threads(1)
nn = torch.nn
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
x, y = torch.randn(64, 784), torch.zeros(64, dtype=torch.int64)
for _ in range(300):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run(program: str) -> str:
    """What a new Python process prints."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": COMPILED.name}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment
    ).stdout


def import_times(programs: dict[str, str]) -> dict[str, float]:
    """The median CPU time of a process that runs each program, taken in turns."""
    times: dict[str, list[float]] = {name: [] for name in programs}
    for program in programs.values():
        run(program)  # Python compiles the modules to bytecode, which later imports find
    for _ in range(ROUNDS):
        for name, program in programs.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run(program)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            times[name].append(used)
    return {name: statistics.median(each) for name, each in times.items()}


def required(names: list[str]) -> set[str]:
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
        waiting += [
            re.split(r"[^\w.-]", each, maxsplit=1)[0]
            for each in requirements
            if "extra ==" not in each
        ]
    return found


def size_of(names: set[str]) -> float:
    """The size of the files of distributions, in bytes, without compiled Python."""
    total = 0
    for name in names:
        for file in distribution(name).files or ():
            path = Path(os.fspath(file.locate()))
            if path.suffix != ".pyc" and path.is_file():
                total += path.stat().st_size
    return total


def dependencies() -> list[str]:
    """What graphnet requires, read from its metadata."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [re.split(r"[^\w.-]", each, maxsplit=1)[0] for each in project["dependencies"]]


def main() -> None:
    """Print the table."""
    needs = required(dependencies())
    own = sum(path.stat().st_size for path in (ROOT / "graphnet").rglob("*.py"))
    alone = {"graphnet": own, "PyTorch": size_of({"torch"})}
    whole = {"graphnet": own + size_of(needs), "PyTorch": size_of(required(["torch", "numpy"]))}
    times = import_times(
        {"": "", "numpy": "import numpy", "graphnet": "import graphnet", "PyTorch": "import torch"}
    )
    memory = {
        name: int(run(TRAINING.format(package=package))) * 1024
        for name, package in (("graphnet", "graphnet"), ("PyTorch", "torch"))
    }
    print("| | graphnet | PyTorch |")
    print("|---|---:|---:|")
    for words, row in (("installed, the package", alone), ("with all it requires", whole)):
        mine, other = (f"{row[name] / MEGABYTE:,.1f} MB" for name in ("graphnet", "PyTorch"))
        print(f"| {words} | {mine} | {other} |")
    mine, other = (f"{(times[name] - times['']) * 1e3:.0f} ms" for name in ("graphnet", "PyTorch"))
    numpy = (times["numpy"] - times[""]) * 1e3
    print(f"| import, CPU time (of which numpy {numpy:.0f} ms) | {mine} | {other} |")
    mine, other = (f"{memory[name] / MEGABYTE:.0f} MB" for name in ("graphnet", "PyTorch"))
    print(f"| peak memory of the training process | {mine} | {other} |")


if __name__ == "__main__":
    main()
