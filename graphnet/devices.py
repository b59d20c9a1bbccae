"""Devices: there is one, the CPU, and requests for others fail as PyTorch without a GPU does."""

from __future__ import annotations

from dataclasses import dataclass

from graphnet.errors import GraphnetError


class DeviceError(GraphnetError, RuntimeError):
    """A device that is not there."""


@dataclass(frozen=True, init=False)
class device:  # noqa: N801  # PyTorch's name
    """Where tensors live.

    >>> from graphnet.devices import device
    >>> device("cpu")
    device(type='cpu')
    """

    type: str
    index: int | None = None

    def __init__(self, type: str | device = "cpu", index: int | None = None) -> None:
        if isinstance(type, device):
            index = type.index
            type = type.type
        name, _, number = type.partition(":")
        if name not in ("cpu", "cuda", "mps", "meta"):
            raise DeviceError(f"Expected one of cpu, cuda, mps, meta device type, but got {name!r}")
        object.__setattr__(self, "type", name)
        object.__setattr__(self, "index", int(number) if number else index)

    def __repr__(self) -> str:
        inside = f"type={self.type!r}"
        return f"device({inside}{'' if self.index is None else f', index={self.index}'})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"


CPU = device("cpu")


def check_device(wanted: str | device | None) -> device:
    """The CPU, if that is what is wanted.

    Raises:
        DeviceError: it is another.
    """
    if wanted is None:
        return CPU
    found = device(wanted)
    if found.type != "cpu":
        raise DeviceError(
            f"graphnet runs on the CPU and has no device {str(found)!r}",
            cure='use device="cpu"',
        )
    return found
