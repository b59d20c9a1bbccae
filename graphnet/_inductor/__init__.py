"""Settings of PyTorch's compiler, ``torch._inductor``, which is not here: programs may set them."""

from graphnet._inductor import config as config
