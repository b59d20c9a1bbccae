"""Where the figures come from: the machine, the libraries, the commit, the load."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from benchmarks.side import ROOT, Side, SideError

PACKAGES = ("numpy", "torch", "jax")


def describe_environment() -> dict[str, Any]:
    """All that figures depend on, as far as it can be asked for."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "allowed_cores": len(psutil.Process().cpu_affinity()),
        "memory_bytes": psutil.virtual_memory().total,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "blas": {name: _libraries(name) for name in ("graphnet", "torch")},
        "load": round(os.getloadavg()[0], 2),
    }


def commit() -> str:
    """The commit that is checked out, marked with ``+`` if files differ from it."""
    try:
        name = _git("rev-parse", "--short=10", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*words: str) -> str:
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _cpu_model() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _libraries(framework: str) -> Any:
    """The libraries that compute in a worker, with the kernels they chose."""
    with Side(threads=1) as side:
        try:
            side.ask("load", framework=framework, threads=1)
            return side.ask("libraries")
        except SideError as error:
            return str(error)


class OthersLoad:
    """How many cores were kept busy by others than this process and its workers.

    With hyper-threads or in a container that sees the host's counters this is an upper bound.
    """

    def __init__(self, workers: list[int]) -> None:
        self.processes = [psutil.Process(), *(psutil.Process(pid) for pid in workers)]
        self.cores = 0.0

    def __enter__(self) -> Self:
        self._began = self._seconds()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            elapsed, all_, own = (b - a for a, b in zip(self._began, self._seconds(), strict=True))
            self.cores = max(0.0, all_ - own) / max(elapsed, 1e-9)

    def _seconds(self) -> tuple[float, float, float]:
        times = psutil.cpu_times()
        busy = sum(times) - times.idle - getattr(times, "iowait", 0.0)
        own = sum(sum(process.cpu_times()[:2]) for process in self.processes)
        return time.perf_counter(), busy, own
