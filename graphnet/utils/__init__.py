"""What stands around training, in the shape of ``torch.utils``: data sets, hooks."""

from graphnet.utils import data, hooks

__all__ = ["data", "hooks"]
