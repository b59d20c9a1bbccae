"""What stands around training, in the shape of ``torch.utils``: :mod:`graphnet.utils.data` and hooks."""

from graphnet.utils import data, hooks

__all__ = ["data", "hooks"]
