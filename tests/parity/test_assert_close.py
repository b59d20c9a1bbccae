"""``torch.testing.assert_close`` finds the same things close."""

from __future__ import annotations

from typing import Any

import pytest

import graphnet

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    "compare",
    [
        lambda t: (t.tensor([1.0, 2.0]), t.tensor([1.0, 2.000001])),
        lambda t: (t.tensor([1.0, 2.0, 3.0]), t.tensor([1.0, 2.1, 3.5])),
        lambda t: (t.tensor([1, 2]), t.tensor([1, 3])),
        lambda t: (t.tensor([1.0]), t.tensor([1.0], dtype=t.float64)),
        lambda t: (t.ones(2), t.ones(3)),
        lambda t: (1.0, 1.1),
        lambda t: ([t.ones(1), 2.0], [t.ones(1), 2.0]),
        lambda t: ([t.ones(1), 2.0], [t.ones(1), 2.5]),
        lambda t: ({"a": t.ones(2)}, {"a": t.zeros(2)}),
        lambda t: ({"a": t.ones(2)}, {"b": t.ones(2)}),
        lambda t: ([1.0], [1.0, 2.0]),
        lambda t: (t.tensor([float("nan")]), t.tensor([float("nan")])),
    ],
)
def test_it_says_the_same(compare: Any) -> None:
    said = []
    for package in (graphnet, torch):
        try:
            package.testing.assert_close(*compare(package))
        except AssertionError as error:
            lines = str(error).splitlines()
            found = [line for line in lines if line.startswith(("Mismatched", "Expected"))]
            said.append([lines[0].split(":")[0], *found])
        else:
            said.append([])
    assert said[0] == said[1]


def test_tolerances_come_together() -> None:
    for package in (graphnet, torch):
        with pytest.raises(ValueError, match="rtol"):
            package.testing.assert_close(1.0, 1.0, rtol=0.1)
        package.testing.assert_close(package.ones(1), package.ones(1) * 1.1, rtol=0.2, atol=0.0)
        with pytest.raises(AssertionError, match="mine"):
            package.testing.assert_close(package.ones(1), package.zeros(1), msg="mine")
