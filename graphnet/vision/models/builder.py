"""How the networks of the papers are called for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from graphnet import nn
from graphnet.errors import NotSupportedError

Network = TypeVar("Network", bound=nn.Module)


def builder(
    name: str, network: Callable[..., Network], summary: str, *settings: Any, **options: Any
) -> Callable[..., Network]:
    """The function that makes one of the networks of a paper, as torchvision has it.

    Args:
        name: its name.
        network: makes it.
        summary: what that is.
        settings, options: what ``network`` is called with; callers may give other options.
    """

    def build(
        *, weights: Any = None, progress: bool = True, pretrained: bool = False, **kwargs: Any
    ) -> Network:
        if weights is not None or pretrained:
            raise NotSupportedError(
                f"{name}: there are no trained weights", cure="use weights=None and train it"
            )
        return network(*settings, **{**options, **kwargs})

    build.__name__ = build.__qualname__ = name
    build.__doc__ = (
        f"{summary}\n\n"
        "Raises NotSupportedError, a NotImplementedError, where trained weights are asked for."
    )
    return build
