"""Points that fill a cube more evenly than random ones: ``torch.quasirandom``.

Sources: S. Joe and F. Kuo, "Constructing Sobol sequences with better two-dimensional projections",
2008, whose direction numbers come with scipy; J. Matousek, "On the L2-discrepancy for anchored
boxes", 1998, for the scrambling; PyTorch's page ``torch.quasirandom.SobolEngine``.
"""

from __future__ import annotations

from typing import Any

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.outputs import written
from graphnet.random import Generator

__all__ = ["SobolEngine"]


class SobolEngine:
    """The points of a Sobol sequence, which are PyTorch's own.

    Args:
        dimension: of the cube.
        scramble: whether the sequence is moved and turned at random, within itself.
        seed: of the scrambling; the default generator is its source if not given.

    Raises:
        ValueRangeError: (a ValueError) there is no sequence of that dimension.

    >>> import graphnet as torch
    >>> torch.quasirandom.SobolEngine(2).draw(3)
    tensor([[0.0000, 0.0000],
            [0.5000, 0.5000],
            [0.7500, 0.2500]])
    """

    MAXBIT = 30
    MAXDIM = 21201

    def __init__(self, dimension: int, scramble: bool = False, seed: int | None = None) -> None:
        if dimension > self.MAXDIM or dimension < 1:
            raise ValueRangeError(
                f"Supported range of dimensionality for SobolEngine is [1, {self.MAXDIM}]"
            )
        self.dimension, self.scramble, self.seed = dimension, scramble, seed
        self.sobolstate = _direction_numbers(dimension)
        self.shift = fn.zeros(dimension, dtype=dtypes.int64)
        if scramble:
            self._scramble()
        self.quasi = self.shift.clone()
        self.num_generated = 0

    def draw(
        self, n: int = 1, out: Tensor | None = None, dtype: dtypes.dtype | None = None
    ) -> Tensor:
        """The next ``n`` points, a row each."""
        first = self.num_generated
        points = self._points(fn.arange(first, first + n))
        self.quasi, self.num_generated = points[-1], first + n
        kind = dtypes.get_default_dtype() if dtype is None else dtype
        return written("draw", out, points.to(kind) * 2.0**-self.MAXBIT)

    def draw_base2(
        self, m: int, out: Tensor | None = None, dtype: dtypes.dtype | None = None
    ) -> Tensor:
        """The next ``2**m`` points, which are balanced if as many or none came before.

        Raises:
            ValueRangeError: (a ValueError) there came another number.
        """
        n = 2**m
        total = self.num_generated + n
        if total & (total - 1):
            raise ValueRangeError(
                "The balance properties of Sobol' points require n to be a power of 2. "
                f"{self.num_generated} points have been previously generated, then: "
                f"n={self.num_generated}+2**{m}={total}. If you still want to do this, please use "
                "'SobolEngine.draw()' instead."
            )
        return self.draw(n, out, dtype)

    def reset(self) -> SobolEngine:
        """Begin again."""
        self.quasi, self.num_generated = self.shift.clone(), 0
        return self

    def fast_forward(self, n: int) -> SobolEngine:
        """Leave out the next ``n`` points."""
        self.num_generated += n
        self.quasi = self._points(fn.arange(self.num_generated - 1, self.num_generated))[-1]
        return self

    def _points(self, places: Tensor) -> Tensor:
        """The points at some places of the sequence, as whole numbers.

        A point is the exclusive or of the direction numbers that the Gray code of its place names.
        """
        gray = places ^ (places >> 1)
        chosen = (gray[:, None] >> fn.arange(self.MAXBIT)) & 1
        bits = _bits(self.sobolstate).reshape(self.dimension, self.MAXBIT, self.MAXBIT)
        parity = fn.einsum("nj,djb->ndb", chosen.double(), bits.double()).long() % 2
        points: Tensor = _number(parity) ^ self.shift
        return points

    def _scramble(self) -> None:
        generator = None if self.seed is None else Generator().manual_seed(self.seed)
        moved = fn.randint(2, (self.dimension, self.MAXBIT), generator=generator)
        self.shift = (moved << fn.arange(self.MAXBIT)).sum(1)
        shape = (self.dimension, self.MAXBIT, self.MAXBIT)
        turned = fn.randint(2, shape, generator=generator).tril()
        turned.diagonal(0, -2, -1).fill_(1)
        bits = _bits(self.sobolstate).double()
        parity = fn.einsum("dpb,djb->djp", turned.double(), bits).long() % 2
        self.sobolstate = _number(parity)

    def __repr__(self) -> str:
        facts = [f"dimension={self.dimension}"]
        if self.scramble:
            facts.append("scramble=True")
        if self.seed is not None:
            facts.append(f"seed={self.seed}")
        return f"{type(self).__name__}({', '.join(facts)})"


def _bits(numbers: Tensor) -> Tensor:
    """Whole numbers as vectors of their bits, the highest first."""
    found: Tensor = (numbers[..., None] >> fn.arange(SobolEngine.MAXBIT - 1, -1, -1)) & 1
    return found


def _number(bits: Tensor) -> Tensor:
    """The whole numbers of such vectors."""
    found: Tensor = (bits << fn.arange(SobolEngine.MAXBIT - 1, -1, -1)).sum(-1)
    return found


def _direction_numbers(dimension: int) -> Tensor:
    from scipy.stats import qmc  # it takes long to import

    # Public functions of scipy's give points alone, and these are what points are made of.
    engine: Any = qmc.Sobol(dimension, scramble=False, bits=SobolEngine.MAXBIT)
    return fn.tensor(engine._sv.astype("int64"))
