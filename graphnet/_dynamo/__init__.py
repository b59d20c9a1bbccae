"""Settings of PyTorch's tracer, ``torch._dynamo``, which is not here: programs may set them."""

from graphnet._dynamo import config as config
from graphnet.compiler import disable, is_compiling, reset

__all__ = ["disable", "is_compiling", "reset"]
