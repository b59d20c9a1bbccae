"""What stands for the parts of a GPU that is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from graphnet.devices import DeviceError, NotCompiledError
from graphnet.refusals import refusal

CURE = "ask torch.cuda.is_available() first"


def without_cuda(name: str, summary: str) -> Callable[..., NoReturn]:
    """A function that says that there is no CUDA."""
    return refusal(name, summary, NotCompiledError, "Torch not compiled with CUDA enabled", CURE)


def nothing(name: str, summary: str) -> Callable[..., None]:
    """A function that has nothing to do where there is no GPU, in PyTorch either."""

    def do_nothing(*args: Any, **kwargs: Any) -> None:
        return None

    do_nothing.__name__ = do_nothing.__qualname__ = name
    do_nothing.__doc__ = f"{summary}: nothing to do without a GPU."
    return do_nothing


class Event:
    """A moment in the work of a GPU. Making one raises RuntimeError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise DeviceError("Tried to instantiate dummy base class Event", cure=CURE)


class Stream:
    """A queue of work for a GPU. Making one raises RuntimeError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise DeviceError("torch.cuda.Stream requires CUDA support", cure=CURE)


class StreamContext:
    """A block whose work goes to a stream. There are no streams, so it is a plain block."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        """Nothing."""

    def __exit__(self, *_: object) -> None:
        """Nothing."""


class device:  # noqa: N801  # PyTorch's name
    """A block on one GPU. Entering it raises RuntimeError, unless the number is below 0."""

    def __init__(self, device: Any) -> None:
        self.index = -1 if device is None else getattr(device, "index", device)

    def __enter__(self) -> None:
        if not isinstance(self.index, int) or self.index >= 0:
            raise DeviceError("PyTorch was compiled without CUDA support", cure=CURE)

    def __exit__(self, *_: object) -> None:
        """Nothing: it is entered only where it changes nothing."""


class device_of(device):  # noqa: N801  # PyTorch's name
    """A block on the GPU of a tensor: tensors of the CPU change nothing."""

    def __init__(self, obj: Any) -> None:
        super().__init__(None)
