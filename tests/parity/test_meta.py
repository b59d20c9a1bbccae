"""The device ``meta``: the same shapes, texts and errors as PyTorch's."""

from __future__ import annotations

import copy
import importlib
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("torch")

EXPRESSIONS = """
m
m + 1
m.device
m.int()
torch.ones(2, device="meta", requires_grad=True) * 2
nn.Parameter(m)
m.item()
m[0, 0].item()
m.tolist()
m.numpy()
bool(m.sum())
float(m.sum())
m.cpu()
m.to("cpu")
m.to("meta") is m
torch.ones(2, 3) + m
m + torch.ones(2, 3)
m + torch.tensor(1.0)
torch.tensor(1.0) + m
torch.ones(2, 3).copy_(m)
m.copy_(torch.ones(2, 3))
m.copy_(torch.ones(3))
m.is_meta, m.is_cpu, torch.ones(1).is_meta
m[0]
m[:, 1:].stride(), m[:, 1:].storage_offset()
m.t().is_contiguous()
m.add_(1)
m.uniform_()
m.zero_()
m.sum().item()
m[0].fill_(3.0)
torch.rand(2**10, 3, 2**10, 2**10, device="meta").shape
torch.tensor([1, 2], device="meta")
torch.arange(5, device="meta")
torch.zeros_like(m)
torch.empty_like(m, device="cpu").device
torch.ones_like(torch.ones(2), device="meta")
m.new_zeros(2)
torch.randint(3, (2,), device="meta")
torch.randn_like(m)
m.data
m.clone()
m.detach()
copy.deepcopy(m)
pickle.loads(pickle.dumps(m))
pickle.loads(pickle.dumps(nn.Parameter(m)))
m.data_ptr()
m.numel() * m.element_size()
m.storage_offset()
m == m
m.to(torch.float64)
m.half().dtype
m.cuda()
len(m)
f"{m}"
m.topk(2)
torch.einsum("ij,kj->ik", m, m)
m.unbind()
m.max(1)
m.view(3, 2), m.reshape(-1), m.flatten(), m[None], m.expand(4, 2, 3), m.permute(1, 0).stride()
m.view(4, 2)
torch.cat([m, m]), torch.stack([m, m]), torch.where(m > 0, m, 0.0)
torch.ones(2, 3).to("meta")
torch.ones(2, 3).to(m)
torch.ones(2, requires_grad=True, device="meta").is_leaf
nn.functional.dropout(m, 0.5), nn.functional.softmax(m, 1), nn.functional.gelu(m)
nn.functional.cross_entropy(m, torch.zeros(2, dtype=torch.long, device="meta"))
nn.Linear(3, 4, device="meta")(m)
nn.Linear(2, 2, device="meta").cpu()
nn.Linear(2, 2, device="meta").to("cpu")
nn.Linear(2, 2).to("meta").weight
nn.Linear(2, 2).to(device="meta", dtype=torch.float64).bias
nn.Linear(2, 2, device="meta").to_empty(device="cpu").weight.device
nn.LSTM(3, 4, device="meta")(torch.randn(5, 2, 3, device="meta"))[0].shape
nn.TransformerEncoderLayer(8, 2, 16, device="meta").eval()(m.new_zeros(3, 2, 8)).shape
nn.MultiheadAttention(8, 2, device="meta")(*[torch.randn(3, 2, 8, device="meta")] * 3)[1].shape
nn.Embedding(5, 4, device="meta")(torch.zeros(2, dtype=torch.long, device="meta"))
nn.BatchNorm2d(3, device="meta")(torch.randn(2, 3, 4, 4, device="meta")).shape
nn.Conv2d(3, 5, 2, device="meta")(torch.rand(2**10, 3, 2**12, 2**12, device="meta"))
"""

IN_BLOCK = """
torch.get_default_device()
torch.ones(2)
torch.zeros_like(torch.ones(2, device="cpu")).device
torch.empty(2, 3), torch.full((2,), 3), torch.eye(2), torch.linspace(0, 1, 3), torch.arange(3)
torch.rand(2), torch.randn(2), torch.randint(3, (2,)), torch.randperm(4)
torch.tensor([1.0]), torch.as_tensor([1.0])
torch.tril(torch.ones(2, 2)), torch.cat([torch.ones(1), torch.ones(2)])
torch.bernoulli(torch.ones(2))
nn.init.kaiming_uniform_(torch.empty(2, 2)), nn.init.trunc_normal_(torch.empty(2, 2))
nn.init.orthogonal_(torch.empty(2, 2)), nn.init.zeros_(torch.empty(2))
nn.Linear(2, 3).weight, nn.Linear(2, 3)(torch.ones(1, 2)).shape
nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.Flatten(), nn.Dropout())(torch.ones(4, 3, 8, 8))
[buffer.device for buffer in nn.BatchNorm1d(3).buffers()]
nn.Linear(2, 3).state_dict()
torch.ones(1, device="cpu") + torch.ones(1, device="cpu")
"""


