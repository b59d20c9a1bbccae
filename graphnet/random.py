"""Random generators. The same seed gives PyTorch's own numbers.

A generator's state is a value of the graph: each draw takes it and gives the next one, so draws
are never merged, dropped or reordered, and recording them is as lazy as everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from graphnet._tensor import Tensor
from graphnet.devices import DeviceError, device, is_meta
from graphnet.errors import ArgumentError, GraphnetError
from graphnet.ir.op import Op
from graphnet.runtime.generator import Engine
from graphnet.trace.recorder import Draws, current_recorder


class SeedError(GraphnetError, RuntimeError):
    """What seeds no generator."""


def _device(wanted: Any) -> device:
    """The CPU; for other devices PyTorch's generators raise another error than its tensors do."""
    found = device(wanted)
    if found.type != "cpu":
        raise DeviceError(f"Cannot get a generator for {found}", cure="leave the device out")
    return found


class Generator:
    """A source of random numbers with a state of its own.

    >>> import graphnet as torch
    >>> g = torch.Generator().manual_seed(0)
    >>> torch.rand(2, generator=g)
    tensor([0.4963, 0.7682])
    """

    def __init__(self, device: Any = "cpu") -> None:
        self.device = _device(device)
        self._engine = Engine()
        self._draws = Draws(self._engine)

    def _settle(self) -> Engine:
        """The engine, after all draws recorded so far."""
        segment = self._draws.segment
        if segment is not None and not segment.finished:
            segment.recorder.run("random state looked at")
        self._draws.segment = None
        return self._engine

    def manual_seed(self, seed: int) -> Generator:
        """Start anew from a seed.

        Raises:
            SeedError: (a RuntimeError) it is no whole number.
        """
        if isinstance(seed, float):
            raise SeedError(f"manual_seed expected a long, but got float: {seed}")
        self._settle().seed(int(seed))
        return self

    def seed(self) -> int:
        """Start anew from a seed of the operating system's, and return it."""
        fresh = int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
        self.manual_seed(fresh)
        return fresh

    def initial_seed(self) -> int:
        """The seed it started from."""
        return int(self._engine.initial_seed)

    def get_state(self) -> Tensor:
        """The state as a byte tensor, in PyTorch's layout."""
        return Tensor._from_array(self._settle().get_state())

    def set_state(self, new_state: Tensor) -> Generator:
        """Take up a state that :meth:`get_state` gave."""
        self._settle().set_state(new_state.detach().numpy())
        return self

    def clone_state(self) -> Generator:
        """Another generator in the same state."""
        other = Generator()
        other.set_state(self.get_state())
        return other

    def draw(self, op: Op, *operands: Any) -> Tensor:
        """Record a random operation, whose first operand is the generator's state."""
        recorder = current_recorder()
        with recorder.lock:
            sample, token = recorder.apply(op, (self._draws, *operands))
            self._draws.segment, self._draws.slot = recorder.segment, token
        made: Tensor = sample
        return made


default_generator = Generator()


def draw(op: Op, *operands: Any, generator: Generator | None = None, device: Any = None) -> Tensor:
    """Record a random operation with a generator, the default one unless given.

    On the device ``meta`` nothing is drawn.

    Raises:
        ArgumentError: (a TypeError) it is no generator.
    """
    if generator is None:
        generator = default_generator
    elif not isinstance(generator, Generator):
        raise ArgumentError(
            f"{op.name}(): argument 'generator' must be torch.Generator, not "
            f"{type(generator).__name__}"
        )
    if is_meta(device):
        from graphnet.meta import infer

        sample: Tensor = infer(op, (generator._draws, *operands))[0]
        return sample
    return generator.draw(op, *operands)


def manual_seed(seed: int) -> Generator:
    """Seed the default generator.

    >>> import graphnet as torch
    >>> _ = torch.manual_seed(0)
    >>> torch.rand(2)
    tensor([0.4963, 0.7682])
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Seed the default generator from the operating system."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed the default generator started from."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The default generator's state."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Set the default generator's state."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(
    devices: Iterable[Any] | None = None, enabled: bool = True, **_: Any
) -> Iterator[None]:
    """Restore the default generator's state when the block ends."""
    before = get_rng_state() if enabled else None
    try:
        yield
    finally:
        if before is not None:
            set_rng_state(before)
