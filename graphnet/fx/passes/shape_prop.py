"""Shapes of all values of a graph of calls: ``torch.fx.passes.shape_prop``."""

from __future__ import annotations

import traceback
from typing import Any, NamedTuple

from graphnet._tensor import Tensor
from graphnet.dtypes import dtype
from graphnet.functions.layouts import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    memory_format,
)
from graphnet.fx.graph_module import GraphModule
from graphnet.fx.interpreter import Interpreter
from graphnet.fx.node import Node, map_aggregate
from graphnet.ir.types import Size

__all__ = ["ShapeProp", "TensorMetadata"]


class TensorMetadata(NamedTuple):
    """What a tensor is, without its values."""

    shape: Size
    dtype: dtype
    requires_grad: bool
    stride: tuple[int, ...]
    memory_format: memory_format | None
    is_quantized: bool
    qparams: dict[str, Any]


def _extract_tensor_metadata(result: Tensor) -> TensorMetadata:
    """What a tensor is."""
    formats = (contiguous_format, channels_last, channels_last_3d)
    fits = next((each for each in formats if result.is_contiguous(memory_format=each)), None)
    return TensorMetadata(
        result.shape, result.dtype, result.requires_grad, result.stride(), fits, False, {}
    )


class ShapeProp(Interpreter):
    """Runs a graph, and notes for each node what its value is, in ``meta["tensor_meta"]``.

    Args:
        gm: the module whose graph is run.
        fake_mode: none is here.

    >>> import graphnet as torch
    >>> from graphnet.fx.passes.shape_prop import ShapeProp
    >>> traced = torch.fx.symbolic_trace(torch.nn.Linear(3, 2))
    >>> _ = ShapeProp(traced).propagate(torch.ones(5, 3))
    >>> [tuple(node.meta["tensor_meta"].shape) for node in traced.graph.nodes]
    [(5, 3), (2, 3), (2,), (5, 2), (5, 2)]
    """

    def __init__(self, gm: GraphModule, fake_mode: Any = None) -> None:
        super().__init__(gm)
        self.fake_mode = fake_mode
        self.real_module = self.module

    def run_node(self, n: Node) -> Any:
        """The value of a node, about which something is noted.

        Raises:
            RuntimeError: the call raises.
        """
        try:
            result = super().run_node(n)
        except Exception as error:
            traceback.print_exc()
            raise RuntimeError(
                f"ShapeProp error for: node={n.format_node()} with meta={n.meta}"
            ) from error
        found: list[Tensor] = []

        def described(value: Any) -> Any:
            if not isinstance(value, Tensor):
                return value
            found.append(value)
            return _extract_tensor_metadata(value)

        meta = map_aggregate(result, described)
        if found:
            n.meta["tensor_meta"] = meta
        n.meta["type"] = type(result)
        return result

    def propagate(self, *args: Any) -> Any:
        """Run the graph with arguments; its result."""
        return self.run(*args)
