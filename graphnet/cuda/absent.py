"""What stands for the parts of a GPU that is not there."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NoReturn

from graphnet.devices import DeviceError, NotCompiledError
from graphnet.refusals import refusal

CURE = "ask torch.cuda.is_available() first"


def without_cuda(name: str, summary: str) -> Callable[..., NoReturn]:
    """A function that says that there is no CUDA."""
    return refusal(name, summary, NotCompiledError, "Torch not compiled with CUDA enabled", CURE)


def nothing(name: str, summary: str, *parameters: str) -> Callable[..., None]:
    """A function that has nothing to do where there is no GPU, in PyTorch either.

    Args:
        name: its name.
        summary: what it would do.
        parameters: what it is called with; ``device`` may be left out.
    """
    signature = inspect.Signature([_parameter(each) for each in parameters])

    def do_nothing(*args: Any, **kwargs: Any) -> None:
        signature.bind(*args, **kwargs)

    do_nothing.__signature__ = signature  # type: ignore[attr-defined]  # for whoever asks
    do_nothing.__name__ = do_nothing.__qualname__ = name
    do_nothing.__doc__ = f"{summary}: nothing to do without a GPU."
    return do_nothing


def _parameter(name: str) -> inspect.Parameter:
    default: Any = "cuda" if name == "device" else inspect.Parameter.empty
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)


class Event:
    """A moment in the work of a GPU. Making one raises RuntimeError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise DeviceError("Tried to instantiate dummy base class Event", cure=CURE)


class Stream:
    """A queue of work for a GPU. Making one raises RuntimeError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise DeviceError("torch.cuda.Stream requires CUDA support", cure=CURE)


class CUDAGraph:
    """Work of a GPU that was recorded. Making one raises RuntimeError."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise DeviceError("Tried to instantiate dummy base class CUDAGraph", cure=CURE)


class graph:  # noqa: N801  # PyTorch's name
    """A block whose work on a GPU is recorded. Making one raises RuntimeError."""

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
