"""What networks share: parts as networks, and widths that processors like."""

from __future__ import annotations

from collections import OrderedDict

from graphnet import nn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError

__all__ = ["IntermediateLayerGetter"]


class IntermediateLayerGetter(nn.ModuleDict):
    """A network up to some of its parts, whose results are given by name.

    Its parts are those of ``model``, one after the other, up to the last that is asked for; what
    the network does between them in its ``forward`` is left out.

    Args:
        model: the network.
        return_layers: the names of parts, and the names of their results.

    Raises:
        ValueRangeError: (a ValueError) the network has no part of that name.

    >>> import graphnet as torch
    >>> from graphnet.vision.models._utils import IntermediateLayerGetter
    >>> network = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    >>> features = IntermediateLayerGetter(network, {"0": "hidden", "1": "active"})
    >>> {name: tuple(x.shape) for name, x in features(torch.ones(5, 4)).items()}
    {'hidden': (5, 3), 'active': (5, 3)}
    >>> list(features)
    ['0', '1']
    """

    def __init__(self, model: nn.Module, return_layers: dict[str, str]) -> None:
        parts = dict(model.named_children())
        if absent := [name for name in return_layers if name not in parts]:
            raise ValueRangeError(
                f"return_layers are not present in model: {absent}",
                cure=f"name some of its parts, {list(parts)}",
            )
        last = max((list(parts).index(name) for name in return_layers), default=-1)
        super().__init__(dict(list(parts.items())[: last + 1]))
        self.return_layers = return_layers

    def forward(self, x: Tensor) -> OrderedDict[str, Tensor]:
        """The results that are asked for, by name."""
        results = OrderedDict()
        for name, part in self.items():
            x = part(x)
            if name in self.return_layers:
                results[self.return_layers[name]] = x
        return results


def _make_divisible(v: float, divisor: int, min_value: int | None = None) -> int:
    """The multiple nearest to a width, if that is not less by more than a tenth."""
    least = divisor if min_value is None else min_value
    nearest = max(least, int(v + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * v else nearest
