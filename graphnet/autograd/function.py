"""Functions with gradients of the user's own: ``torch.autograd.Function``.

``forward`` is called when the function is applied, ``backward`` in every backward pass: its
gradients take the place of those of the inputs, by the mechanism of hooks.

Source: PyTorch's page ``Extending torch.autograd``.
"""

from __future__ import annotations

import functools
import inspect
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn
from weakref import WeakMethod

from graphnet._tensor import Tensor
from graphnet.autograd.context import FunctionCtx
from graphnet.errors import AutogradError, NotSupportedError
from graphnet.functions.factories import zeros
from graphnet.grad_mode import enabled, no_grad
from graphnet.ir.op import Op
from graphnet.ops.convert import Identity
from graphnet.ops.custom import Custom
from graphnet.trace.hooks import HookGroup
from graphnet.trace.recorder import current_recorder
from graphnet.trace.versions import second_time

__all__ = ["Function", "FunctionCtx", "InplaceFunction", "once_differentiable"]


class _ThisThread(threading.local):
    def __init__(self) -> None:
        self.going_forward = False


_this_thread = _ThisThread()


@contextmanager
def going_forward() -> Iterator[None]:
    """Within this block, backward passes go by ``jvp`` of functions that have one."""
    before, _this_thread.going_forward = _this_thread.going_forward, True
    try:
        yield
    finally:
        _this_thread.going_forward = before


