"""The workloads, one file each: the same source for every framework that has PyTorch's API.

``build(torch)`` gets the module that stands for ``torch``, graphnet or torch, and returns a
:class:`~benchmarks.program.Program`. It draws weights and data from ``torch.manual_seed``, so that
both sides start from the same numbers. ``build_jax(jax)`` is the twin in jax, where there is one.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

WORKLOADS = (
    "expr",
    "seed-mlp",
    "mlp",
    "mlp-adam",
    "wide",
    "cnn",
    "resnet",
    "lstm",
    "gpt",
    "gpt-generate",
    "dynamic",
    "look",
    "scalar-loop",
    "mlp-forward",
    "cnn-forward",
    "gpt-forward",
)
"""What is timed unless workloads are named."""


def module_of(workload: str) -> ModuleType:
    """The module that builds a workload: ``seed-mlp`` is in ``seed_mlp.py``."""
    return import_module(f"{__name__}.{workload.replace('-', '_')}")


def describe(workload: str) -> str:
    """The first line of a workload's docstring."""
    return (module_of(workload).__doc__ or "").split("\n", maxsplit=1)[0]
