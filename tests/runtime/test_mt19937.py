"""The word machine and its state."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphnet.runtime import mt19937
from graphnet.runtime.mt19937 import DEFAULT_SEED, STATE_SIZE, MersenneTwister
from graphnet.runtime.word_machines import Machine, NumpyMachine, PythonMachine, key_of


def test_words_are_those_of_the_reference_implementation() -> None:
    # The 10,000th word of mt19937 seeded with 5489, which the C++ standard prescribes.
    assert MersenneTwister(5489).words(10_000)[-1] == 4123659995


def test_long_words_put_the_first_word_above_the_second() -> None:
    high, low = MersenneTwister(3).words(2).tolist()
    assert MersenneTwister(3).long_words(1).tolist() == [high << 32 | low]


@given(st.lists(st.integers(0, 1500), max_size=5))
def test_words_do_not_depend_on_how_many_are_asked_for_at_once(counts: list[int]) -> None:
    machine = MersenneTwister(8)
    pieces = [machine.words(count) for count in counts]
    whole = MersenneTwister(8).words(sum(counts))
    np.testing.assert_array_equal(np.concatenate([*pieces, np.empty(0, np.uint64)]), whole)


@given(seed=st.integers(0, 2**32 - 1), counts=st.lists(st.integers(0, 1500), max_size=5))
def test_python_and_numpy_have_the_same_machine(seed: int, counts: list[int]) -> None:
    machines: list[Machine] = [PythonMachine(key_of(seed), 624), NumpyMachine(key_of(seed), 624)]
    for count in counts:
        one, other = (machine.draw(count) for machine in machines)
        np.testing.assert_array_equal(one, other)
    (key, position), (other_key, other_position) = (machine.read() for machine in machines)
    np.testing.assert_array_equal(key, other_key)
    assert position == other_position


def test_many_words_at_once_are_those_of_several_pieces() -> None:
    count = 200_000
    expected = NumpyMachine(key_of(1), 624).draw(count)
    np.testing.assert_array_equal(PythonMachine(key_of(1), 624).draw(count), expected)


def test_the_words_go_on_where_another_machine_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = MersenneTwister(6).words(3000)
    monkeypatch.setattr(NumpyMachine, "is_loaded", lambda: False)
    monkeypatch.setattr(mt19937, "_MANY", 1000)
    machine = MersenneTwister(6)
    pieces = [machine.words(count) for count in (10, 700, 700, 1590)]
    np.testing.assert_array_equal(np.concatenate(pieces), expected)


@pytest.mark.parametrize(
    ("seed", "initial"),
    [(7, 7), (-1, 2**64 - 1), (2**64 - 1, 2**64 - 1), (-(2**63), 2**63), (True, 1), (3.9, 3)],
)
def test_seeds_wrap_into_64_bits(seed: int, initial: int) -> None:
    assert MersenneTwister(seed).initial_seed == initial


def test_low_32_bits_of_the_seed_decide() -> None:
    one, other = MersenneTwister(5), MersenneTwister(5 + 2**32)
    assert one.words(5).tolist() == other.words(5).tolist()
    assert MersenneTwister().initial_seed == DEFAULT_SEED


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_seeds_beyond_64_bits_are_refused(seed: int) -> None:
    with pytest.raises(ValueError, match=str(seed)):
        MersenneTwister(seed)


def test_a_seed_is_a_number() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        MersenneTwister(None)  # type: ignore[arg-type]


@given(words=st.integers(0, 2000))
def test_a_state_continues_where_it_was_taken(words: int) -> None:
    machine = MersenneTwister(4)
    machine.words(words)
    machine.cached_normal = 0.25
    state = machine.get_state()
    expected = machine.words(700)
    other = MersenneTwister(99)
    other.set_state(state)
    assert (other.initial_seed, other.cached_normal) == (4, 0.25)
    np.testing.assert_array_equal(other.get_state(), state)
    np.testing.assert_array_equal(other.words(700), expected)


def test_the_state_is_a_copy_of_its_own() -> None:
    machine = MersenneTwister(4)
    state = machine.get_state()
    state[:] = 0
    assert machine.get_state().any()


def left_and_next(machine: MersenneTwister) -> tuple[int, int]:
    state = machine.get_state()
    return int(state[8:12].view("<i4")[0]), int(state[16:24].view("<u8")[0])


def test_positions_are_written_as_pytorch_writes_them() -> None:
    machine = MersenneTwister(4)
    assert left_and_next(machine) == (1, 0)
    machine.words(1)
    assert left_and_next(machine) == (624, 1)
    machine.words(623)
    assert left_and_next(machine) == (1, 624)
    machine.words(1)
    assert left_and_next(machine) == (624, 1)


def test_bytes_that_are_no_state_are_refused() -> None:
    machine = MersenneTwister(4)
    before = machine.get_state()
    with pytest.raises(RuntimeError, match="Invalid mt19937 state"):
        machine.set_state(np.zeros(STATE_SIZE, np.uint8))
    with pytest.raises(RuntimeError, match="size to be 10"):
        machine.set_state(np.zeros(10, np.uint8))
    with pytest.raises(TypeError, match="ByteTensor, but got float32"):
        machine.set_state(np.zeros(STATE_SIZE, np.float32))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="but got list"):
        machine.set_state([1, 2])  # type: ignore[arg-type]
    np.testing.assert_array_equal(machine.get_state(), before)
