"""The mt19937 state machine, with PyTorch's 5,056-byte state.

M. Matsumoto and T. Nishimura, "Mersenne Twister", 1998; seeded as in the authors' revision of 2002.
PyTorch's CPU generator, Python's and numpy's are all this machine, so those two supply the words,
and this module translates between the two ways to write the state down.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.runtime.word_machines import (
    SIZE,
    Machine,
    NumpyMachine,
    PythonMachine,
    Words,
    key_of,
)

#: The seed of a generator that nobody has seeded (``torch.Generator().initial_seed()``).
DEFAULT_SEED: Final = 67280421310721
STATE_SIZE: Final = 5056
"""Bytes of a state (``torch.get_rng_state().numel()``)."""

_LOW_32_BITS = 0xFFFFFFFF
_MANY = 1 << 21
"""So many words take Python's machine as long as it takes to load numpy's, which is faster."""

# What ``torch.get_rng_state()`` holds. Words are stored as 64-bit integers. ``left`` counts the
# words up to the next twist, that one included; ``next`` is the index of the next word. The
# machine caches the second number of the last Box-Muller pair in ``normal_y``. The fields named
# unused, and the gaps, are zero and ignored.
_LAYOUT = np.dtype(
    {
        "names": [
            *("initial_seed", "left", "seeded", "next", "words", "unused_x", "normal_y"),
            *("unused_rho", "normal_is_valid", "float_normal", "float_normal_is_valid"),
        ],
        "formats": [
            "<u8",
            "<i4",
            "<i4",
            "<u8",
            ("<u8", SIZE),
            "<f8",
            "<f8",
            "<f8",
            "<i4",
            "<f4",
            "?",
        ],
        "offsets": [0, 8, 12, 16, 24, 5016, 5024, 5032, 5040, 5048, 5052],
        "itemsize": STATE_SIZE,
    }
)


class MersenneTwister:
    """Words of mt19937, and the state PyTorch keeps beside it.

    Args:
        seed: an integer in [-2**63, 2**64). A negative one stands for ``2**64 + seed``. The words
            depend on the low 32 bits only.

    Attributes:
        initial_seed: the seed last given, in [0, 2**64).
        cached_normal: the second number of the last Box-Muller pair, or None.

    >>> from graphnet.runtime.mt19937 import MersenneTwister
    >>> MersenneTwister(1337).words(3).tolist()
    [1125387415, 2407456957, 681542492]
    """

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self._machine: Machine | None = None
        self._drawn = 0
        self.seed(seed)

    def seed(self, value: int) -> None:
        """Start again from ``value``, as ``torch.manual_seed`` does.

        Raises:
            ArgumentError: (a TypeError) ``value`` is not an integer.
            ValueRangeError: (a ValueError) ``value`` is outside [-2**63, 2**64).
        """
        try:
            value = int(value)
        except (TypeError, ValueError):
            raise ArgumentError(
                f"manual_seed expected an integer, but got {type(value).__name__}"
            ) from None
        if not -(2**63) <= value < 2**64:
            raise ValueRangeError(
                f"manual_seed: overflow when unpacking the seed {value}",
                cure="take a seed in [-2**63, 2**64); only its low 32 bits count",
            )
        self.initial_seed = value % 2**64
        self.cached_normal: float | None = None
        self._float_normal: float | None = None
        # PyTorch writes position 0 before the first word and 624 after 624 words: one place.
        self._untouched = True
        self._machine = None  # made when a word is first asked for

    def words(self, count: int) -> Words:
        """The next ``count`` 32-bit words, as uint64 of shape (count,)."""
        if count == 0:
            return np.empty(0, np.uint64)
        self._untouched = False
        machine = self._present()
        self._drawn += count
        if self._drawn > _MANY and not isinstance(machine, NumpyMachine):
            machine = self._machine = NumpyMachine(*machine.read())
        return machine.draw(count)

    def long_words(self, count: int) -> Words:
        """``count`` 64-bit words of shape (count,): each two words, the first above the second."""
        words = self.words(2 * count)
        return (words[0::2] << np.uint64(32)) | words[1::2]

    def get_state(self) -> npt.NDArray[np.uint8]:
        """The state as ``torch.get_rng_state()`` has it: uint8 of shape (5056,)."""
        key, position = self._present().read()
        state = np.zeros((), _LAYOUT)
        state["initial_seed"] = self.initial_seed
        state["left"] = 1 if position == SIZE else SIZE + 1 - position
        state["seeded"] = 1
        state["next"] = 0 if self._untouched else position
        state["words"] = key
        _put_optional(state, "normal_y", "normal_is_valid", self.cached_normal)
        _put_optional(state, "float_normal", "float_normal_is_valid", self._float_normal)
        return np.frombuffer(bytearray(state.tobytes()), np.uint8)

    def set_state(self, state: npt.NDArray[np.uint8]) -> None:
        """Continue from what :meth:`get_state` or ``torch.get_rng_state().numpy()`` returned.

        Raises:
            ArgumentError: (a TypeError) ``state`` is not an array of uint8.
            RuntimeError: ``state`` has another size than 5056, or does not describe a generator.
        """
        if not isinstance(state, np.ndarray) or state.dtype != np.uint8:
            found = getattr(state, "dtype", type(state).__name__)
            raise ArgumentError(f"RNG state must be a torch.ByteTensor, but got {found}")
        if state.size != STATE_SIZE:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {STATE_SIZE} but found the input RNG "
                f"state size to be {state.size}; pass what get_rng_state() returned"
            )
        fields = np.frombuffer(np.ascontiguousarray(state).tobytes(), _LAYOUT)[0]
        left, position = int(fields["left"]), int(fields["next"])
        untouched = (left, position) == (1, 0)
        if not fields["seeded"] or not (
            untouched or (0 < left <= SIZE and left + position == SIZE + 1)
        ):
            raise RuntimeError(
                f"Invalid mt19937 state (left={left}, next={position}, "
                f"seeded={int(fields['seeded'])}); pass what get_rng_state() returned"
            )
        self.initial_seed = int(fields["initial_seed"])
        self.cached_normal = _optional(fields, "normal_y", "normal_is_valid")
        self._float_normal = _optional(fields, "float_normal", "float_normal_is_valid")
        self._untouched = untouched
        key = fields["words"].astype(np.uint32)
        self._place(key, SIZE if untouched else position)

    def _present(self) -> Machine:
        """The machine at work."""
        if self._machine is None:
            self._place(key_of(self.initial_seed & _LOW_32_BITS), SIZE)
        assert self._machine is not None  # just placed
        return self._machine

    def _place(self, key: npt.NDArray[np.uint32], position: int) -> None:
        machine = NumpyMachine if NumpyMachine.is_loaded() else PythonMachine
        self._machine = machine(key, position)


def _put_optional(state: npt.NDArray[np.void], field: str, flag: str, value: float | None) -> None:
    if value is not None:
        state[field], state[flag] = value, True


def _optional(fields: np.void, field: str, flag: str) -> float | None:
    return float(fields[field]) if fields[flag] else None
