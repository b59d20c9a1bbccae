"""Who computes the words of mt19937: Python's generator at first, numpy's where there are many."""

from __future__ import annotations

import sys
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Words: TypeAlias = npt.NDArray[np.uint64]
Key: TypeAlias = npt.NDArray[np.uint32]

SIZE: Final = 624
"""Words in a key."""

_PIECE = 1 << 16


class Machine(Protocol):
    """An mt19937: a key of :data:`SIZE` words, and the position of the next one among them."""

    def draw(self, count: int) -> Words:
        """The next words."""
        ...

    def read(self) -> tuple[Key, int]:
        """The key and the position."""
        ...


class PythonMachine:
    """Python's: there at once, and small."""

    def __init__(self, key: Key, position: int) -> None:
        from random import Random  # a program that draws nothing does without

        self._random = Random()
        self._random.setstate((3, (*key.tolist(), position), None))

    def draw(self, count: int) -> Words:
        """The next words, in pieces: they come as the digits of an integer."""
        words = np.empty(count, np.uint64)
        for start in range(0, count, _PIECE):
            size = min(_PIECE, count - start)
            digits = self._random.getrandbits(32 * size).to_bytes(4 * size, "little")
            words[start : start + size] = np.frombuffer(digits, "<u4")
        return words

    def read(self) -> tuple[Key, int]:
        """The key and the position."""
        *key, position = self._random.getstate()[1]
        return np.array(key, np.uint32), position


class NumpyMachine:
    """Numpy's: three times as fast, but to load it takes 6 MB and as long as a tenth of the import.

    A program that has loaded ``numpy.random`` itself has paid for it.
    """

    def __init__(self, key: Key, position: int) -> None:
        self._bits = np.random.MT19937(0)
        self._bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": key, "pos": position},
        }

    @staticmethod
    def is_loaded() -> bool:
        """Whether it costs nothing to have it."""
        return "numpy.random" in sys.modules

    def draw(self, count: int) -> Words:
        """The next words."""
        return self._bits.random_raw(count)

    def read(self) -> tuple[Key, int]:
        """The key and the position."""
        state = self._bits.state["state"]
        return state["key"], int(state["pos"])


def key_of(seed: int) -> Key:
    """The words that a seed of 32 bits begins with: ``init_genrand`` of the authors' revision."""
    words = [seed]
    for number in range(1, SIZE):
        seed = (1812433253 * (seed ^ (seed >> 30)) + number) & 0xFFFFFFFF
        words.append(seed)
    return np.array(words, np.uint32)
