"""``torch.onnx``: programs that can export their model import it; graphnet writes no ONNX files."""

from __future__ import annotations

from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = ["export", "is_in_onnx_export", "register_custom_op_symbolic"]

_NO_FILES = "graphnet writes no ONNX files"
export = refusal(
    "export",
    "Write a model as an ONNX file",
    NotSupportedError,
    _NO_FILES,
    "save its state_dict with torch.save, and export it with PyTorch",
)
register_custom_op_symbolic = refusal(
    "register_custom_op_symbolic",
    "Say how an operation is written to ONNX files",
    NotSupportedError,
    _NO_FILES,
)


def is_in_onnx_export() -> bool:
    """False: nothing is ever exported.

    >>> import graphnet as torch
    >>> torch.onnx.is_in_onnx_export()
    False
    """
    return False
