"""An operator of the user's own, and all that there are by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final, NoReturn

from graphnet._tensor import Tensor
from graphnet.autograd.function import Function
from graphnet.errors import AliasError, AutogradError, OperandError, ValueRangeError

#: Every operator that was made, by its name with ``::``.
OPERATORS: Final[dict[str, CustomOpDef]] = {}


class CustomOpDef:
    """A function with a name in ``torch.ops``, and perhaps a formula for its gradient."""

    def __init__(self, name: str, function: Callable[..., Any] | None = None) -> None:
        self._namespace, self._name = _parts(name)
        self._qualname = name
        self._kernel = function
        self._function: type[Function] | None = None
        if function is not None:
            self.__doc__ = function.__doc__
            self._differentiate_by(_refuse(self._public_name))

    @property
    def _public_name(self) -> str:
        return f"{self._namespace}.{self._name}.default"

    def __repr__(self) -> str:
        return f"<CustomOpDef({self._qualname})>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function.

        Raises:
            OperandError: (a TypeError) it was only declared, and never given a function.
            AliasError: (a RuntimeError) it returns one of its arguments.
        """
        if self._kernel is None:
            raise OperandError(
                f"{self._qualname}: there is no kernel for this operator on the CPU",
                cure="give it one with torch.library.impl",
            )
        if self._function is None:
            return self._kernel(*args, **kwargs)
        bound = inspect.signature(self._kernel).bind(*args, **kwargs)
        bound.apply_defaults()
        return self._function.apply(*bound.args, *bound.kwargs.values())

    def use(self, function: Callable[..., Any]) -> None:
        """Compute by this function from now on, differentiating what it does."""
        self._kernel = function

    def register_autograd(
        self,
        backward: Callable[..., Any],
        /,
        *,
        setup_context: Callable[..., Any] | None = None,
    ) -> None:
        """Give the formula of the gradient.

        Args:
            backward: as in ``autograd.Function``: the gradients of the arguments, given a context
                and those of the results.
            setup_context: keeps in the context what ``backward`` needs, given that, the arguments
                and the result.
        """
        self._differentiate_by(backward, setup_context)

    def _differentiate_by(
        self, backward: Callable[..., Any], setup_context: Callable[..., Any] | None = None
    ) -> None:
        operator = self

        def forward(*args: Any) -> Any:
            assert operator._kernel is not None  # asked for before anything is applied
            output = operator._kernel(*args)
            _check_own(operator._name, args, output)
            return output

        def keep(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            if setup_context is not None:
                setup_context(ctx, inputs, output)

        name = f"GeneratedBackwardFor_{self._namespace}_{self._name}_default"
        self._function = type(
            name,
            (Function,),
            {
                "forward": staticmethod(forward),
                "setup_context": staticmethod(keep),
                "backward": staticmethod(backward),
            },
        )

    def register_kernel(self, device_types: Any, fn: Callable[..., Any] | None = None, /) -> Any:
        """Give another function for a device: that for the CPU is used from now on."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            named = [device_types] if isinstance(device_types, str) else device_types
            if named is None or "cpu" in named:
                self._kernel = function
            return function

        return register if fn is None else register(fn)

    def register_fake(self, fn: Callable[..., Any] | None = None, /) -> Any:
        """Say what shapes it gives, for compilers: recording the function finds them out."""
        return _same if fn is None else fn

    def register_vmap(self, func: Callable[..., Any] | None = None, /) -> Any:
        """Say how it is done for a batch: recording the function finds that out, too."""
        return _same if func is None else func


def _same(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _refuse(name: str) -> Callable[..., NoReturn]:
    """The backward of an operator that was given none."""

    def backward(ctx: Any, *grads: Any) -> NoReturn:
        raise AutogradError(
            f"Trying to backward through {name} but no autograd formula was registered. "
            "Please use register_autograd to add one."
        )

    return backward


def _check_own(name: str, args: tuple[Any, ...], output: Any) -> None:
    """Refuse a result that is an argument: no history could tell the two apart."""
    results = output if isinstance(output, (tuple, list)) else (output,)
    for result in results:
        if isinstance(result, Tensor) and any(result is each for each in args):
            raise AliasError(
                f"{name}: The output of this custom operator (1) must not also be an input to "
                "this custom operator and (2) may not alias any inputs to this custom operator "
                "or other returns.",
                cure="return a clone of it, as x.clone()",
            )


def _parts(name: str) -> tuple[str, str]:
    namespace, separator, rest = name.partition("::")
    if not separator or not namespace or not rest or "::" in rest:
        raise ValueRangeError(
            f"Expected `name` to be of the form `namespace::name`, got {name}",
            cure='give it a namespace, as "mylib::double"',
        )
    return namespace, rest.partition(".")[0]


def operator(name: str, function: Callable[..., Any] | None = None) -> CustomOpDef:
    """A new operator of a name, which stands for it from now on."""
    made = CustomOpDef(name, function)
    OPERATORS[f"{made._namespace}::{made._name}"] = made
    return made


def operator_named(op: Any) -> CustomOpDef:
    """The operator that is meant.

    Raises:
        ValueRangeError: (a ValueError) there is none of that name.
    """
    if isinstance(op, CustomOpDef):
        return op
    name = getattr(op, "_qualified_op_name", op)
    found = OPERATORS.get("::".join(_parts(name)))
    if found is None:
        raise ValueRangeError(
            f"There is no operator {name!r}",
            cure="make it first, with torch.library.custom_op or torch.library.define",
        )
    return found
