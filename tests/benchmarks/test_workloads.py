"""Every workload builds, steps and can be looked at under graphnet."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.frameworks import Graphnet
from benchmarks.workloads import WORKLOADS, describe, scalar_loop

OFFERED = [*WORKLOADS, "deep"]


@pytest.fixture
def framework() -> Graphnet:
    made = Graphnet()
    made.load(threads=1)
    return made


@pytest.mark.parametrize("workload", OFFERED)
def test_a_workload_steps(
    workload: str, framework: Graphnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scalar_loop, "ROUNDS", 50)
    if workload == "lstm" and not hasattr(framework.module.nn, "LSTM"):
        with pytest.raises(AttributeError, match="LSTM"):
            framework.build(workload, {})
        return
    program = framework.build(workload, {})
    results = program.step()
    framework.settle(program, results)
    seen = framework.arrays(results) + framework.output(program)
    assert seen
    assert all(np.isfinite(array).all() for array in seen)
    gradients = framework.gradients(program)
    assert bool(gradients) == (program.model is not None)
    assert all(np.isfinite(array).all() and array.any() for array in gradients.values())


@pytest.mark.parametrize("workload", ["seed-mlp", "mlp", "mlp-adam"])
def test_training_changes_the_loss(workload: str, framework: Graphnet) -> None:
    program = framework.build(workload, {})
    losses = [float(framework.arrays(program.step())[0]) for _ in range(9)]
    assert losses[8] < losses[0]  # the same batch, eight steps later


def test_programs_of_two_builds_are_the_same(framework: Graphnet) -> None:
    one, other = (framework.build("dynamic", {}) for _ in range(2))
    for _ in range(4):
        np.testing.assert_array_equal(
            framework.arrays(one.step())[0], framework.arrays(other.step())[0]
        )


@pytest.mark.parametrize("workload", OFFERED)
def test_a_workload_is_described(workload: str) -> None:
    assert describe(workload).endswith(".")
