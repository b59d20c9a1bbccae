"""Where gradients cross a module's boundary, and how a user's functions see them there.

A call of a module with such hooks hands its inputs and its result on as copies. The gradients of
these copies are what enters and leaves the module in the backward pass, whatever else its inputs
and results are used for.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import AutogradError, ShapeError
from graphnet.functions.arguments import RefusedError
from graphnet.trace.hooks import HookGroup

if TYPE_CHECKING:
    from graphnet.nn.modules.module import Module

Gradients = tuple[Tensor | None, ...]
UserHooks = Sequence[Callable[..., Any]]


class Side:
    """The tensors among the inputs, or among the outputs, of one call.

    Holds what they look like and not themselves: their hooks live as long as they do.
    """

    def __init__(self, items: Sequence[Any]) -> None:
        self.count = len(items)
        self.places = [place for place, item in enumerate(items) if isinstance(item, Tensor)]
        tensors = [items[place] for place in self.places]
        self.types = {
            place: (tuple(tensor.shape), tensor.dtype)
            for place, tensor in zip(self.places, tensors, strict=True)
        }
        with_gradients = zip(self.places, tensors, strict=True)
        self.hooked = [place for place, tensor in with_gradients if tensor.requires_grad]

    def zeros(self, place: int) -> Tensor:
        """The gradient of a tensor that has none."""
        shape, dtype = self.types[place]
        return fn.zeros(shape, dtype=dtype)

    def spread(self, found: Sequence[Any]) -> list[Tensor | None]:
        """The gradients of those that have one, each in its place."""
        gradients: list[Tensor | None] = [None] * self.count
        for place, gradient in zip(self.hooked, found, strict=True):
            gradients[place] = gradient
        return gradients

    def gathered(self, gradients: Sequence[Any], found: Sequence[Any]) -> list[Tensor | None]:
        """The gradients to go on with, in the place of those ``found``.

        None takes away what was there.

        Raises:
            ShapeError: a hook returned a gradient that does not fit its tensor.
        """
        made: list[Tensor | None] = []
        for place, before in zip(self.hooked, found, strict=True):
            gradient, shape = gradients[place], self.types[place][0]
            if gradient is None:
                gradient = None if before is None else self.zeros(place)
            elif tuple(gradient.shape) != shape:
                raise ShapeError(
                    "a backward hook has changed the size of value: it returned a gradient of "
                    f"shape {list(gradient.shape)} at index {place} for a tensor of shape "
                    f"{list(shape)}",
                    cure="return gradients of the shapes it was given",
                )
            made.append(gradient)
        return made


class Boundary:
    """One call of a module whose gradients somebody wants to see.

    Args:
        module: the module called.
        before: called with the gradients of its outputs, before they enter it.
        after: called with those and the gradients of its inputs, when they have left it.
    """

    def __init__(self, module: Module, before: UserHooks, after: UserHooks) -> None:
        self.module = module
        self.before = before
        self.after = after
        self.grad_outputs: Gradients | None = None

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments as ``forward`` is to be given them."""
        inputs = self.inputs = Side(args)
        self._entering = [args[place].clone() for place in inputs.hooked]
        self._versions = [tensor._storage.version for tensor in self._entering]
        return _with(args, dict(zip(inputs.hooked, self._entering, strict=True)))

    def leave(self, result: Any) -> Any:
        """The result as the caller is to be given it.

        Raises:
            AutogradError: an input was written to in place.
        """
        entering = self._entering
        self._entering = []
        self._check_unwritten(entering)
        if not isinstance(result, Tensor | tuple):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(result)}",
                stacklevel=4,
            )
            return result
        items = result if isinstance(result, tuple) else (result,)
        outputs = self.outputs = Side(items)
        if not outputs.hooked:
            return result
        leaving = [items[place].clone() for place in outputs.hooked]
        if entering:
            HookGroup(entering, self._inputs_reached)
        HookGroup(leaving, self._outputs_reached)
        passed = _with(items, dict(zip(outputs.hooked, leaving, strict=True)))
        return passed if isinstance(result, tuple) else passed[0]

    def _check_unwritten(self, entering: list[Tensor]) -> None:
        for tensor, version in zip(entering, self._versions, strict=True):
            if tensor._storage.version != version:
                raise AutogradError(
                    f"{type(self.module).__name__} has backward hooks, and its forward wrote to "
                    "its input in place: the gradient at its boundary would be of what was there "
                    "before",
                    cure="compute out of place (inplace=False), or clone() the input in forward",
                )

    def _outputs_reached(self, found: Sequence[Any]) -> Sequence[Any]:
        """Gradients have arrived at the outputs."""
        grad_outputs: Gradients = tuple(self.outputs.spread(found))
        for hook in self.before:
            replaced = hook(self.module, grad_outputs)
            if replaced is not None:
                _check_count("Backward pre hook", "grad_output", replaced, len(grad_outputs))
                grad_outputs = replaced
        if self.inputs.hooked:
            self.grad_outputs = grad_outputs
        else:
            self._report_without_inputs(grad_outputs)
        return self.outputs.gathered(grad_outputs, found)

    def _inputs_reached(self, found: Sequence[Any]) -> Sequence[Any]:
        """Gradients have arrived at the inputs."""
        if self.grad_outputs is None:  # not by way of the outputs
            return found
        spread = self.inputs.spread(found)
        for place in self.inputs.places:
            if spread[place] is None:
                spread[place] = self.inputs.zeros(place)
        grad_inputs: Gradients = tuple(spread)
        for hook in self.after:
            replaced = hook(self.module, grad_inputs, self.grad_outputs)
            if replaced is not None:
                _check_count("Backward hook", "grad_input", replaced, len(grad_inputs))
                grad_inputs = replaced
        self.grad_outputs = None
        return self.inputs.gathered(grad_inputs, found)

    def _report_without_inputs(self, grad_outputs: Gradients) -> None:
        """Call the hooks although nothing will arrive at the inputs."""
        warnings.warn(
            "Full backward hook is firing when gradients are computed with respect to module "
            "outputs since no inputs require gradients.",
            stacklevel=2,
        )
        nothing = (None,) * self.inputs.count
        for hook in self.after:
            replaced = hook(self.module, nothing, grad_outputs)
            if replaced is not None and not (
                isinstance(replaced, tuple) and all(each is None for each in replaced)
            ):
                raise RefusedError(
                    "Backward hook for Modules where no input requires gradient should always "
                    "return None or None for all gradients."
                )


def _with(items: tuple[Any, ...], replaced: dict[int, Any]) -> tuple[Any, ...]:
    """A tuple of the same kind with other items in some places."""
    made = [replaced.get(place, item) for place, item in enumerate(items)]
    return tuple(made) if type(items) is tuple else type(items)(*made)


def _check_count(which: str, what: str, replaced: Any, expected: int) -> None:
    if len(replaced) != expected:
        raise RefusedError(
            f"{which} returned an invalid number of {what}, got {len(replaced)}, "
            f"but expected {expected}"
        )
