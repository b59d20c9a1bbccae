"""``torch._dynamo.config``: what programs set is kept, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

suppress_errors = False
verbose = False
cache_size_limit = recompile_limit = 8
accumulated_cache_size_limit = accumulated_recompile_limit = 256
capture_scalar_outputs = False
capture_dynamic_output_shape_ops = False
automatic_dynamic_shapes = True
assume_static_by_default = True
optimize_ddp = True
skip_fwd_side_effects_in_bwd_under_checkpoint = False
inline_inbuilt_nn_modules = True


@contextmanager
def patch(
    arg1: str | dict[str, Any] | None = None, arg2: Any = None, **kwargs: Any
) -> Iterator[None]:
    """Set some of these for a while: by name and value, by a dictionary, or by keywords."""
    changes = {arg1: arg2} if isinstance(arg1, str) else {**(arg1 or {}), **kwargs}
    here = globals()
    before = {name: here[name] for name in changes if name in here}
    here.update(changes)
    try:
        yield
    finally:
        for name in changes:
            here.pop(name)
        here.update(before)
