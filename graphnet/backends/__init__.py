"""What PyTorch computes with, as programs ask and set it: ``torch.backends``."""

from collections.abc import Iterator
from contextlib import contextmanager

from graphnet.backends import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp, opt_einsum

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp", "opt_einsum"]


@contextmanager
def __allow_nonbracketed_mutation() -> Iterator[None]:
    """A block in which settings may be changed for good: they may be anywhere."""
    yield
