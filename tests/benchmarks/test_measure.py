"""A comparison, with sides whose speed and results are made up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks import measure
from benchmarks.measure import Effort, compare
from benchmarks.side import SideError

EFFORT = Effort(block=1.0, rounds=5, patience=1e9, warm_up=0.0)
SPEED = {"graphnet": 0.001, "torch": 0.002}


class FakeSide:
    """Takes as long as SPEED says, and writes down its turns."""

    turns: list[tuple[str, int]]
    results: dict[str, float]
    missing = ""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.process = type("Process", (), {"pid": 1})
        self.name = ""

    def __enter__(self) -> FakeSide:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def ask(self, do: str, **given: Any) -> Any:
        return getattr(self, do)(**given)

    def load(self, framework: str, threads: int) -> None:
        self.name = framework
        if framework == self.missing:
            raise SideError(f"ModuleNotFoundError: No module named '{framework}'")

    def configure(self, settings: dict[str, Any]) -> None:
        pass

    def build(self, workload: str, options: dict[str, Any]) -> None:
        pass

    def first(self, steps: int, path: str) -> list[float]:
        np.savez(path, result=np.array([self.results[self.name]]))
        return [0.5, 0.25, *[SPEED[self.name]] * (steps - 2)]

    def run(self, steps: int) -> float:
        self.turns.append((self.name, steps))
        return steps * SPEED[self.name]


@pytest.fixture
def side(monkeypatch: pytest.MonkeyPatch) -> type[FakeSide]:
    class Fresh(FakeSide):
        turns: list[tuple[str, int]] = []  # noqa: RUF012  # one list for the sides of a test
        results = {"graphnet": 1.0, "torch": 1.0}  # noqa: RUF012  # likewise

    class Idle:
        cores = 0.0

        def __init__(self, workers: list[int]) -> None:
            pass

        def __enter__(self) -> Idle:
            return self

        def __exit__(self, *error: object) -> None:
            pass

    monkeypatch.setattr(measure, "Side", Fresh)
    monkeypatch.setattr(measure, "OthersLoad", Idle)
    return Fresh


def test_the_figures_are_those_of_the_sides(side: type[FakeSide]) -> None:
    found = compare("mlp", "torch", 1, EFFORT)
    assert found.ratio == found.low == found.high == pytest.approx(2.0)
    assert (found.ours_us, found.theirs_us) == (pytest.approx(1e3), pytest.approx(2e3))
    assert found.compile_s == pytest.approx(0.75 - 0.002)
    assert found.break_even == 748
    assert (found.correct, found.pairs, found.note) == (True, 10, "")


def test_turns_are_ours_theirs_theirs_ours_in_blocks_as_long_as_wanted(
    side: type[FakeSide],
) -> None:
    found = compare("mlp", "torch", 1, EFFORT)
    timed = side.turns[-20:]
    assert [name for name, _ in timed] == ["graphnet", "torch", "torch", "graphnet"] * 5
    assert {steps for _, steps in timed} == {1000}  # a second of the faster side
    assert found.steps == 1000


def test_both_sides_take_equally_many_steps(side: type[FakeSide]) -> None:
    compare("mlp", "torch", 1, EFFORT)
    taken = {
        name: [steps for who, steps in side.turns if who == name] for name in ("graphnet", "torch")
    }
    assert taken["graphnet"] == taken["torch"]


def test_wrong_results_have_no_time(side: type[FakeSide]) -> None:
    side.results["graphnet"] = 1.1
    found = compare("mlp", "torch", 1, EFFORT)
    assert found.correct is False
    assert found.ratio is found.ours_us is found.theirs_us is None
    assert "differs from torch: result" in found.note
    assert side.turns == []


def test_a_peer_that_is_not_there_is_a_row(side: type[FakeSide]) -> None:
    side.missing = "torch"
    found = compare("mlp", "torch", 1, EFFORT)
    assert found.ratio is found.correct is None
    assert found.note == "torch: ModuleNotFoundError: No module named 'torch'"


def test_the_noise_floor_is_torch_twice(side: type[FakeSide]) -> None:
    found = compare("mlp", "A/A", 1, EFFORT)
    assert found.ratio == pytest.approx(1.0)
    assert {name for name, _ in side.turns} == {"torch"}


def test_long_steps_make_do_with_fewer_rounds(side: type[FakeSide]) -> None:
    impatient = Effort(block=1.0, rounds=50, patience=30.0, warm_up=0.0)
    assert compare("mlp", "torch", 1, impatient).pairs == 2 * 5  # a round takes 6 s
