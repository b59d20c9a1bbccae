"""What stands around training, in the shape of ``torch.utils``: :mod:`graphnet.utils.data`."""

from graphnet.utils import checkpoint, data, model_zoo

__all__ = ["checkpoint", "data", "model_zoo"]
