"""Where the modules of torch and torchvision are in graphnet."""

from __future__ import annotations

from graphnet.version import __version__

#: What stands elsewhere, or under another name. All below it moves with it.
PLACES = {
    "functorch": "graphnet.functorch",
    "torch": "graphnet",
    "torch.autograd.grad_mode": "graphnet.grad_mode",
    "torch.autograd.profiler": "graphnet.profiler.around",
    "torch.distributions.utils": "graphnet.distributions.parameters",
    "torch._ops": "graphnet.operators",
    "torch.functional": "graphnet.functions",
    "torch.nn.modules.utils": "graphnet.nn.modules.sizes",
    "torch.ops": "graphnet.operators",
    "torch.storage": "graphnet.functions.storages",
    "torch.utils.data._utils": "graphnet.utils.data",
    "torchvision": "graphnet.vision",
    "torchvision.transforms.transforms": "graphnet.vision.transforms",
}

#: Modules whose children may each be asked for what any of them has. There are more files here than
#: in torch, so that a class may stand in a neighbour of the module it is imported from.
SHARED = ("torch.nn.modules", "torch.optim", "torch.utils.data")

#: The distributions that are there as long as the hook is, and their versions.
VERSIONS = {"torch": __version__, "functorch": __version__, "torchvision": "0.28.0"}


def place_of(name: str) -> str | None:
    """The dotted name in graphnet of a module of torch's; None for one of another package.

    >>> place_of("torch.nn.functional"), place_of("torchvision.transforms"), place_of("numpy")
    ('graphnet.nn.functional', 'graphnet.vision.transforms', None)
    """
    head, tail = name, ""
    while head:
        if head in PLACES:
            return PLACES[head] + tail
        head, dot, last = head.rpartition(".")
        tail = dot + last + tail
    return None
