"""Training steps in graphnet and in PyTorch, taken in turns: how long they take, and the ratio.

Each program is written once and runs on both packages, in one process, on one thread. A round
runs it some times on one package and then as often on the other; the ratio is taken round by
round, and the median over the rounds is what is reported, since a machine's speed drifts from one
second to the next. Both sides see the same batches and end every step with updated parameters.

    python docs/evaluation/speed.py            # needs torch
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))  # where graphnet is not installed

import graphnet
import graphnet.nn
import graphnet.optim

Step = Callable[[], object]
WARM_UP = 10


def trained(
    package: Any, model: Any, optimizer: Any, loss_fn: Any, data: list[Any], look: bool
) -> Step:
    """A function that trains on the next batch; with ``look`` it asks for the loss first."""
    batches = [tuple(package.from_numpy(part.copy()) for part in batch) for batch in data]
    state = {"next": 0}

    def step() -> object:
        x, y = batches[state["next"] % len(batches)]
        state["next"] += 1
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        seen = loss.item() if look else None
        loss.backward()
        optimizer.step()
        return seen

    return step


def batches(shape: tuple[int, ...], classes: int | None) -> list[Any]:
    """Eight batches of random inputs, with labels or with ten numbers each."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(8):
        x = random.standard_normal(shape).astype(np.float32)
        if classes is None:
            y: Any = random.standard_normal((shape[0], 10)).astype(np.float32)
        else:
            y = random.integers(0, classes, shape[0])
        found.append((x, y))
    return found


def linear(package: Any, *, look: bool = False) -> Step:
    """The assignment's network: two linear layers, squared error, momentum."""
    nn = package.nn
    model = nn.Sequential(nn.Linear(1024, 20), nn.Linear(20, 10))
    optimizer = package.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return trained(package, model, optimizer, nn.MSELoss(), batches((32, 1024), None), look)


def linear_looking(package: Any) -> Step:
    """The same, asking for the loss before every backward pass."""
    return linear(package, look=True)


def mlp(package: Any) -> Step:
    """A classifier of digits with one hidden layer."""
    nn = package.nn
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = package.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return trained(package, model, optimizer, nn.CrossEntropyLoss(), batches((64, 784), 10), False)


def wide_mlp(package: Any) -> Step:
    """Two hidden layers of 512 and Adam: most of the time is spent in matrix products."""
    nn = package.nn
    sizes = (784, 512, 512, 10)
    layers: list[Any] = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    optimizer = package.optim.Adam(model.parameters(), lr=1e-3)
    return trained(package, model, optimizer, nn.CrossEntropyLoss(), batches((64, 784), 10), False)


def cnn(package: Any) -> Step:
    """Two convolutions, pooling and a linear layer, on images of 28 x 28."""
    nn = package.nn
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 10),
    )
    optimizer = package.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    data = batches((64, 1, 28, 28), 10)
    return trained(package, model, optimizer, nn.CrossEntropyLoss(), data, False)


def scalars(package: Any) -> Step:
    """``e = (a + b) * (b + 1)`` with its gradients, looked at every time."""
    a = package.tensor(2.0, requires_grad=True)
    b = package.tensor(1.0, requires_grad=True)

    def step() -> object:
        a.grad = b.grad = None
        e = (a + b) * (b + 1)
        e.backward()
        return e.item(), a.grad.item(), b.grad.item()

    return step


# What is measured: the words of the table, the program, how often it runs in a round.
PROGRAMS: tuple[tuple[str, Callable[[Any], Step], int], ...] = (
    ("1024-20-10, MSE, SGD, batch 32", linear, 100),
    ("the same, with `loss.item()` before `backward()`", linear_looking, 100),
    ("784-128-10, ReLU, cross entropy, SGD, batch 64", mlp, 50),
    ("784-512-512-10, ReLU, Adam, batch 64", wide_mlp, 8),
    ("CNN, 16 and 32 channels, SGD, batch 64", cnn, 3),
    ("`(a + b) * (b + 1)` and its gradients, looked at", scalars, 100),
)


def seconds(step: Step, repeats: int) -> float:
    """The mean time of a step."""
    began = time.perf_counter()
    for _ in range(repeats):
        step()
    return (time.perf_counter() - began) / repeats


def measure(
    torch: Any, make: Callable[[Any], Step], repeats: int, rounds: int
) -> tuple[list[float], list[float]]:
    """The time of a step in every round, in graphnet and in PyTorch."""
    ours, theirs = make(graphnet), make(torch)
    for step in (ours, theirs):
        seconds(step, WARM_UP)
    pairs = [(seconds(ours, repeats), seconds(theirs, repeats)) for _ in range(rounds)]
    return [mine for mine, _ in pairs], [other for _, other in pairs]


def chart(labels: list[str], ratios: list[list[float]], path: Path) -> None:
    """Draw the ratio of each program: its median, from the lower to the upper quartile."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 0.55 * len(labels) + 1.4), layout="constrained")
    axes = figure.add_subplot()
    for row, (low, middle, high) in enumerate(statistics.quantiles(each, n=4) for each in ratios):
        axes.plot([low, high], [row, row], color="#98a0ab", linewidth=7, solid_capstyle="round")
        axes.plot(middle, row, "o", color="#a85b3f" if middle > 1 else "#4c6f9c", markersize=9)
        axes.annotate(
            f"{middle:.2f}", (middle, row), (0, 9), textcoords="offset points", ha="center"
        )
    axes.axvline(1, color="#22252b", linewidth=1)
    axes.set_yticks(range(len(labels)), [label.replace("`", "") for label in labels])
    axes.invert_yaxis()
    axes.margins(y=0.14)
    axes.set_xlim(left=0)
    axes.set_xlabel("time of a step, graphnet / PyTorch (left of 1: graphnet is faster)")
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.savefig(path, dpi=130)


def main() -> None:
    """Print the table and draw the chart."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--chart", type=Path, default=Path(__file__).with_name("speed.png"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    graphnet.set_num_threads(1)
    print("| program | graphnet, best round | PyTorch, best round | ratio, median (quartiles) |")
    print("|---|---:|---:|---:|")
    labels, found = [], []
    for words, make, repeats in PROGRAMS:
        mine, other = measure(torch, make, repeats, arguments.rounds)
        ratios = [a / b for a, b in zip(mine, other, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        a, b = (f"{min(times) * 1e6:,.0f} µs" for times in (mine, other))
        print(f"| {words} | {a} | {b} | {middle:.2f} ({low:.2f}–{high:.2f}) |", flush=True)
        labels.append(words)
        found.append(ratios)
    chart(labels, found, arguments.chart)


if __name__ == "__main__":
    main()
