"""In-place methods that are functions of ``torch``, too: ``torch.exp_(x)`` is ``x.exp_()``."""

from __future__ import annotations

from typing import Final

from graphnet._tensor import Tensor
from graphnet.functions import (  # noqa: F401  # they attach the methods
    arithmetic,
    complex_numbers,
    indexing,
    linalg,
    mixing,
    pointwise,
    rounding,
    special_functions,
    striding,
)

_NAMES: Final = """
abs_ acos_ acosh_ addmv_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ as_strided_ asin_ asinh_
atan_ atanh_ ceil_ clamp_ clamp_max_ clamp_min_ clip_ conj_physical_ cos_ cosh_ deg2rad_ detach_
erf_ erfc_ exp2_ exp_ expm1_ fix_ floor_ frac_ gcd_ i0_ index_put_ lcm_ ldexp_ log10_ log1p_ log2_
log_ logit_ nan_to_num_ neg_ negative_ rad2deg_ reciprocal_ round_ rsqrt_ sigmoid_ sin_ sinc_ sinh_
sqrt_ square_ tan_ tanh_ trunc_ xlogy_
"""

__all__: list[str] = []
__all__ += _NAMES.split()  # noqa: PLE0605  # a list of strings it is

globals().update({name: getattr(Tensor, name) for name in __all__})
