"""Networks trained by both packages from the same weights: the loss curves are the same.

The rounding of single steps differs (sums are added up in another order), and training amplifies
differences; so losses may drift apart by a relative 1e-5 over 100 steps, and no further.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphnet
import graphnet.nn
import graphnet.optim

torch = pytest.importorskip("torch")

STEPS = 100
BATCH = 32
TOLERANCE = 1e-5
# An element may lie so near to a kink of relu or max_pool that rounding decides its side. Then
# logits move by up to 1e-3, as those of PyTorch in single and in double precision do in every other
# run.
KINK = 3e-3

Images = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


@pytest.fixture(scope="module")
def images() -> Images:
    """Ten blurred patterns under noise, one for each label: as learnable as digits are."""
    random = np.random.default_rng(0)
    patterns = random.standard_normal((10, 1, 7, 7)).repeat(4, axis=2).repeat(4, axis=3)
    labels = random.integers(0, 10, STEPS * BATCH)
    noise = random.standard_normal((len(labels), 1, 28, 28))
    return (patterns[labels] + noise).astype(np.float32), labels


def mlp(package: Any) -> Any:
    nn = package.nn
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 64),
        nn.ReLU(),
        nn.Linear(64, 32),
        nn.Tanh(),
        nn.Linear(32, 10),
    )


def cnn(package: Any) -> Any:
    nn = package.nn
    return nn.Sequential(
        nn.Conv2d(1, 4, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 8, 3, stride=2),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(8 * 3 * 3, 10),
    )


def smooth_cnn(package: Any) -> Any:
    """The same without kinks."""
    nn = package.nn
    layers = (
        {nn.ReLU: nn.Tanh(), nn.MaxPool2d: nn.AvgPool2d(2)}.get(type(layer), layer)
        for layer in cnn(package)
    )
    return nn.Sequential(*layers)


def losses_of(package: Any, model: Any, optimizer: Any, data: Images, *, look: bool) -> list[float]:
    """The loss of every step; a look at it before the backward pass must not change it."""
    loss_fn = package.nn.CrossEntropyLoss()
    found = []
    for start in range(0, STEPS * BATCH, BATCH):
        x, y = (package.from_numpy(part[start : start + BATCH].copy()) for part in data)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        if look:
            loss.item()
        loss.backward()
        optimizer.step()
        found.append(loss)
    return [float(loss.item()) for loss in found]


def with_weights_of(reference: Any, model: Any) -> Any:
    """The model, with the weights of PyTorch's."""
    state = reference.state_dict()
    model.load_state_dict({name: graphnet.tensor(value.numpy()) for name, value in state.items()})
    return model


OPTIMIZERS: dict[str, dict[str, Any]] = {
    "SGD": {"lr": 0.003, "momentum": 0.9},
    "Adam": {"lr": 1e-3},
}


@pytest.mark.parametrize("look", [False, True], ids=["", "looking first"])
@pytest.mark.parametrize(("name", "options"), OPTIMIZERS.items(), ids=OPTIMIZERS)
@pytest.mark.parametrize("make", [mlp, cnn], ids=["mlp", "cnn"])
def test_losses_agree(
    make: Callable[[Any], Any], name: str, options: dict[str, Any], images: Images, look: bool
) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    theirs = make(torch)
    ours = with_weights_of(theirs, make(graphnet))
    assert repr(ours) == repr(theirs)
    curves = []
    for package, model in ((graphnet, ours), (torch, theirs)):
        optimizer = getattr(package.optim, name)(model.parameters(), **options)
        curves.append(losses_of(package, model, optimizer, images, look=look))
    mine, wanted = curves
    assert wanted[-1] < 0.5 * wanted[0]
    np.testing.assert_allclose(mine, wanted, rtol=TOLERANCE)


@pytest.mark.parametrize("make", [mlp, cnn], ids=["mlp", "cnn"])
def test_the_same_seed_gives_the_same_weights(make: Callable[[Any], Any]) -> None:
    torch.manual_seed(3)
    graphnet.manual_seed(3)
    theirs, ours = make(torch).state_dict(), make(graphnet).state_dict()
    assert list(ours) == list(theirs)
    for name, value in theirs.items():
        np.testing.assert_array_equal(ours[name].numpy(), value.numpy(), err_msg=name)


def logits_of_trained(make: Callable[[Any], Any], seed: int, images: Images) -> list[Any]:
    """What networks say of images after training from the same weights: ours, then PyTorch's."""
    torch.manual_seed(seed)
    theirs = make(torch)
    ours = with_weights_of(theirs, make(graphnet))
    x = images[0][:256]
    found = []
    for package, model in ((graphnet, ours), (torch, theirs)):
        optimizer = package.optim.SGD(model.parameters(), lr=0.01)
        losses_of(package, model, optimizer, images, look=False)
        found.append(model.eval()(package.from_numpy(x.copy())).detach().numpy())
    return found


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_trained_network_gives_the_same_logits(seed: int, images: Images) -> None:
    mine, wanted = logits_of_trained(smooth_cnn, seed, images)
    np.testing.assert_allclose(mine, wanted, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_a_trained_network_classifies_alike(seed: int, images: Images) -> None:
    """But for images whose classes lie closer together than rounding can move them."""
    mine, wanted = logits_of_trained(cnn, seed, images)
    np.testing.assert_allclose(mine, wanted, rtol=0, atol=KINK)
    second, first = np.sort(wanted, axis=1)[:, -2:].T
    clear = first - second > 2 * KINK
    assert clear.mean() > 0.95
    np.testing.assert_array_equal(mine[clear].argmax(1), wanted[clear].argmax(1))
