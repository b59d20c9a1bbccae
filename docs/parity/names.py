"""The names of PyTorch's that programs use, by namespace."""

from __future__ import annotations

import inspect
from importlib import import_module
from types import ModuleType
from typing import Any

#: Modules, and classes, whose public names are looked at.
NAMESPACES = (
    "torch",
    "torch.Tensor",
    "torch.accelerator",
    "torch.amp",
    "torch.autograd",
    "torch.autograd.forward_ad",
    "torch.autograd.functional",
    "torch.autograd.graph",
    "torch.backends.cudnn",
    "torch.cuda",
    "torch.distributions",
    "torch.distributions.constraints",
    "torch.fft",
    "torch.func",
    "torch.fx",
    "torch.fx.Graph",
    "torch.fx.Interpreter",
    "torch.fx.Tracer",
    "torch.hub",
    "torch.jit",
    "torch.linalg",
    "torch.masked",
    "torch.multiprocessing",
    "torch.nested",
    "torch.nn",
    "torch.nn.Module",
    "torch.nn.attention",
    "torch.nn.attention.flex_attention",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.nn.utils.parametrizations",
    "torch.nn.utils.parametrize",
    "torch.nn.utils.rnn",
    "torch.optim",
    "torch.optim.Optimizer",
    "torch.optim.lr_scheduler",
    "torch.optim.swa_utils",
    "torch.profiler",
    "torch.random",
    "torch.serialization",
    "torch.signal.windows",
    "torch.special",
    "torch.testing",
    "torch.utils._pytree",
    "torch.utils.benchmark",
    "torch.utils.checkpoint",
    "torch.utils.data",
    "torch.utils.data.distributed",
)


#: Those classes of ``torch`` itself, written in C++, that programs use.
_CLASSES = frozenset(
    {
        "Event",
        "FatalError",
        "Generator",
        "OutOfMemoryError",
        "Size",
        "Stream",
        "Tag",
        "Tensor",
        "device",
        "dtype",
        "finfo",
        "iinfo",
        "layout",
        "memory_format",
    }
)


def resolve(package: str, dotted: str) -> Any:
    """What a name of torch's is in a package.

    Raises:
        AttributeError: it has no such name.
    """
    parts = dotted.split(".")[1:]
    found: Any = import_module(package)
    path = package
    for part in parts:
        path += f".{part}"
        try:
            found = getattr(found, part)
        except AttributeError:
            if not isinstance(found, ModuleType):
                raise
            try:
                found = import_module(path)
            except ImportError:
                raise AttributeError(path) from None
    return found


def public_names(namespace: str) -> list[str]:
    """The names that torch offers there, by introspection."""
    space = resolve("torch", namespace)
    if inspect.isclass(space):
        return [name for name in dir(space) if not name.startswith("_") and _is_own(space, name)]
    listed = getattr(space, "__all__", None)
    names = dir(space) if listed is None else listed
    return sorted(
        name for name in set(names) if not name.startswith("_") and _is_offered(space, name, listed)
    )


def _is_own(space: type, name: str) -> bool:
    return inspect.getattr_static(space, name, None) is not None


def _is_offered(space: ModuleType, name: str, listed: Any) -> bool:
    """Whether a name is meant to be used: no module, and nothing that was only imported."""
    thing = getattr(space, name, None)
    if isinstance(thing, ModuleType):
        return False
    if listed is not None and space.__name__ != "torch":
        return True
    home = str(getattr(thing, "__module__", None) or "torch")
    if inspect.isclass(thing) and home in ("torch", "torch._C") and name not in _CLASSES:
        return False  # the inside of TorchScript
    return home.partition(".")[0] == "torch" and not name.startswith("Sym")
