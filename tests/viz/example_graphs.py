"""Graphs to draw."""

from __future__ import annotations

from pathlib import Path

import graphnet  # noqa: F401  # declares the operations
from graphnet import dtypes
from graphnet.ir.builder import Builder
from graphnet.ir.graph import Graph
from graphnet.ir.node import Node, Phase, Value
from graphnet.ir.registry import operations
from graphnet.ir.types import TensorType
from graphnet.passes.autodiff import differentiate, seed
from graphnet.source import Location

F32 = dtypes.float32
SCALAR = TensorType(F32)

STEP = """\
def forward(self, x):
    x = self.linear1(x)
    return self.linear2(x)

for x, y in loader:
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
"""


def textbook(folder: Path) -> Graph:
    """e = (a+b)*(b+1) and its gradients."""
    source = folder / "demo.py"
    source.write_text("e = (a+b)*(b+1)\n")
    with Builder() as builder:
        a = builder.input(SCALAR, "a", requires_grad=True)
        b = builder.input(SCALAR, "b", requires_grad=True)
        with builder.at(Location(str(source), 1)):
            e = (a + b) * (b + 1)
        forward = list(builder.nodes)
        builder.grad_enabled = False
        gradients = differentiate(forward, {e: seed(e)})
    return Graph(builder.nodes, [a, b], [e, gradients[a], gradients[b]])


def linear(x: Value, layer: str, outputs: int, parameters: list[Value]) -> Value:
    """``x @ weight.T + bias``."""
    builder = Builder.current()
    weight_type, bias_type = (TensorType(F32, s) for s in ((outputs, x.shape[-1]), (outputs,)))
    weight = builder.input(weight_type, f"{layer}.weight", requires_grad=True)
    bias = builder.input(bias_type, f"{layer}.bias", requires_grad=True)
    parameters += [weight, bias]
    return operations["matmul"]()(x, operations["t"]()(weight)) + bias


def training_step(folder: Path, *, momentum: bool = False, phase: Phase = Phase.UPDATE) -> Graph:
    """A step of SGD on two linear layers, each operation at a line of :data:`STEP`."""
    source = folder / "train.py"
    source.write_text(STEP)

    def line(number: int) -> Location:
        return Location(str(source), number)

    parameters: list[Value] = []
    with Builder() as builder:
        x = builder.input(TensorType(F32, (32, 8)), "x")
        y = builder.input(TensorType(F32, (32, 2)), "y")
        with builder.at(line(2)):
            hidden = linear(x, "linear1", 4, parameters)
        with builder.at(line(3)):
            output = linear(hidden, "linear2", 2, parameters)
        with builder.at(line(6)):
            error = output - y
            loss = operations["mean"]((0, 1))(error * error)
        forward: list[Node] = list(builder.nodes)
        builder.grad_enabled = False
        gradients = differentiate(forward, {loss: seed(loss)})
        builder.phase = phase
        inputs = [x, y, *parameters]
        updates = []
        with builder.at(line(8)):
            for parameter in parameters:
                direction = gradients[parameter]
                if momentum:
                    buffer = builder.input(parameter.type)
                    inputs.append(buffer)
                    direction = buffer * 0.9 + direction
                    updates.append((buffer, direction))
                updates.append((parameter, parameter - direction * 0.1))
    return Graph(builder.nodes, inputs, [loss], updates, "step")
