"""What counts as the same output."""

from __future__ import annotations

import pytest

from tests.parity.printed import difference

LOSSES = [f"step {step} loss {1 / (step + 1):.4f}" for step in range(60)]


def changed(*lines: tuple[int, str]) -> list[str]:
    """The losses, with other lines in some places."""
    return [dict(lines).get(step, line) for step, line in enumerate(LOSSES)]


@pytest.mark.parametrize(
    "ours",
    [
        pytest.param(LOSSES, id="equal"),
        pytest.param(changed((2, "step 2 loss 0.3334")), id="a boundary of rounding"),
        pytest.param(changed((50, "step 50 loss 0.0197")), id="a late digit"),
        pytest.param(changed((9, "step 9  loss   0.1000")), id="spaces"),
    ],
)
def test_the_same(ours: list[str]) -> None:
    assert difference(ours, LOSSES) is None


@pytest.mark.parametrize(
    ("ours", "line"),
    [
        (changed((2, "step 2 loss 0.3335")), 3),
        (changed((10, "step 10 loss 0.0910"), (12, "step 12 loss 0.0771")), 13),
        (changed((4, "step 4 lost 0.2000")), 5),
        (changed((4, "step 5 loss 0.2000")), 5),
        (changed((30, "step 30 loss 0")), 31),
        (changed((30, "step 30 loss nan")), 31),
        (LOSSES[:50], 51),
        ([*LOSSES, "more"], 61),
    ],
)
def test_the_first_line_that_differs_is_shown(ours: list[str], line: int) -> None:
    found = difference(ours, LOSSES)
    assert found is not None
    assert found.startswith(f"line {line} differs\n  graphnet: ")


def test_a_neighbour_now_and_then_is_rounding_and_many_are_not() -> None:
    two = changed((1, "step 1 loss 0.5001"), (2, "step 2 loss 0.3334"))
    assert difference(two, LOSSES) == (
        "of 60 decimals these differ: 0.5001 for 0.5000, 0.3334 for 0.3333"
    )


def test_steps_are_read_from_the_latest_line_that_names_one() -> None:
    lines = ["Epoch: 12 [1/60]", "loss 1.0000", "other network, epoch 1", "loss 1.0000"]
    assert difference([lines[0], "loss 1.0009", *lines[2:]], lines) is None
    assert difference([*lines[:3], "loss 1.0009"], lines) is not None
