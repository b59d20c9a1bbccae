"""The older names of :mod:`graphnet.amp`: ``torch.cuda.amp``."""

from graphnet.amp import custom_bwd, custom_fwd
from graphnet.cuda.amp.autocast_mode import autocast
from graphnet.cuda.amp.grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]
