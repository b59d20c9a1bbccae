"""Random numbers on GPUs that are not there: ``torch.cuda.random``.

Seeds are taken and kept for nobody, as in PyTorch, so that programs may seed whatever there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphnet.cuda.absent import nothing, without_cuda

__all__ = [
    "get_rng_state",
    "get_rng_state_all",
    "initial_seed",
    "manual_seed",
    "manual_seed_all",
    "seed",
    "seed_all",
    "set_rng_state",
    "set_rng_state_all",
]

manual_seed = nothing("manual_seed", "Seed the present GPU", "seed")
manual_seed_all = nothing("manual_seed_all", "Seed all GPUs", "seed")
seed = nothing("seed", "Seed the present GPU from the operating system")
seed_all = nothing("seed_all", "Seed all GPUs from the operating system")
set_rng_state = nothing("set_rng_state", "Set the random state of a GPU", "new_state", "device")
initial_seed = without_cuda("initial_seed", "The seed of the present GPU")
get_rng_state = without_cuda("get_rng_state", "The random state of a GPU")


def get_rng_state_all() -> list[Any]:
    """The random states of all GPUs: none."""
    return []


def set_rng_state_all(new_states: Iterable[Any]) -> None:
    """Set the random states of all GPUs: raises AssertionError if there is one to set."""
    for _ in new_states:
        get_rng_state()
