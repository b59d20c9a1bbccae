"""``torch.fx.graph_module``."""

from graphnet.fx.graph import GraphModule

__all__ = ["GraphModule"]
