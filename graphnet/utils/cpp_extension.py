"""Extensions in C++: ``torch.utils.cpp_extension``, which refuses to build them."""

from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = ["BuildExtension", "CUDAExtension", "CppExtension", "load", "load_inline"]

_PROBLEM = "graphnet has no interface for PyTorch's C++ extensions"
_CURE = "write the operation with tensors, or as an autograd.Function over numpy"
load = refusal("load", "Build and load an extension", NotSupportedError, _PROBLEM, _CURE)
load_inline = refusal("load_inline", "Build one of text", NotSupportedError, _PROBLEM, _CURE)
BuildExtension = refusal("BuildExtension", "A build command", NotSupportedError, _PROBLEM, _CURE)
CppExtension = refusal("CppExtension", "An extension", NotSupportedError, _PROBLEM, _CURE)
CUDAExtension = refusal("CUDAExtension", "An extension", NotSupportedError, _PROBLEM, _CURE)
