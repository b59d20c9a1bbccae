"""Graph modules written as packages."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graphnet.nn.modules.batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from graphnet.nn.modules.conv import Conv1d, Conv2d, Conv3d
from graphnet.nn.modules.linear import Linear
from graphnet.serialization import save

if TYPE_CHECKING:
    from graphnet.fx.graph_module import GraphModule

#: Modules that are written as what they print.
_PRINTED: Final = (Linear, Conv1d, Conv2d, Conv3d, BatchNorm1d, BatchNorm2d, BatchNorm3d)


def write(module: GraphModule, imports: str, folder: Path, name: str) -> None:
    """Write a module as a package with a class of this name, and the imports its code needs."""
    folder.mkdir(exist_ok=True)
    save(module.state_dict(), folder / "state_dict.pt")
    lines: list[str] = []
    pickled: list[str] = []
    for child_name, child in module.named_children():
        shown = repr(child)
        if type(child) not in _PRINTED:
            file = folder / f"{child_name}.pt"
            save(child, file)
            pickled.append(child_name)
            comment = shown.replace("\n", " ")
            loaded = f"torch.load(r'{file}', weights_only=False)"
            lines.append(f"setattr(self, '{child_name}', {loaded})  # {comment}")
        else:
            lines.append(f"setattr(self, '{child_name}', {shown})")
    for buffer_name, buffer in module._buffers.items():
        if buffer is not None:
            empty = f"torch.empty({list(buffer.shape)}, dtype={buffer.dtype})"
            lines.append(f"self.register_buffer('{buffer_name}', {empty})")
    for parameter_name, parameter in module._parameters.items():
        if parameter is not None:
            empty = f"torch.empty({list(parameter.shape)}, dtype={parameter.dtype})"
            lines.append(f"setattr(self, '{parameter_name}', torch.nn.Parameter({empty}))")
    lines.append(f"self.load_state_dict(torch.load(r'{folder}/state_dict.pt'))")
    head = f"class {name}(torch.nn.Module):\n    def __init__(self):\n        super().__init__()"
    body = "\n".join(f"        {line}" for line in lines)
    code = module.code.replace("\n", "\n    ")
    text = f"{imports}\n\nfrom graphnet.nn import *\n\n\n{head}\n{body}\n{code}\n"
    (folder / "module.py").write_text(text, "utf-8")
    (folder / "__init__.py").write_text("from .module import *", "utf-8")
    if pickled:
        warnings.warn(
            "Was not able to save the following children modules as reprs -saved as pickled files "
            f"instead: {pickled}",
            stacklevel=3,
        )
