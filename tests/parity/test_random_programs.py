"""Random programs, run by PyTorch and by graphnet: views, writes, looks, gradients, in any order.

Each program runs four times in graphnet, so that it is interpreted, compiled and replayed.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphnet
from graphnet.trace.recorder import Recorder, recording

torch = pytest.importorskip("torch")

SHAPES = [(3,), (2, 3), (3, 2), (2, 1), ()]

UNARY = ["tanh", "exp", "neg", "abs", "sigmoid"]
BINARY = ["add", "sub", "mul", "maximum"]
VIEWS = ["row", "column", "transpose", "flat", "detach", "unsqueeze", "every_other", "expand"]
WRITES = ["add_", "mul_", "copy_", "zero_row", "set_scalar", "set_slice", "tanh_"]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("unary"), st.sampled_from(UNARY), st.integers(0, 30)),
        st.tuples(
            st.just("binary"), st.sampled_from(BINARY), st.integers(0, 30), st.integers(0, 30)
        ),
        st.tuples(
            st.just("scalar"),
            st.sampled_from(BINARY[:3]),
            st.integers(0, 30),
            st.sampled_from([2, 0.5, -1.0, 0.0]),
        ),
        st.tuples(st.just("view"), st.sampled_from(VIEWS), st.integers(0, 30)),
        st.tuples(
            st.just("write"), st.sampled_from(WRITES), st.integers(0, 30), st.integers(0, 30)
        ),
        st.tuples(st.just("quiet write"), st.integers(0, 30), st.integers(0, 30)),
        st.tuples(st.just("look"), st.integers(0, 30)),
        st.tuples(st.just("forget"), st.integers(0, 30)),
        st.tuples(st.just("reduce"), st.sampled_from(["sum", "mean", "amax"]), st.integers(0, 30)),
    ),
    min_size=1,
    max_size=14,
)


def view_of(kind, x):
    if kind == "row":
        return x[0] if x.dim() else x.view(1)
    if kind == "column":
        return x[:, -1] if x.dim() == 2 else x.view(-1, 1)
    if kind == "transpose":
        return x.t() if x.dim() <= 2 else x
    if kind == "flat":
        return x.reshape(-1)
    if kind == "detach":
        return x.detach()
    if kind == "unsqueeze":
        return x.unsqueeze(0)
    if kind == "expand":
        return x.expand(2, *x.shape)
    return x[::2] if x.dim() else x


def write(kind, x, y):
    if kind == "add_":
        x.add_(y)
    elif kind == "mul_":
        x.mul_(y)
    elif kind == "copy_":
        x.copy_(y)
    elif kind == "zero_row":
        x[0].zero_() if x.dim() else x.zero_()
    elif kind == "set_scalar":
        x[...] = 0.25
    elif kind == "set_slice":
        if x.dim():
            x[-1:] = y
    else:
        x.tanh_()


class Machine:
    """Runs a program with one library; keeps what it shows."""

    def __init__(self, lib, looks):
        self.lib = lib
        self.looks = looks
        self.leaves = [lib.tensor(ramp(shape), requires_grad=True) for shape in SHAPES]
        self.pool = [*self.leaves, *(leaf.detach().clone() for leaf in self.leaves)]
        self.shown = []

    def at(self, i):
        return self.pool[i % len(self.pool)]

    def unary(self, name, i):
        self.pool.append(getattr(self.at(i), name)())

    reduce = unary

    def binary(self, name, i, j):
        self.pool.append(getattr(self.lib, name)(self.at(i), self.at(j)))

    def scalar(self, name, i, number):
        self.pool.append(getattr(self.lib, name)(self.at(i), number))

    def view(self, kind, i):
        self.pool.append(view_of(kind, self.at(i)))

    def write(self, kind, i, j):
        write(kind, self.at(i), self.at(j))

    def quiet_write(self, i, j):
        with self.lib.no_grad():
            self.at(i).add_(self.at(j))

    def look(self, i):
        if self.looks:
            self.shown.append(self.at(i).detach().numpy().copy())

    def forget(self, i):
        if i % len(self.pool) >= 2 * len(SHAPES):
            del self.pool[i % len(self.pool)]

    def gradients(self):
        total = sum((x * x).sum() for x in self.pool if x.requires_grad)
        try:
            total.backward()
        except RuntimeError as error:
            return str(error)
        return [None if leaf.grad is None else leaf.grad.numpy().copy() for leaf in self.leaves]


def ramp(shape):
    count = max(int(np.prod(shape)), 1)
    return np.linspace(-1, 1, count, dtype=np.float32).reshape(shape).tolist()


def run(lib, program, looks):
    """What a program shows: values looked at, steps refused, final values, flags, gradients."""
    machine = Machine(lib, looks)
    for name, *arguments in program:
        try:
            getattr(machine, name.replace(" ", "_"))(*arguments)
        except (RuntimeError, IndexError) as error:
            machine.shown.append(isinstance(error, IndexError) or "error")
    values = [x.detach().numpy().copy() for x in machine.pool]
    flags = [(x.requires_grad, x.is_leaf, tuple(x.shape)) for x in machine.pool]
    return machine.shown, values, flags, machine.gradients()


def same(ours, theirs):
    if ours is None or theirs is None or isinstance(theirs, (str, bool)):
        assert ours == theirs
    else:
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


@settings(max_examples=200)
@given(steps)
def test_random_programs(program):
    expected = {looks: run(torch, program, looks) for looks in (False, True)}
    recorder = Recorder()
    for looks in (False, True, False, True, False, True, True, False):
        with recording(recorder):
            shown, values, flags, gradients = run(graphnet, program, looks)
        theirs = expected[looks]
        assert len(shown) == len(theirs[0])
        for mine, other in zip(shown, theirs[0], strict=True):
            same(mine, other)
        for mine, other in zip(values, theirs[1], strict=True):
            same(mine, other)
        assert flags == theirs[2]
        if isinstance(theirs[3], str) or isinstance(gradients, str):
            assert str(gradients).split(":")[0] == str(theirs[3]).split(":")[0]
            continue
        for mine, other in zip(gradients, theirs[3], strict=True):
            same(mine, other)
