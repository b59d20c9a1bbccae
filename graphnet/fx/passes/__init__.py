"""Passes over graphs of calls: ``torch.fx.passes``."""

from graphnet.fx.passes import shape_prop as shape_prop

__all__ = ["shape_prop"]
