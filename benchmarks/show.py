"""Prints a report, or what changed between two."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from benchmarks.history import appeared, changes
from benchmarks.result import Report, warnings_of
from benchmarks.table import change_table, figure_table, notes, shares_table, speed_table

TITLES = {
    "memory": "Peak memory beyond that of the bare import",
    "cold": "Cold start",
    "scaling": "Scaling",
    "overhead": "Overhead",
}


def show_report(console: Console, report: Report) -> None:
    """All tables of a report, with the notes of their rows below each."""
    _show_environment(console, report)
    if report.results:
        console.print(speed_table(report.results))
        _show_lines(console, notes(report.results))
    if report.shares:
        console.print(shares_table(report.shares))
        _show_lines(console, notes(report.shares))
    for name, figures in report.figures.items():
        console.print(figure_table(TITLES[name], figures))
        _show_lines(console, notes(figures))
    for warning in warnings_of(report):
        console.print(warning, style="bold yellow")


def show_changes(console: Console, before: Report, after: Report) -> None:
    """What changed beyond noise between two reports, and what has come."""
    names = [report.environment["commit"] for report in (before, after)]
    found, new = changes(before, after), appeared(before, after)
    console.print(f"{names[0]} → {names[1]}: {len(found)} of {len(after.results)} changed")
    if before.environment["cpu"] != after.environment["cpu"]:
        console.print("They were measured on different machines.", style="bold yellow")
    if found:
        console.print(change_table(found))
    for result in new:
        console.print(f"new: {result.workload} / {result.peer}, threads: {result.threads}")


def _show_environment(console: Console, report: Report) -> None:
    facts = report.environment
    versions = ", ".join(f"{name} {found}" for name, found in facts["versions"].items() if found)
    console.print(
        f"commit {facts['commit']} on {facts['cpu']}, {facts['allowed_cores']} of {facts['cores']} "
        f"cores, Python {facts['python']}, {versions}; load {facts['load']}",
        highlight=False,
    )
    for framework, libraries in facts["blas"].items():
        console.print(f"{framework} computes with {_words(libraries)}", highlight=False)


def _words(libraries: Any) -> str:
    """Names, versions and kernels of libraries, or why they are not known."""
    if isinstance(libraries, str):
        return libraries
    loaded = [
        f"{each['internal_api']} {each['version']} ({each['architecture']})"
        for each in libraries["loaded"]
        if each["user_api"] == "blas"
    ]
    return ", ".join(libraries["built_in"] or loaded)


def _show_lines(console: Console, lines: list[str]) -> None:
    for line in lines:
        console.print(line, style="yellow", highlight=False)