def _outcome(package: str, expression: str, *, block: bool = False) -> str:
    torch = importlib.import_module(package)
    names = {"torch": torch, "nn": torch.nn, "copy": copy, "pickle": pickle}
    names["m"] = torch.empty(2, 3, device="meta")
    try:
        if not block:
            return str(eval(expression, names))  # the expressions above
        with torch.device("meta"):
            return str(eval(expression, names))
    except Exception as error:  # noqa: BLE001  # whichever it is, it is compared
        kind = next(each for each in type(error).__mro__ if each.__module__ == "builtins")
        return f"{kind.__name__}: {str(error).splitlines()[0]}"


@pytest.mark.parametrize("expression", EXPRESSIONS.strip().splitlines())
def test_meta_tensors_are_pytorchs(expression: str) -> None:
    assert _outcome("graphnet", expression) == _outcome("torch", expression)


@pytest.mark.parametrize("expression", IN_BLOCK.strip().splitlines())
def test_tensors_made_in_a_block_are_pytorchs(expression: str) -> None:
    ours, theirs = (_outcome(each, expression, block=True) for each in ("graphnet", "torch"))
    assert ours == theirs


def _both(act: Callable[[Any], Any]) -> None:
    ours, theirs = (act(importlib.import_module(package)) for package in ("graphnet", "torch"))
    assert ours == theirs


def test_blocks_nest_and_a_default_is_kept() -> None:
    def run(torch: Any) -> list[str]:
        found = [torch.get_default_device()]
        with torch.device("meta"):
            with torch.device("cpu"):
                found.append(torch.ones(1).device)
            found.append(torch.ones(1).device)
        torch.set_default_device("meta")
        try:
            found += [torch.get_default_device(), torch.ones(1).device]
        finally:
            torch.set_default_device(None)
        return [*map(str, found), str(torch.ones(1))]

    _both(run)


def test_states_are_loaded_as_in_pytorch() -> None:
    def run(torch: Any) -> list[Any]:
        torch.manual_seed(0)
        real = torch.nn.Linear(2, 2)
        with torch.device("meta"):
            layer = torch.nn.Linear(2, 2)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            layer.load_state_dict(real.state_dict())
        found = [str(each.message) for each in caught] + [str(layer.weight)]
        layer.load_state_dict(real.state_dict(), assign=True)
        found += [str(layer.weight), str(layer(torch.ones(1, 2)).detach())]
        return [*found, isinstance(layer.weight, torch.nn.Parameter), layer.weight.requires_grad]

    _both(run)


def test_modules_are_given_memory() -> None:
    torch = importlib.import_module("graphnet")
    layer = torch.nn.Linear(2, 2, device="meta")
    weight = layer.weight
    layer.to_empty(device="cpu")
    assert layer.weight is weight, "an optimizer that has it keeps it"
    assert type(weight) is torch.nn.Parameter
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.fill_(1.0)
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    assert layer.weight.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    layer.to("meta")
    assert weight.is_meta
    with pytest.raises(NotImplementedError, match="no gradients here"):
        layer(torch.ones(1, 2, device="meta")).sum().backward()


def test_nothing_is_drawn() -> None:
    torch = importlib.import_module("graphnet")
    torch.manual_seed(0)
    expected = torch.rand(3).tolist()
    torch.manual_seed(0)
    with torch.device("meta"):
        torch.nn.Linear(100, 100)
        torch.nn.functional.dropout(torch.rand(5))
    torch.empty(3, device="meta").normal_()
    assert torch.rand(3).tolist() == expected


def test_no_step_is_recorded() -> None:
    torch = importlib.import_module("graphnet")
    torch.ones(1).tolist()
    recorder = importlib.import_module("graphnet.trace.recorder").current_recorder()
    before = recorder.segment.state.steps
    with torch.device("meta"):
        torch.nn.Linear(2**20, 2**20)(torch.ones(2**20))
    assert recorder.segment.state.steps == before