class Function:
    """A differentiable function: a subclass says what it computes, and what its gradient is.

    ``forward(ctx, *args)`` computes outputs from tensors and anything else, without recording
    gradients. ``backward(ctx, *grad_outputs)`` returns a gradient, or None, for each argument.
    ``ctx`` carries what one needs of the other. If ``setup_context(ctx, inputs, output)`` is
    defined, ``forward`` goes without ``ctx``.

    >>> import graphnet as torch
    >>> class Cube(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...     @staticmethod
    ...     def backward(ctx, grad_output):
    ...         (x,) = ctx.saved_tensors
    ...         return grad_output * 3 * x**2
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> y = Cube.apply(x)
    >>> y
    tensor(8., grad_fn=<CubeBackward>)
    >>> y.backward()
    >>> x.grad
    tensor(12.)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all "
            "static, so you should invoke them on the class itself.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises AutogradError, a RuntimeError: functions are not called but applied."""
        raise AutogradError(
            "Legacy autograd function with non-static forward method is deprecated. Please use "
            "new-style autograd function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)",
            cure=f"write {type(self).__name__}.apply(...)",
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs; a subclass says how."""
        raise NotSupportedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Put into ``ctx`` what ``backward`` needs; a subclass may say what."""
        raise NotSupportedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute the gradients of the inputs; a subclass says how."""
        raise NotSupportedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Compute derivatives of the outputs along directions of the inputs.

        Only :mod:`graphnet.autograd.forward_ad` asks for them.
        """
        raise NotSupportedError(
            "You must implement the jvp function for custom autograd.Function to use it with "
            "forward mode AD."
        )

    @classmethod
    def _end_of_history(cls, context: FunctionCtx) -> Op:
        """What puts an output at the end of its history."""
        return Custom(cls.__name__)

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Call ``forward``; its outputs have a history if one of the arguments has.

        Raises:
            AutogradError: (a RuntimeError) a leaf that requires a gradient was written to.
        """
        # A forward without ctx is told from one with it by setup_context being there.
        apart = cls.setup_context is not Function.setup_context
        if kwargs:
            args = _positional(cls.forward, args, kwargs, apart)
        if not apart and current_recorder().is_nested:
            raise AutogradError(
                "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, "
                "jacrev, ...), it must override the setup_context staticmethod. For more details, "
                "please see https://pytorch.org/docs/main/notes/extending.func.html"
            )
        context = FunctionCtx(cls.__name__, args)
        call = _Call(cls, context, args) if enabled() and any(context.needs_input_grad) else None
        with no_grad():
            if apart:
                output = cls.forward(*args)
                cls.setup_context(context, args, output)
            else:
                output = cls.forward(context, *args)
        return output if call is None else call.finish(output)


#: The older name of functions that write to their inputs.
InplaceFunction = Function


def _positional(
    forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], apart: bool
) -> tuple[Any, ...]:
    """All arguments in their order."""
    before = () if apart else (None,)
    bound = inspect.signature(forward).bind(*before, *args, **kwargs)
    bound.apply_defaults()
    return bound.args[len(before) :]


class _Call:
    """One application of a function to something that requires a gradient.

    Each such argument gets an entry: an alias with a place of its own in the history, whose
    gradient is what ``backward`` returns. The outputs are joined to the entries. Somebody has to
    keep this object as long as a backward pass may come: the first entry does, which the history
    keeps in turn.
    """

    def __init__(self, function: type[Function], context: FunctionCtx, args: Sequence[Any]) -> None:
        self.function = function
        self.context = context
        self.arguments = [place for place, need in enumerate(context.needs_input_grad) if need]
        # Backward passes come to the last of them first; PyTorch's come to the first argument.
        entries: list[Tensor] = [Identity()(args[place]) for place in reversed(self.arguments)]
        self.entries = entries[::-1]
        self.inputs = [(tuple(entry.shape), entry.dtype) for entry in self.entries]
        self.count = len(args)
        self.args = [(tuple(x.shape), x.dtype) if isinstance(x, Tensor) else None for x in args]

    def finish(self, output: Any) -> Any:
        """The outputs of ``forward`` with a history."""
        items = output if isinstance(output, tuple) else (output,)
        self.outputs = [(tuple(x.shape), x.dtype) if isinstance(x, Tensor) else None for x in items]
        self.places = [place for place, item in enumerate(items) if self._has_history(item)]
        results: list[Tensor] = []
        joined = [self._join(item, results) if self._has_history(item) else item for item in items]
        entries, self.entries = self.entries, []
        if results:
            entries[0].__dict__["_call"] = self
            reached = WeakMethod(self._reached)
            used_up = self.context.saves
            HookGroup(results, lambda found: _method(reached)(found), entries, used_up)
        self.context.note_outputs(list(zip(items, joined, strict=True)))
        return tuple(joined) if isinstance(output, tuple) else joined[0]

    def _has_history(self, item: Any) -> bool:
        return (
            isinstance(item, Tensor)
            and (item.dtype.is_floating_point or item.dtype.is_complex)
            and not self.context.is_marked_constant(item)
        )

    def _join(self, item: Tensor, results: list[Tensor]) -> Tensor:
        """An output at the end of the history; a tensor that was written to is so itself."""
        end = self.function._end_of_history(self.context)
        joined: Tensor = end(item.detach(), *self.entries)
        results.append(joined)
        if not self.context.is_marked_dirty(item):
            return joined
        return item._write(joined)

    def _reached(self, found: Sequence[Any]) -> Sequence[Any]:
        """Gradients have arrived at the outputs: those of the inputs."""
        arriving = dict(zip(self.places, found, strict=True))
        grads = [self._arriving(arriving.get(place), out) for place, out in enumerate(self.outputs)]
        if _this_thread.going_forward and self.function.jvp is not Function.jvp:
            return self._transposed(grads)
        made = self.function.backward(self.context, *grads)
        return self._checked(made if isinstance(made, tuple | list) else (made,))

    def _transposed(self, grads: Sequence[Any]) -> list[Any]:
        """The gradients of the inputs by ``jvp``, which is linear in the directions it is given."""
        from graphnet.autograd.engine import grad

        directions: list[Any] = [None if x is None else zeros(x[0], dtype=x[1]) for x in self.args]
        wanted = [directions[place].requires_grad_() for place in self.arguments]
        with self.context.going_forward():
            made = self.function.jvp(self.context, *directions)
        outputs = made if isinstance(made, tuple) else (made,)
        pairs = [
            (output, weight)
            for output, weight in zip(outputs, grads, strict=True)
            if output is not None and weight is not None and output.requires_grad
        ]
        results, weights = zip(*pairs, strict=True)
        found = grad(results, wanted, weights, create_graph=True, allow_unused=True)
        by_place = dict(zip(self.arguments, found, strict=True))
        return self._checked([by_place.get(place) for place in range(self.count)])

    def _arriving(self, found: Any, output: Any) -> Any:
        """A gradient as ``backward`` is given it."""
        if found is not None or output is None or not self.context.materializes:
            return found
        shape, dtype = output
        return zeros(shape, dtype=dtype)

    def _checked(self, made: Sequence[Any]) -> list[Any]:
        """The gradients of those inputs that want one.

        Raises:
            AutogradError: (a RuntimeError) there are too many or too few, or one does not fit.
        """
        name = f"{self.function.__name__}Backward"
        extra = made[self.count :]
        if len(made) < self.count or any(gradient is not None for gradient in extra):
            raise AutogradError(
                f"function {name} returned an incorrect number of gradients (expected "
                f"{self.count}, got {len(made)})",
                cure="return one for each argument of forward, None where there is none",
            )
        gradients = []
        for place, (shape, dtype) in zip(self.arguments, self.inputs, strict=True):
            gradient = zeros(shape, dtype=dtype) if made[place] is None else made[place]
            if not isinstance(gradient, Tensor):
                raise AutogradError(
                    f"expected Variable or None (got {type(gradient).__name__})",
                    cure=f"let {name} return tensors",
                )
            if tuple(gradient.shape) != shape:
                gradient = _fitted(name, place, gradient, shape)
            gradients.append(gradient)
        return gradients


def _fitted(name: str, place: int, gradient: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A gradient of a broadcast shape, summed to the shape it should have.

    Raises:
        AutogradError: it is none of a broadcast of that shape.
    """
    got = tuple(gradient.shape)
    padded = (1,) * (len(got) - len(shape)) + shape
    if len(got) < len(shape) or any(m not in (1, n) for m, n in zip(padded, got, strict=True)):
        raise AutogradError(
            f"Function {name} returned an invalid gradient at index {place} - got {list(got)} but "
            f"expected shape compatible with {list(shape)}"
        )
    over = [dim for dim, (m, n) in enumerate(zip(padded, got, strict=True)) if m != n]
    summed = gradient.sum(over, keepdim=True) if over else gradient
    fitted: Tensor = summed.reshape(shape)
    return fitted


def _method(reference: WeakMethod[Callable[..., Any]]) -> Callable[..., Any]:
    method = reference()
    if method is None:
        raise second_time()
    return method


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a ``backward`` whose gradients cannot be differentiated: it runs unrecorded."""

    @functools.wraps(fn)
    def wrapped(ctx: Any, *args: Any) -> Any:
        with no_grad():
            return fn(ctx, *args)

    return wrapped
