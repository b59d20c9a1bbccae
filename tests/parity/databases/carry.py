"""Takes arguments from PyTorch over to graphnet, and results back, to be compared."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import torch

import graphnet


class CannotCarryError(Exception):
    """Something graphnet has no counterpart of, as a sparse tensor or a generator."""


class Carrier:
    """Makes graphnet's counterparts of PyTorch's values; each tensor once.

    Attributes:
        leaves: the pairs of tensors that require gradients, in the order in which they came.
    """

    def __init__(self) -> None:
        self.leaves: list[tuple[Any, Any]] = []
        self._made: dict[int, Any] = {}
        self._memories: dict[int, Any] = {}
        self._kept: list[Any] = []

    def __call__(self, value: Any) -> Any:
        """The counterpart of a value, of any depth."""
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, torch.Size):
            return tuple(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self, value))
        if isinstance(value, (tuple, list)):
            return type(value)(map(self, value))
        if isinstance(value, Mapping):
            return {name: self(each) for name, each in value.items()}
        if isinstance(value, slice):
            return slice(self(value.start), self(value.stop), self(value.step))
        if isinstance(value, (torch.dtype, torch.memory_format, torch.layout)):
            return getattr(graphnet, str(value).removeprefix("torch."))
        if isinstance(value, torch.device):
            return str(value)
        if isinstance(value, torch.nn.Module) and not value.state_dict():
            return getattr(graphnet.nn, type(value).__name__)()
        if type(value).__module__.startswith("torch") and not isinstance(value, enum.Enum):
            raise CannotCarryError(type(value).__name__)
        return value

    def _tensor(self, value: torch.Tensor) -> Any:
        if id(value) not in self._made:
            if value.layout is not torch.strided:
                raise CannotCarryError(f"a tensor of layout {value.layout}")
            kind = getattr(graphnet, str(value.dtype).removeprefix("torch."), None)
            if kind is None:
                raise CannotCarryError(f"a tensor of {value.dtype}")
            made = self._view(value.detach().resolve_conj().resolve_neg(), kind)
            if isinstance(value, torch.nn.Parameter):
                made = graphnet.nn.Parameter(made, value.requires_grad)
            elif value.requires_grad:
                made.requires_grad_()
            if value.requires_grad and value.is_leaf:
                self.leaves.append((value, made))
            self._made[id(value)] = made
            self._kept.append(value)  # or another tensor could get its number
        return self._made[id(value)]

    def _view(self, value: torch.Tensor, kind: Any) -> Any:
        """The counterpart over a counterpart of the memory, which other tensors may share."""
        if not value.numel():
            return graphnet.empty(tuple(value.shape), dtype=kind)
        memory = value.untyped_storage()
        if memory.data_ptr() not in self._memories:
            size = (memory.size() // value.itemsize,)
            flat = graphnet.tensor(value.as_strided(size, (1,), 0).tolist(), dtype=kind)
            self._memories[memory.data_ptr()] = flat
            self._kept.append(memory)
        flat = self._memories[memory.data_ptr()]
        if value.is_contiguous() and value.numel() == flat.numel():
            return flat.reshape(tuple(value.shape))
        return flat.as_strided(value.shape, value.stride(), value.storage_offset())


def as_torch(result: Any) -> Any:
    """A result of graphnet's as PyTorch's values."""
    if isinstance(result, graphnet.Tensor):
        plain = result.detach()
        kind = getattr(torch, plain.dtype.name)
        return torch.tensor(plain.tolist(), dtype=kind).reshape(tuple(plain.shape))
    if isinstance(result, graphnet.dtype):
        return getattr(torch, result.name)
    if isinstance(result, (tuple, list)):
        return [as_torch(each) for each in result]
    if isinstance(result, Mapping):
        return {name: as_torch(each) for name, each in result.items()}
    return result


def plain(result: Any) -> Any:
    """A result of PyTorch's in the same form."""
    if isinstance(result, torch.Tensor):
        return result.detach().resolve_conj().resolve_neg()
    if isinstance(result, (tuple, list)):
        return [plain(each) for each in result]
    if isinstance(result, Mapping):
        return {name: plain(each) for name, each in result.items()}
    return result


#: Ten times what PyTorch allows itself; its gradients are compared in double precision.
TOLERANCES = {
    torch.float16: (1e-2, 1e-4),
    torch.bfloat16: (1.6e-1, 1e-4),
    torch.float32: (1.3e-5, 1e-4),
    torch.complex64: (1.3e-5, 1e-4),
}


def assert_alike(got: Any, want: Any, *, values: bool = True) -> None:
    """Assert that two plain results have one structure, dtypes, shapes and values."""
    if isinstance(want, torch.Tensor):
        assert isinstance(got, torch.Tensor), f"got {type(got).__name__}, not a tensor"
        assert got.dtype == want.dtype, f"got {got.dtype}, not {want.dtype}"
        assert got.shape == want.shape, f"got {got.shape}, not {want.shape}"
        if values:
            rtol, atol = TOLERANCES.get(want.dtype, (1e-7, 1e-7))
            # Sums over large and small numbers are as exact as their largest.
            if want.dtype.is_floating_point or want.dtype.is_complex:
                finite = want[want.isfinite()].abs()
                atol *= max(1.0, finite.max().item()) if finite.numel() else 1.0
            torch.testing.assert_close(got, want, rtol=10 * rtol, atol=atol, equal_nan=True)
    elif isinstance(want, list):
        assert isinstance(got, list), f"got {type(got).__name__}, not several results"
        assert len(got) == len(want), f"got {len(got)} results, not {len(want)}"
        for mine, theirs in zip(got, want, strict=True):
            assert_alike(mine, theirs, values=values)
    elif isinstance(want, dict):
        assert list(got) == list(want)
        for name, theirs in want.items():
            assert_alike(got[name], theirs, values=values)
    elif values and isinstance(want, float):
        assert got == want or abs(got - want) <= 1e-4 * abs(want) or (got != got and want != want)
    elif values:
        assert got == want
