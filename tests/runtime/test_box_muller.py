"""The transform of uniform numbers to normal ones."""

from __future__ import annotations

import numpy as np
import pytest

from graphnet.runtime.box_muller import GROUP, normal_groups


def grid(dtype: str) -> np.ndarray[tuple[int, int], np.dtype[np.floating]]:
    """Groups with every 101st radius there is, and angles all around."""
    radii = np.arange(0, 2**24, 101)[: 8 * 20_000].reshape(-1, 8)
    angles = (radii * 7919 + 5) % 2**24
    return (np.concatenate([radii, angles], axis=1) * 2.0**-24).astype(dtype)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 3e-7), ("float64", 2e-15)])
def test_groups_hold_cosines_then_sines(dtype: str, tolerance: float) -> None:
    uniforms = grid(dtype)
    exact = uniforms.astype(np.longdouble)
    radius = np.sqrt(-2 * np.log1p(-exact[:, :8]))
    angle = 2 * np.pi * exact[:, 8:]
    found = normal_groups(uniforms, 0.0, 1.0)
    assert found is uniforms
    # The angle itself is rounded to the type, hence a tolerance relative to the radius.
    error = np.abs(found[:, :8] - radius * np.cos(angle)) / (radius + 1)
    assert error.max() < tolerance * 2 * np.pi
    error = np.abs(found[:, 8:] - radius * np.sin(angle)) / (radius + 1)
    assert error.max() < tolerance * 2 * np.pi


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mean_and_deviation_shift_and_scale(dtype: str) -> None:
    standard = normal_groups(grid(dtype), 0.0, 1.0)
    found = normal_groups(grid(dtype), 3.0, 0.5)
    np.testing.assert_allclose(found, standard * 0.5 + 3.0, rtol=2e-7)


def test_radius_zero_gives_the_mean() -> None:
    uniforms = np.zeros((1, GROUP), np.float32)
    np.testing.assert_array_equal(normal_groups(uniforms, 2.0, 5.0), np.full((1, GROUP), 2.0))


def test_rows_do_not_depend_on_their_neighbours() -> None:
    uniforms = grid("float32")
    row = normal_groups(uniforms[700:701].copy(), 0.0, 1.0)
    np.testing.assert_array_equal(normal_groups(uniforms, 0.0, 1.0)[700:701], row)
