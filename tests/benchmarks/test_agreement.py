"""What counts as the same result."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.agreement import (
    GRADIENT_TOLERANCE,
    OUTPUT_TOLERANCE,
    TOLERANCE,
    disagreement,
    distance,
)

NAMES = ("result 0 of step 1", "gradient of weight in step 1", "output 0")


def arrays(**changes: float) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    found = {name: random.standard_normal(100) for name in NAMES}
    for kind, change in changes.items():
        for name in NAMES:
            if name.startswith(kind):
                found[name] = found[name] * (1 + change)
    return found


def test_equal_arrays_agree() -> None:
    assert disagreement(arrays(), arrays()) == ""


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [("result", TOLERANCE), ("output", OUTPUT_TOLERANCE), ("gradient", GRADIENT_TOLERANCE)],
)
def test_each_kind_has_its_tolerance(kind: str, allowed: float) -> None:
    assert disagreement(arrays(**{kind: 0.9 * allowed}), arrays()) == ""
    found = disagreement(arrays(**{kind: 1.1 * allowed}), arrays())
    assert found.startswith(kind)
    assert "allowed" in found


def test_whole_numbers_must_be_equal() -> None:
    found = disagreement({"result 0": np.array([1, 2])}, {"result 0": np.array([1, 3])})
    assert found == "result 0 differs"


def test_nan_agrees_with_nothing() -> None:
    ours, theirs = {"result 0": np.array([np.nan])}, {"result 0": np.array([1.0])}
    assert disagreement(ours, theirs)


def test_shapes_must_be_equal() -> None:
    found = disagreement({"output 0": np.zeros((2, 1))}, {"output 0": np.zeros(2)})
    assert found == "output 0 has shape (2, 1), not (2,)"


def test_what_one_side_lacks_is_named() -> None:
    ours = arrays()
    del ours["output 0"]
    assert disagreement(ours, arrays()) == "only one side has output 0"


def test_a_side_without_any_gradients_is_compared_by_the_rest() -> None:
    ours = {name: array for name, array in arrays().items() if "gradient" not in name}
    assert disagreement(arrays(), ours) == ""
    assert disagreement(arrays(result=1.0), ours).startswith("result")


def test_the_distance_from_nothing_is_a_length() -> None:
    assert distance(np.array([3.0, 4.0]), np.zeros(2)) == 5.0
