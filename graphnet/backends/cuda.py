"""CUDA, which is not there: what programs set for it is kept and changes nothing.

Source: PyTorch's page ``torch.backends``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

#: Settings of matrix products on a GPU.
matmul = SimpleNamespace(
    allow_tf32=False,
    allow_fp16_reduced_precision_reduction=True,
    allow_bf16_reduced_precision_reduction=True,
)

_kernels = {"flash": True, "mem_efficient": True, "math": True, "cudnn": True}


def is_built() -> bool:
    """False: it is not there."""
    return False


def _setter(kernel: str) -> Callable[[bool], None]:
    def set_enabled(enabled: bool) -> None:
        _kernels[kernel] = bool(enabled)

    set_enabled.__doc__ = f"Let GPUs use the {kernel} kernel for attention, or not."
    set_enabled.__name__ = set_enabled.__qualname__ = f"enable_{kernel}_sdp"
    return set_enabled


def _getter(kernel: str) -> Callable[[], bool]:
    def is_enabled() -> bool:
        return _kernels[kernel]

    is_enabled.__doc__ = f"Whether GPUs may use the {kernel} kernel for attention."
    is_enabled.__name__ = is_enabled.__qualname__ = f"{kernel}_sdp_enabled"
    return is_enabled


enable_flash_sdp, flash_sdp_enabled = _setter("flash"), _getter("flash")
enable_mem_efficient_sdp, mem_efficient_sdp_enabled = (
    _setter("mem_efficient"),
    _getter("mem_efficient"),
)
enable_math_sdp, math_sdp_enabled = _setter("math"), _getter("math")
enable_cudnn_sdp, cudnn_sdp_enabled = _setter("cudnn"), _getter("cudnn")


@contextmanager
def sdp_kernel(
    enable_flash: bool = True,
    enable_math: bool = True,
    enable_mem_efficient: bool = True,
    enable_cudnn: bool = True,
) -> Iterator[None]:
    """Choose GPUs' kernels for attention, for a block."""
    before = dict(_kernels)
    _kernels.update(
        flash=enable_flash,
        math=enable_math,
        mem_efficient=enable_mem_efficient,
        cudnn=enable_cudnn,
    )
    try:
        yield
    finally:
        _kernels.update(before)
