"""graphnet: PyTorch's Python API over a static graph that can be seen, questioned and trusted.

>>> import graphnet as torch
>>> a = torch.tensor(2.0, requires_grad=True)
>>> b = torch.tensor(1.0, requires_grad=True)
>>> e = (a + b) * (b + 1)
>>> e.backward()
>>> b.grad
tensor(5.)
"""

from __future__ import annotations

from importlib import import_module
from math import e, inf, nan, pi
from typing import TYPE_CHECKING, Any

from graphnet import autograd, dtypes, functions, nn, optim, settings, tensor_types, utils
from graphnet._tensor import Tensor
from graphnet.config import config
from graphnet.devices import device, get_default_device, set_default_device
from graphnet.dtypes import (
    bfloat16,
    bool,
    can_cast,
    cdouble,
    cfloat,
    complex64,
    complex128,
    double,
    dtype,
    finfo,
    float,
    float8_e4m3fn,
    float8_e4m3fnuz,
    float8_e5m2,
    float8_e5m2fnuz,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    iinfo,
    int,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    set_default_dtype,
    short,
    uint8,
    uint16,
    uint32,
    uint64,
)
from graphnet.errors import OutOfMemoryError
from graphnet.functions import *  # noqa: F403  # the torch-like namespace is everything in there
from graphnet.functions.outputs import TAKES_OUT, take_out
from graphnet.grad_mode import (
    enable_grad,
    inference_mode,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from graphnet.grad_mode import enabled as is_grad_enabled
from graphnet.ir.types import Size
from graphnet.nn.top_level import *  # noqa: F403
from graphnet.random import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from graphnet.runtime.threads import get_num_threads, set_num_threads
from graphnet.serialization import load, save
from graphnet.settings import *  # noqa: F403
from graphnet.tensor_types import *  # noqa: F403

if TYPE_CHECKING:
    from graphnet import (
        accelerator,
        amp,
        backends,
        compat,
        compiler,
        cpu,
        cuda,
        distributed,
        distributions,
        fft,
        func,
        hub,
        jit,
        linalg,
        masked,
        mps,
        multiprocessing,
        onnx,
        signal,
        sparse,
        special,
        testing,
        version,
        vision,
        viz,
        xpu,
    )
    from graphnet.amp import GradScaler, autocast
    from graphnet.amp.autocast_mode import (
        get_autocast_dtype,
        is_autocast_cpu_enabled,
        is_autocast_enabled,
    )
    from graphnet.compiler import compile
    from graphnet.func.vectorized import vmap
    from graphnet.printing import get_printoptions, set_printoptions
    from graphnet.trace.capture import Program, capture
    from graphnet.trace.explain import explain

__version__ = "0.1.0"

take_out(globals(), TAKES_OUT)

#: ``x[torch.newaxis]`` is ``x[None]``.
newaxis = None

__all__ = [
    "Generator",
    "GradScaler",
    "OutOfMemoryError",
    "Program",
    "Size",
    "Tensor",
    "__version__",
    "accelerator",
    "amp",
    "autocast",
    "autograd",
    "backends",
    "bfloat16",
    "bool",
    "can_cast",
    "capture",
    "cdouble",
    "cfloat",
    "compat",
    "compile",
    "compiler",
    "complex128",
    "complex64",
    "config",
    "cpu",
    "cuda",
    "default_generator",
    "device",
    "distributed",
    "distributions",
    "double",
    "dtype",
    "dtypes",
    "e",
    "enable_grad",
    "explain",
    "fft",
    "finfo",
    "float",
    "float16",
    "float32",
    "float64",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "func",
    "functions",
    "get_autocast_dtype",
    "get_default_device",
    "get_default_dtype",
    "get_num_threads",
    "get_printoptions",
    "get_rng_state",
    "half",
    "hub",
    "iinfo",
    "inf",
    "inference_mode",
    "initial_seed",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "is_autocast_cpu_enabled",
    "is_autocast_enabled",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "jit",
    "linalg",
    "load",
    "long",
    "manual_seed",
    "masked",
    "mps",
    "multiprocessing",
    "nan",
    "newaxis",
    "nn",
    "no_grad",
    "onnx",
    "optim",
    "pi",
    "promote_types",
    "save",
    "seed",
    "set_default_device",
    "set_default_dtype",
    "set_grad_enabled",
    "set_num_threads",
    "set_printoptions",
    "set_rng_state",
    "short",
    "signal",
    "sparse",
    "special",
    "testing",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "utils",
    "version",
    "vision",
    "viz",
    "vmap",
    "xpu",
]
__all__ += functions.__all__
__all__ += nn.top_level.__all__
__all__ += settings.__all__
__all__ += tensor_types.__all__

_LAZY = {
    "library": "graphnet.library",
    "DeviceObjType": "graphnet._C:DeviceObjType",
    "TensorType": "graphnet._C:TensorType",
    "chalf": "graphnet.dtypes:chalf",
    "complex32": "graphnet.dtypes:complex32",
    "float4_e2m1fn_x2": "graphnet.dtypes:float4_e2m1fn_x2",
    "float8_e8m0fnu": "graphnet.dtypes:float8_e8m0fnu",
    "_tensor_str": "graphnet._tensor_str",
    "ScriptModule": "graphnet.jit:ScriptModule",
    "PyTorchFileReader": "graphnet.torch_archive:PyTorchFileReader",
    "quasirandom": "graphnet.quasirandom",
    "_subclasses": "graphnet._subclasses",
    "_higher_order_ops": "graphnet._higher_order_ops",
    "cond": "graphnet._higher_order_ops:cond",
    "while_loop": "graphnet._higher_order_ops:while_loop",
    "Event": "graphnet.streams:Event",
    "Stream": "graphnet.streams:Stream",
    "get_device_module": "graphnet.devices:get_device_module",
    "torch": "graphnet",
    "_assert_async": "graphnet.checks:_assert_async",
    "_check": "graphnet.checks:_check",
    "_check_index": "graphnet.checks:_check_index",
    "_check_is_size": "graphnet.checks:_check_is_size",
    "_check_not_implemented": "graphnet.checks:_check_not_implemented",
    "_check_tensor_all": "graphnet.checks:_check_tensor_all",
    "_check_type": "graphnet.checks:_check_type",
    "_check_value": "graphnet.checks:_check_value",
    "_check_with": "graphnet.checks:_check_with",
    "SymBool": "graphnet.symbolic:SymBool",
    "SymFloat": "graphnet.symbolic:SymFloat",
    "SymInt": "graphnet.symbolic:SymInt",
    "sym_float": "graphnet.symbolic:sym_float",
    "sym_int": "graphnet.symbolic:sym_int",
    "sym_ite": "graphnet.symbolic:sym_ite",
    "sym_max": "graphnet.symbolic:sym_max",
    "sym_min": "graphnet.symbolic:sym_min",
    "sym_not": "graphnet.symbolic:sym_not",
    "sym_sqrt": "graphnet.symbolic:sym_sqrt",
    "sym_sum": "graphnet.symbolic:sym_sum",
    "profiler": "graphnet.profiler",
    "nested": "graphnet.nested",
    "fx": "graphnet.fx",
    "_utils": "graphnet._utils",
    "_inductor": "graphnet._inductor",
    "_dynamo": "graphnet._dynamo",
    "_C": "graphnet._C",
    "_assert": "graphnet.overrides:_assert",
    "functional": "graphnet.functions",
    "_jit_internal": "graphnet._jit_internal",
    "overrides": "graphnet.overrides",
    "__config__": "graphnet.__config__",
    "types": "graphnet.types",
    "futures": "graphnet.futures",
    "Future": "graphnet.futures:Future",
    "from_dlpack": "graphnet.utils.dlpack:from_dlpack",
    "to_dlpack": "graphnet.utils.dlpack:to_dlpack",
    "GradScaler": "graphnet.amp:GradScaler",
    "Program": "graphnet.trace.capture:Program",
    "accelerator": "graphnet.accelerator",
    "amp": "graphnet.amp",
    "autocast": "graphnet.amp:autocast",
    "backends": "graphnet.backends",
    "capture": "graphnet.trace.capture:capture",
    "explain": "graphnet.trace.explain:explain",
    "get_printoptions": "graphnet.printing:get_printoptions",
    "set_printoptions": "graphnet.printing:set_printoptions",
    "compat": "graphnet.compat",
    "compile": "graphnet.compiler:compile",
    "compiler": "graphnet.compiler",
    "cpu": "graphnet.cpu",
    "cuda": "graphnet.cuda",
    "distributed": "graphnet.distributed",
    "distributions": "graphnet.distributions",
    "fft": "graphnet.fft",
    "func": "graphnet.func",
    "get_autocast_dtype": "graphnet.amp.autocast_mode:get_autocast_dtype",
    "hub": "graphnet.hub",
    "is_autocast_cpu_enabled": "graphnet.amp.autocast_mode:is_autocast_cpu_enabled",
    "is_autocast_enabled": "graphnet.amp.autocast_mode:is_autocast_enabled",
    "jit": "graphnet.jit",
    "linalg": "graphnet.linalg",
    "masked": "graphnet.masked",
    "mps": "graphnet.mps",
    "multiprocessing": "graphnet.multiprocessing",
    "onnx": "graphnet.onnx",
    "operators": "graphnet.operators",
    "signal": "graphnet.signal",
    "sparse": "graphnet.sparse",
    "special": "graphnet.special",
    "testing": "graphnet.testing",
    "version": "graphnet.version",
    "vision": "graphnet.vision",
    "viz": "graphnet.viz",
    "vmap": "graphnet.func.vectorized:vmap",
    "xpu": "graphnet.xpu",
}
"""What few programs need: imported when it is first asked for."""


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext graphnet``: cells that import torch get graphnet."""
    import_module("graphnet.compat").install()


def unload_ipython_extension(ipython: Any) -> None:
    """``%unload_ext graphnet``: they get PyTorch again, where it is installed."""
    import_module("graphnet.compat").uninstall()


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'graphnet' has no attribute {name!r}")
    module, _, attribute = _LAZY[name].partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found
