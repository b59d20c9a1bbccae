"""Results to make tables, charts and histories of."""

from __future__ import annotations

from typing import Any

from benchmarks.figure import Figure
from benchmarks.result import AGAINST_ITSELF, Report, Result
from benchmarks.shares import Shares


def result(workload: str = "mlp", ratio: float = 2.0, spread: float = 0.05, **rest: Any) -> Result:
    """A comparison whose interval is the ratio give or take ``spread`` of it."""
    fields: dict[str, Any] = {
        "peer": "torch",
        "threads": 1,
        "ratio": ratio,
        "low": ratio * (1 - spread),
        "high": ratio * (1 + spread),
        "ours_us": 100.0,
        "theirs_us": 100.0 * ratio,
        "compile_s": 0.02,
        "theirs_compile_s": 0.001,
        "break_even": 200 if ratio > 1 else None,
        "correct": True,
        "pairs": 24,
        "steps": 500,
        "load": 0.0,
    }
    return Result(workload=workload, **fields | rest)


def noise(spread: float = 0.02, threads: int = 1) -> Result:
    """Torch against itself."""
    return result(ratio=1.0, spread=spread, peer=AGAINST_ITSELF, threads=threads)


def report(*results: Result, commit: str = "abc1234567") -> Report:
    """A report with one row of each other kind."""
    environment = {
        "commit": commit,
        "cpu": "a CPU",
        "cores": 2,
        "allowed_cores": 1,
        "python": "3.11.7",
        "versions": {"numpy": "2.4.6", "torch": "2.13.0", "jax": None},
        "blas": {"graphnet": {"loaded": [], "built_in": []}, "torch": "not installed"},
        "load": 0.1,
    }
    shares = Shares("mlp", 1, 700.0, 0.5, 60.0, 75.0, {"relu": 0.3, "recording": 0.2})
    figures = {
        "cold": [Figure("import", "ms", 200.0, 1600.0)],
        "overhead": [Figure("recorder", "µs an operation", 1.5, at_most=1.2)],
    }
    return Report(environment, list(results), [shares], figures)


FAILED = Result("lstm", "jax", 1, note="jax: ModuleNotFoundError: No module named 'jax'")
WRONG = Result("cnn", "torch", 1, correct=False, note="differs from torch: output 0 differs")
