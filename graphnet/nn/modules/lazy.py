"""Modules that learn the sizes of their parameters from the first input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from graphnet import dtypes
from graphnet.autograd import no_grad
from graphnet.functions.arguments import RefusedError
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import UninitializedParameter, is_lazy


class LazyModuleMixin(Module):
    """What makes a module lazy: put before the class of which it is the lazy form.

    Parameters and buffers begin as :class:`UninitializedParameter` and
    :class:`UninitializedBuffer`. The first call asks ``initialize_parameters``, which a subclass
    defines with the parameters of ``forward``, to give them their shapes; the module then becomes
    one of the class ``cls_to_become``. Loading a ``state_dict`` that has the shapes gives them,
    too. Source: PyTorch's page "LazyModuleMixin".

    >>> import graphnet as torch
    >>> layer = torch.nn.LazyLinear(2)
    >>> layer
    LazyLinear(in_features=0, out_features=2, bias=True)
    >>> layer(torch.ones(4, 3)).shape
    torch.Size([4, 2])
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)
    """

    #: The class of the module once all its parameters have shapes; None to stay what it is.
    cls_to_become: ClassVar[type[Module] | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._load_hook = self.register_load_state_dict_pre_hook(_take_shapes)
        self._initialize_hook = self.register_forward_pre_hook(_initialize, with_kwargs=True)

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Give the parameters the shapes that fit the arguments of a call: for subclasses."""
        raise NotImplementedError(
            f"initialize_parameters is not implemented for {type(self).__name__}"
        )

    def has_uninitialized_params(self) -> bool:
        """Whether some parameter or buffer of this module itself has no shape yet."""
        return any(is_lazy(held) for held in (*self._parameters.values(), *self._buffers.values()))

    def reset_parameters(self) -> None:
        """Draw new values for the parameters, once they have some."""
        held = (parameter for parameter in self._parameters.values() if parameter is not None)
        if not any(is_lazy(parameter) or not parameter.numel() for parameter in held):
            super().reset_parameters()  # type: ignore[misc]  # of the class that this one is before

    def _leave_open(self, *names: str, device: Any, dtype: dtypes.dtype | None) -> None:
        """Register parameters whose shapes the first input decides."""
        for name in names:
            setattr(self, name, UninitializedParameter(device=device, dtype=dtype))

    def _materialize(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Give those parameters and buffers shapes that this module has, and draw values."""
        with no_grad():
            for name, shape in shapes.items():
                held = getattr(self, name)
                if held is not None:
                    held.materialize(shape)
            self.reset_parameters()


def _initialize(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Before the first call: give shapes to all parameters, and be lazy no more."""
    module.initialize_parameters(*args, **kwargs)
    if module.has_uninitialized_params():
        raise RefusedError(f"module {module._get_name()} has not been fully initialized")
    module._initialize_hook.remove()
    module._load_hook.remove()
    del module._initialize_hook, module._load_hook
    if module.cls_to_become is not None:
        module.__class__ = module.cls_to_become


def _take_shapes(module: Any, state_dict: Mapping[str, Any], prefix: str, *_: Any) -> None:
    """Before loading: take the shapes of what has some in the ``state_dict``."""
    for name, held in (*module._parameters.items(), *module._buffers.items()):
        loaded = state_dict.get(prefix + name)
        if is_lazy(held) and loaded is not None and not is_lazy(loaded):
            held.materialize(loaded.shape)
