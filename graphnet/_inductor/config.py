"""``torch._inductor.config``: what programs set is kept, and changes nothing."""

debug = False
coordinate_descent_tuning = False
coordinate_descent_check_all_directions = False
epilogue_fusion = True
max_autotune = False
fx_graph_cache = True
force_fuse_int_mm_with_mul = False
use_mixed_mm = True


class triton:  # noqa: N801  # PyTorch's name
    """Those of its kernels for GPUs."""

    cudagraphs = False
    unique_kernel_names = True
