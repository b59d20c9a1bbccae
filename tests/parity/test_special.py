"""Special functions: PyTorch's values, dtypes, gradients and refusals."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines
from tests.parity.gradients import check_gradients

# Each case is another program.
pytestmark = pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")

POSITIVE = ("lgamma", "digamma", "special.entr", "special.bessel_y0", "special.bessel_y1")
EVERYWHERE = (
    *("erfc", "special.erfcx", "special.ndtr", "special.log_ndtr", "special.bessel_j0"),
    *("special.bessel_j1", "i0", "special.i0e", "special.i1", "special.i1e"),
    *("special.spherical_bessel_j0",),
)
BESSEL_K = tuple(
    f"special.{scaled}modified_bessel_k{order}" for scaled in ("", "scaled_") for order in (0, 1)
)
WITHIN = ("erfinv", "special.ndtri")
DIFFERENTIABLE = (
    *("lgamma", "digamma", "special.entr", "erfc", "special.erfcx", "special.ndtr"),
    *("special.log_ndtr", "i0", "special.i0e", "special.i1", "special.i1e", *WITHIN),
)
POLYNOMIALS = (
    *(f"{s}chebyshev_polynomial_{kind}" for s in ("", "shifted_") for kind in "tuvw"),
    *("hermite_polynomial_h", "hermite_polynomial_he"),
    *("laguerre_polynomial_l", "legendre_polynomial_p"),
)

NUMBERS = np.array([0.05, 0.3, 0.5, 0.95, 1.0, 1.7, 2.0, 3.5, 7.25])
EDGES = np.array([np.nan, np.inf, 0.0, 1.0])


@pytest.mark.parametrize("name", [*POSITIVE, *EVERYWHERE, *BESSEL_K, *WITHIN, "special.airy_ai"])
def test_values(name: str) -> None:
    check(f"torch.{name}(x)", x=NUMBERS)
    check(f"torch.{name}(x)", x=NUMBERS.astype(np.float32))
    check(f"torch.{name}(x)", x=np.array([1, 2, 3]))
    check(f"torch.{name}(x)", x=np.array(True))
    check(f"torch.{name}(x)", x=np.zeros((0, 2)))
    check(f"str(torch.{name}(x).dtype)", x=NUMBERS)


@pytest.mark.parametrize("name", EVERYWHERE)
def test_values_below_zero(name: str) -> None:
    check(f"torch.{name}(x)", x=-NUMBERS)


@pytest.mark.parametrize("name", [*POSITIVE, *EVERYWHERE, *WITHIN])
def test_edges(name: str) -> None:
    check(f"torch.{name}(x)", x=EDGES)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients(name: str) -> None:
    x = NUMBERS[:4] if name in WITHIN else NUMBERS
    check_gradients(f"torch.{name}(x)", x=x, second=name not in ("special.i1e", "special.i0e"))


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials(name: str) -> None:
    x, n = np.meshgrid(np.array([-1.5, -1.0, -0.3, 0.0, 0.7, 1.0, 2.0]), np.arange(-1.0, 6.0))
    check(f"torch.special.{name}(x, n)", x=x, n=n)
    check(f"torch.special.{name}(x, 3)", x=x)
    check(f"torch.special.{name}(0.5, n)", n=np.arange(4))


@pytest.mark.parametrize("p", [1, 2, 5])
@pytest.mark.parametrize("name", ["", "special."])
def test_polygamma_and_multivariate_gamma(p: int, name: str) -> None:
    check(f"torch.{name}polygamma({p}, x)", x=NUMBERS)
    call = "special.multigammaln" if name else "mvlgamma"
    check(f"torch.{call}(x, {p})", x=NUMBERS + 3)
    check_gradients(f"torch.{call}(x, {p})", x=NUMBERS + 3)
    check_gradients(f"torch.{name}polygamma({p}, x)", x=NUMBERS)


@pytest.mark.parametrize(
    "code",
    lines(
        """
        torch.polygamma(0, x)
        torch.polygamma(-1, x)
        torch.mvlgamma(x, 0)
        x.polygamma(2)
        x.lgamma_()
        x.digamma_()
        x.polygamma_(1)
        x.mvlgamma_(2)
        x.erfc_()
        x.erfinv_()
        x.i0_()
        x.igamma_(y)
        x.igammac_(y)
        torch.igamma(x, y)
        torch.igammac(x, y)
        torch.igamma(x, 2)
        torch.special.gammainc(x, y[:, None])
        torch.special.zeta(x, y)
        torch.special.zeta(2, y)
        torch.special.zeta(x, 3)
        torch.special.xlog1py(x, y)
        torch.special.xlog1py(x * 0, y * 0 - 1)
        torch.special.xlog1py(2, y)
        torch.special.xlog1py(x, nan)
        torch.lgamma([1])
        """
    ),
)
def test_other_calls(code: str) -> None:
    check(code.strip(), x=NUMBERS, y=NUMBERS[::-1].copy())


@pytest.mark.parametrize(
    "code", ["torch.igamma(a, y)", "torch.igammac(a, y)", "torch.special.zeta(a, y)"]
)
def test_gradients_by_the_second_operand(code: str) -> None:
    check_gradients(code, a=NUMBERS.astype(np.float32) + 1, y=NUMBERS, second=False)


def test_gradients_of_xlog1py() -> None:
    check_gradients("torch.special.xlog1py(x, y)", x=NUMBERS, y=NUMBERS[::-1].copy())


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials_end_where_there_is_nothing_left_to_compute(name: str) -> None:
    """Degrees that overflow are NaN; those beyond 64 bits, which have no end, count as negative."""
    check(
        f"torch.special.{name}(x[:, None], n)",
        x=np.array([-1e20, -13.5, -0.25, 0.75, 501.0]),
        n=np.array([6.0, 7.0, 40.0, 129.0, 600.0, 1e20, np.nan, -np.inf, np.inf]),
    )


def test_the_airy_function_far_from_zero() -> None:
    far = -np.concatenate([np.linspace(20, 60, 9), [1113.0, 10701.0, 4988429.0, 1e20, -1e20]])
    check("torch.special.airy_ai(x)", x=far)
    check("torch.special.airy_ai(x)", x=far.astype(np.float32))


@pytest.mark.parametrize("name", ["i0", "special.i1", "special.modified_bessel_i0"])
def test_growing_bessel_functions_are_infinite_where_the_exponential_is(name: str) -> None:
    check(f"torch.{name}(x)", x=np.array([88.0, 88.72, 88.73, 91.0, -89.0], np.float32))
    check(f"torch.{name}(x)", x=np.array([88.0, 91.0, 709.0, 710.0]))


@pytest.mark.parametrize("name", ["igamma", "igammac"])
def test_limits_of_incomplete_gamma_functions(name: str) -> None:
    a = np.array([np.inf, np.nan, 0.0, -1.0, 2.0, -np.inf], np.float32)
    check(f"torch.{name}(a[:, None], a)", a=a)


def test_erfinv_in_single_precision_is_the_nearest_number() -> None:
    """But once in ten thousand times, where PyTorch's or ours is the next to it."""
    import torch

    import graphnet

    x = np.random.default_rng(0).uniform(-1, 1, 100_000).astype(np.float32)
    x[:8] = 0.0, -0.0, 1.0, -1.0, 2.0, np.nan, 1 - 2.0**-24, 1e-30
    ours, theirs = (library.erfinv(library.from_numpy(x)).numpy() for library in (graphnet, torch))
    np.testing.assert_allclose(ours, theirs, rtol=2e-7)
    assert np.mean(ours != theirs) < 1e-3
