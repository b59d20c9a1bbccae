"""Converting the tensors of a module: to another dtype, another device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.autograd import no_grad
from graphnet.devices import NoDataError, is_meta
from graphnet.errors import ArgumentError
from graphnet.functions.factories import empty_like
from graphnet.functions.sharing import in_shared_memory
from graphnet.nn.modules.tree import Tree
from graphnet.nn.parameter import is_lazy


class Convertible(Tree):
    """Conversions of the parameters and buffers of a module and all inside it.

    Each changes the module in place and returns it. The parameters stay the same objects, so an
    optimizer that has them keeps them.
    """

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert to a dtype, a device, or those of another tensor: what :meth:`Tensor.to` takes.

        Only floating-point tensors change their dtype. Raises TypeError for a dtype that is
        neither floating-point nor complex.

        >>> import graphnet as torch
        >>> torch.nn.Linear(3, 2).to(torch.float64).weight.dtype
        torch.float64
        """
        wanted: dtypes.dtype | None = kwargs.pop("dtype", None)
        others: list[Any] = []
        for arg in args:
            if isinstance(arg, dtypes.dtype):
                wanted = arg
            elif isinstance(arg, Tensor):
                wanted = arg.dtype
                others.append(arg.device)
            elif arg is not None:
                others.append(arg)
        if wanted is not None and not (wanted.is_floating_point or wanted.is_complex):
            raise ArgumentError(
                "nn.Module.to only accepts floating point or complex dtypes, "
                f"but got desired dtype={wanted}"
            )

        def convert(tensor: Tensor) -> Tensor:
            if tensor.is_meta and others and not all(map(is_meta, others)):
                raise NoDataError(
                    "Cannot copy out of meta tensor; no data! Please use "
                    "torch.nn.Module.to_empty() instead of torch.nn.Module.to() when moving "
                    "module from meta to a different device."
                )
            fits = tensor.is_floating_point() or tensor.is_complex()
            dtype = wanted if wanted is not None and fits else tensor.dtype
            converted: Tensor = tensor.to(*others, dtype=dtype, **kwargs)
            return converted

        return self._apply(convert)

    def type(self, dst_type: dtypes.dtype | str) -> Self:
        """Convert all parameters and buffers, also those of integers, to one dtype."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def float(self) -> Self:
        """Convert floating-point parameters and buffers to ``float32``."""
        return self._convert_floats(dtypes.float32)

    def double(self) -> Self:
        """Convert floating-point parameters and buffers to ``float64``."""
        return self._convert_floats(dtypes.float64)

    def half(self) -> Self:
        """Convert floating-point parameters and buffers to ``float16``."""
        return self._convert_floats(dtypes.float16)

    def bfloat16(self) -> Self:
        """Convert floating-point parameters and buffers to ``bfloat16``."""
        return self._convert_floats(dtypes.bfloat16)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Move to a device without the values, which are to be filled in.

        >>> import graphnet as torch
        >>> torch.nn.Linear(3, 2, device="meta").to_empty(device="cpu").weight.shape
        torch.Size([2, 3])
        """
        return self._apply(lambda tensor: empty_like(tensor, device=device), recurse)

    def cpu(self) -> Self:
        """Move to the CPU, where everything is already but what is on the device ``meta``."""
        return self._apply(lambda tensor: tensor.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Move to a GPU. There is none here: raises what :meth:`Tensor.cuda` does."""
        return self._apply(lambda tensor: tensor.cuda(device))

    def share_memory(self) -> Self:
        """Put the tensors where other processes reach them; see :meth:`Tensor.share_memory_`."""
        return self._apply(in_shared_memory)

    def _convert_floats(self, dtype: dtypes.dtype) -> Self:
        return self._apply(
            lambda tensor: tensor.to(dtype) if tensor.is_floating_point() else tensor
        )

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Put ``fn`` of each parameter, gradient and buffer in its place."""
        if recurse:
            for child in self.children():
                child._apply(fn)
        with no_grad():
            for parameter in self._parameters.values():
                if parameter is not None:
                    gradient = parameter.grad
                    _convert(parameter, fn)
                    if gradient is not None:
                        _convert(gradient, fn)
                        parameter.grad = gradient
        for name, buffer in self._buffers.items():
            if buffer is None:
                continue
            if is_lazy(buffer):
                _convert(buffer, fn)
            else:
                self._buffers[name] = fn(buffer)
        return self


def _convert(tensor: Tensor, fn: Callable[[Tensor], Tensor]) -> None:
    """Put ``fn`` of the tensor's values in their place; the tensor stays the same object."""
    values = tensor.data
    converted = fn(values)
    if converted.is_meta or tensor.is_meta:
        from graphnet.meta import move

        move(tensor, converted)
    elif converted is not values:
        tensor.data = converted
