"""What holds for every test: one BLAS thread, no display, a fresh trace, no draws by the clock."""

import os
from collections.abc import Iterator
from typing import Any

# Test processes share the cores, and results must not depend on how many there are. These are
# read when numpy, torch and matplotlib are first imported, which is after this file.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says nothing on a busy machine. Continuous integration draws the same
# examples every time; elsewhere each run draws new ones.
settings.register_profile(
    "graphnet",
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("graphnet")


@pytest.fixture(autouse=True)
def fresh_trace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test finds compiled what an earlier one ran, nor branches where that one went.

    What runs a second time is compiled: a loop of three is interpreted, compiled and replayed.
    """
    from graphnet.config import config
    from graphnet.trace.recorder import Recorder, recording

    monkeypatch.setattr(config, "patience", 1)
    with recording(Recorder()):
        yield


_begun: dict[str, dict[str, Any]] = {}


@pytest.fixture(autouse=True)
def same_numbers_in_any_order(request: pytest.FixtureRequest) -> None:
    """A module's generator ``RANDOM`` starts anew, whatever ran before in the same process."""
    random = getattr(request.module, "RANDOM", None)
    if random is not None:
        states = random.bit_generator
        states.state = _begun.setdefault(request.module.__name__, states.state)
