"""784-128-10 with ReLU, log_softmax and NLL, SGD with momentum, batch 64."""

from itertools import cycle
from typing import Any

from benchmarks.program import Program


def network(torch: Any) -> Any:
    """The classifier, as logarithms of probabilities."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10), nn.LogSoftmax(dim=1))


def build(torch: Any) -> Program:
    """Train the classifier."""
    torch.manual_seed(0)
    model = network(torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    loss_fn = torch.nn.NLLLoss()
    batches = [(torch.randn(64, 784), torch.randint(0, 10, (64,))) for _ in range(8)]
    stream = cycle(batches)

    def step() -> Any:
        x, y = next(stream)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return Program(step, model, lambda: model(batches[0][0]))


def build_jax(jax: Any) -> Program:
    """The same in jax's own style: a pure step, compiled by ``jit``. It starts where torch does."""
    import graphnet as torch  # for its random numbers

    np = jax.numpy
    torch.manual_seed(0)
    weights = [np.asarray(parameter.detach().numpy()) for parameter in network(torch).parameters()]
    batches = [
        (np.asarray(torch.randn(64, 784).numpy()), np.asarray(torch.randint(0, 10, (64,)).numpy()))
        for _ in range(8)
    ]
    stream = cycle(batches)
    state = {"weights": weights, "momenta": [np.zeros_like(weight) for weight in weights]}

    def logarithms(weights: Any, x: Any) -> Any:
        w1, b1, w2, b2 = weights
        return jax.nn.log_softmax(jax.nn.relu(x @ w1.T + b1) @ w2.T + b2)

    def loss_of(weights: Any, x: Any, y: Any) -> Any:
        return -logarithms(weights, x)[np.arange(64), y].mean()

    @jax.jit
    def update(weights: Any, momenta: Any, x: Any, y: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(weights, x, y)
        momenta = [0.9 * m + g for m, g in zip(momenta, gradients, strict=True)]
        return loss, [w - 0.01 * m for w, m in zip(weights, momenta, strict=True)], momenta

    def step() -> Any:
        loss, state["weights"], state["momenta"] = update(
            state["weights"], state["momenta"], *next(stream)
        )
        return loss

    return Program(step, output=lambda: logarithms(state["weights"], batches[0][0]))
