"""Tensors of PyTorch's compiler, to compare classes with: there are none."""

from graphnet._subclasses.fake_tensor import FakeTensor, FakeTensorMode

__all__ = ["FakeTensor", "FakeTensorMode"]
