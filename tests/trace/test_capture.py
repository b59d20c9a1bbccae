"""``graphnet.capture``: a whole training step as one program."""

from __future__ import annotations

import numpy as np
import pytest

import graphnet as torch
from graphnet.ir.node import Phase
from graphnet.ir.verifier import verify
from graphnet.runtime.interpreter import interpret


def make(momentum=0.9):
    w = torch.tensor([[0.5, -0.5], [1.0, 2.0]], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=momentum)

    def step(x, target):
        optimizer.zero_grad()
        error = x @ w.T - target
        loss = (error * error).mean()
        loss.backward()
        optimizer.step()
        return loss

    return w, step


X = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]]
TARGET = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]


def batch(scale=1.0):
    return torch.tensor(X) * scale, torch.tensor(TARGET)


def test_the_program_holds_all_three_phases():
    _, step = make()
    step(*batch())
    program = torch.capture(step, *batch())
    assert program.graph.in_phase(Phase.FORWARD)
    assert program.graph.in_phase(Phase.BACKWARD)
    assert program.graph.in_phase(Phase.UPDATE)
    assert len(program.graph.updates) == 2  # the parameter and its momentum
    verify(program.graph)
    verify(program.optimized)
    assert len(program.optimized) < len(program.graph)
    assert "matmul" in str(program.graph)
    assert "def run" in str(program.plan)
    assert program.graph.nx.number_of_nodes() == len(program.graph)


def test_inputs_are_named_as_in_the_program():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3))

    def step(batch):
        return model(batch).sum()

    program = torch.capture(step, torch.ones(4, 2))
    assert [value.node.label for value in program.graph.inputs] == ["batch", "0.weight", "0.bias"]


def test_every_node_knows_the_users_line():
    _, step = make()
    program = torch.capture(step, *batch())
    computed = [node for node in program.graph if node.operands]
    assert computed
    assert all(str(node.location).startswith("test_capture.py:") for node in computed)


def test_running_the_program_is_taking_the_step():
    w, step = make()
    v, plain = make()
    step(*batch()), plain(*batch())
    program = torch.capture(step, *batch())
    plain(*batch())
    for scale in (1.0, 0.5, 2.0, 1.0):
        expected = plain(*batch(scale))
        found = program.run(*batch(scale))
        assert found.item() == pytest.approx(expected.item(), rel=1e-6)
        np.testing.assert_allclose(w.detach().numpy(), v.detach().numpy(), rtol=1e-6)


def test_capturing_runs_the_function_once():
    w, step = make()
    v, plain = make()
    expected = plain(*batch())
    returned = []
    torch.capture(lambda *args: returned.append(step(*args)) or returned[0], *batch())
    assert returned[0].item() == expected.item()
    np.testing.assert_array_equal(w.detach().numpy(), v.detach().numpy())


def test_the_graphs_agree_with_each_other():
    _, step = make()
    step(*batch())
    program = torch.capture(step, *batch())
    x, _ = (tensor.numpy() for tensor in batch())
    weights = np.array([[0.25, 1.0], [-1.0, 0.5]], np.float32)
    inputs = [
        {"(3, 2)": x, "(2, 2)": weights}.get(str(tuple(value.shape)))
        for value in program.graph.inputs
    ]
    recorded = interpret(program.graph, inputs)
    optimized = interpret(program.optimized, inputs)
    planned = program.plan([np.array(array) for array in inputs])
    for a, b, c in zip(recorded, optimized, planned, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
        np.testing.assert_allclose(a, c, rtol=1e-6)


def test_looking_inside_does_not_cut_the_program():
    def f(x):
        y = x * 2
        seen.append(y.tolist())
        z = y + 1 if y.sum().item() > 0 else y - 1
        seen.append(z.tolist())
        return z * y

    seen = []
    program = torch.capture(f, torch.tensor([1.0, 2.0]))
    assert seen == [[2.0, 4.0], [3.0, 5.0]]
    assert program.run(torch.tensor([2.0, 3.0])).tolist() == [20.0, 42.0]
    assert [node.op.name for node in program.graph if node.operands] == ["mul", "sum", "add", "mul"]


def test_several_steps_make_one_program():
    w, step = make(momentum=0)
    v, plain = make(momentum=0)

    def two(x, target):
        return step(x, target), step(x, target)

    program = torch.capture(two, *batch())
    plain(*batch()), plain(*batch())
    np.testing.assert_allclose(w.detach().numpy(), v.detach().numpy(), rtol=1e-6)
    a, b = program.run(*batch())
    assert a.item() == pytest.approx(plain(*batch()).item(), rel=1e-6)
    assert b.item() == pytest.approx(plain(*batch()).item(), rel=1e-6)
    np.testing.assert_allclose(w.detach().numpy(), v.detach().numpy(), rtol=1e-6)


def test_random_draws_advance_the_generator():
    torch.manual_seed(5)
    expected = [torch.rand(2).tolist() for _ in range(3)]
    torch.manual_seed(5)
    program = torch.capture(lambda: torch.rand(2))
    assert program.run().tolist() == expected[1]
    assert program.run().tolist() == expected[2]


def test_writes_to_arguments_are_updates():
    def f(x):
        x[0] = 7
        return x * 2

    x = torch.tensor([1.0, 2.0])
    program = torch.capture(f, x)
    assert x.tolist() == [7.0, 2.0]
    y = torch.tensor([3.0, 4.0])
    assert program.run(y).tolist() == [14.0, 8.0]
    assert y.tolist() == [7.0, 4.0]
    assert x.tolist() == [7.0, 2.0]


def test_gradients_and_other_state_are_written_again():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    seen = {}

    def step(x):
        w.grad = None
        loss = (w * x).sum()
        loss.backward()
        seen["twice"] = loss.detach() * 2
        return loss

    program = torch.capture(step, torch.tensor([3.0, 4.0]))
    assert w.grad.tolist() == [3.0, 4.0]
    w.grad = None
    assert program.run(torch.tensor([5.0, 6.0])).item() == 17.0
    assert w.grad.tolist() == [5.0, 6.0]
    assert seen["twice"].item() == 34.0


def test_other_shapes_and_counts_are_refused():
    program = torch.capture(lambda x: x * 2, torch.ones(3))
    with pytest.raises(RuntimeError, match=r"f32\[4\].*captured with f32\[3\]"):
        program.run(torch.ones(4))
    with pytest.raises(TypeError, match="1 tensors among its arguments, but got 2"):
        program.run(torch.ones(3), torch.ones(3))


def test_structures_come_back():
    program = torch.capture(lambda x: {"double": x * 2, "list": [x + 1, "text"]}, torch.ones(1))
    found = program.run(torch.tensor([2.0]))
    assert found["double"].item() == 4.0
    assert found["list"][0].item() == 3.0
    assert found["list"][1] == "text"
