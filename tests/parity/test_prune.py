"""Pruning, method by method, against PyTorch's."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

Program = Callable[[Any, Any, Any], Any]


def _twice(torch: Any, prune: Any, net: Any) -> Any:
    prune.random_unstructured(net[0], "weight", amount=0.3)
    prune.ln_structured(net[0], "weight", amount=0.5, n=2, dim=0)
    hook = next(iter(net[0]._forward_pre_hooks.values()))
    return [type(each).__name__ for each in hook], len(net[0]._forward_pre_hooks)


def _globally(torch: Any, prune: Any, net: Any) -> Any:
    prune.random_structured(net[0], "weight", amount=1, dim=1)
    pairs = [(net[0], "weight"), (net[2], "weight"), (net[2], "bias")]
    prune.global_unstructured(pairs, pruning_method=prune.L1Unstructured, amount=0.4)


def _train(torch: Any, prune: Any, net: Any) -> Any:
    prune.l1_unstructured(net[0], "weight", amount=5)
    prune.l1_unstructured(net[2], "bias", amount=1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x = torch.ones(2, 4)
    losses = []
    for _ in range(3):
        loss = net(x).pow(2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    prune.remove(net[0], "weight")
    return losses, prune.is_pruned(net[0]), prune.is_pruned(net)


def _own_method(torch: Any, prune: Any, net: Any) -> Any:
    class EveryOther(prune.BasePruningMethod):  # type: ignore[misc, name-defined]
        PRUNING_TYPE = "unstructured"

        def compute_mask(self, t: Any, default_mask: Any) -> Any:
            mask = default_mask.clone()
            mask.view(-1)[::2] = 0
            return mask

    EveryOther.apply(net[0], "weight")
    EveryOther.apply(net[0], "weight")
    return EveryOther().prune(torch.ones(5)).tolist()


PROGRAMS: dict[str, Program] = {
    "identity": lambda torch, prune, net: prune.identity(net[0], "weight") and None,
    "l1": lambda torch, prune, net: prune.l1_unstructured(net[0], "weight", 0.25) and None,
    "none": lambda torch, prune, net: prune.l1_unstructured(net[0], "weight", 0) and None,
    "scores": lambda torch, prune, net: (
        prune.l1_unstructured(
            net[0], "weight", 3, importance_scores=torch.arange(12.0).reshape(3, 4)
        )
        and None
    ),
    "random": lambda torch, prune, net: prune.random_unstructured(net[2], "weight", 2) and None,
    "random slices": lambda torch, prune, net: (
        prune.random_structured(net[0], "weight", 0.5, 1) and None
    ),
    "norms": lambda torch, prune, net: (
        prune.ln_structured(net[0], "weight", 1, n=1, dim=-1) and None
    ),
    "mask": lambda torch, prune, net: (
        prune.custom_from_mask(net[2], "bias", torch.tensor([1, 0])) and None
    ),
    "twice": _twice,
    "globally": _globally,
    "training": _train,
    "a method of one's own": _own_method,
}


def _state(package: str, program: Program) -> tuple[Any, dict[str, Any], list[str], Any]:
    torch = importlib.import_module(package)
    prune = importlib.import_module(f"{package}.nn.utils.prune")
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2))
    found = program(torch, prune, net)
    states = {name: value.tolist() for name, value in net.state_dict().items()}
    parameters = [name for name, _ in net.named_parameters()]
    return found, states, parameters, net(torch.ones(1, 4)).tolist()


def _close(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, (list, tuple)):
        return len(ours) == len(theirs) and all(map(_close, ours, theirs))
    if isinstance(theirs, float):
        return bool(np.isclose(ours, theirs, rtol=1e-5, atol=1e-6))
    return bool(ours == theirs)


@pytest.mark.filterwarnings("ignore::graphnet.errors.RecompileWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str) -> None:
    ours, theirs = (_state(package, PROGRAMS[name]) for package in ("graphnet", "torch"))
    assert _close(ours[0], theirs[0])
    assert list(ours[1]) == list(theirs[1])
    assert _close(list(ours[1].values()), list(theirs[1].values()))
    assert ours[2] == theirs[2]
    assert _close(ours[3], theirs[3])


REFUSED = {
    "negative": lambda prune, layer, ones: prune.l1_unstructured(layer, "weight", amount=-1),
    "no number": lambda prune, layer, ones: prune.l1_unstructured(layer, "weight", amount="a"),
    "share": lambda prune, layer, ones: prune.l1_unstructured(layer, "weight", amount=1.5),
    "too many": lambda prune, layer, ones: prune.l1_unstructured(layer, "weight", amount=10),
    "dim": lambda prune, layer, ones: prune.ln_structured(layer, "weight", 1, n=2, dim=5),
    "vector": lambda prune, layer, ones: prune.ln_structured(layer, "bias", 1, n=2, dim=0),
    "not pruned": lambda prune, layer, ones: prune.remove(layer, "weight"),
    "no pairs": lambda prune, layer, ones: prune.global_unstructured(
        layer, prune.L1Unstructured, amount=1
    ),
    "slices": lambda prune, layer, ones: prune.global_unstructured(
        [(layer, "weight")], prune.LnStructured, amount=1, n=2
    ),
    "scores": lambda prune, layer, ones: prune.global_unstructured(
        [(layer, "weight")], prune.L1Unstructured, importance_scores=3, amount=1
    ),
    "no such": lambda prune, layer, ones: prune.l1_unstructured(layer, "nothing", amount=1),
    "mask": lambda prune, layer, ones: prune.custom_from_mask(layer, "weight", ones),
    "shape of scores": lambda prune, layer, ones: prune.l1_unstructured(
        layer, "weight", 1, importance_scores=ones
    ),
    "abstract": lambda prune, layer, ones: prune.BasePruningMethod(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    raised = []
    for package in ("graphnet", "torch"):
        torch = importlib.import_module(package)
        prune = importlib.import_module(f"{package}.nn.utils.prune")
        with pytest.raises(Exception) as caught:  # noqa: PT011  # the type is what is compared
            REFUSED[name](prune, torch.nn.Linear(3, 2), torch.ones(3))
        raised.append(next(k for k in type(caught.value).__mro__ if k.__module__ == "builtins"))
    assert raised[0] is raised[1]
