"""What a function is called with while it is traced: proxies, but for what is known."""

from __future__ import annotations

import inspect
import operator
import warnings
from collections.abc import Callable
from itertools import count
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, get_type_hints

from graphnet._tensor import Tensor
from graphnet.fx.codegen import PyTreeInfo, _PyTreeCodeGen
from graphnet.fx.node import base_types
from graphnet.fx.proxy import Proxy
from graphnet.overrides import _assert
from graphnet.utils import _pytree as pytree

if TYPE_CHECKING:
    from graphnet.fx._symbolic_trace import Tracer

_VARIABLE: Final = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS

Called = tuple[Callable[..., Any], list[Any]]


class PHBase:
    """Stands in concrete arguments for one that is not given."""

    def __repr__(self) -> str:
        return "PH"


PH = PHBase()


def annotations_of(function: Any) -> dict[str, Any]:
    """The types of a function's parameters.

    graphnet's own are kept as text. They say Any where PyTorch's say nothing.
    """
    if str(function.__module__).startswith("graphnet."):
        return {name: kind for name, kind in get_type_hints(function).items() if kind is not Any}
    return inspect.get_annotations(function)


class RootArguments:
    """The arguments of the function, or module, that is traced.

    Args:
        tracer: makes the proxies.
        function: what is called.
        is_module: whether its first parameter is the traced module.
    """

    def __init__(self, tracer: Tracer, function: Callable[..., Any], is_module: bool) -> None:
        self._tracer = tracer
        self._function = function
        self._analysed = inspect.unwrap(function)
        self._own: list[Any] = [tracer.root] if is_module else []

    def given(self, concrete: dict[str, Any] | tuple[Any, ...] | None) -> Called:
        """A function, and what to call it with.

        Args:
            concrete: arguments that are known, by name or one for each parameter.

        Raises:
            RuntimeError: there are not as many as parameters.
        """
        code = self._analysed.__code__
        number, names = code.co_argcount + code.co_kwonlyargcount, list(code.co_varnames)
        if self._own and not number:
            raise RuntimeError("``self`` argument cannot be part of *args expansion!")
        args = list(self._own)
        variable = bool(code.co_flags & _VARIABLE)
        if isinstance(concrete, tuple) and concrete and variable and number == 1:
            args += [self._placeholder(f"input_{place}") for place in range(len(concrete))]
            return self._function, args
        parameters = names[len(args) : number]
        if isinstance(concrete, tuple):
            if len(parameters) != len(concrete):
                raise RuntimeError(
                    f"Tracing expected {len(parameters)} arguments but got {len(concrete)} "
                    "concrete arguments"
                )
            concrete = dict(zip(parameters, concrete, strict=True))
        known = concrete or {}
        args += [self._argument(name, known) for name in parameters]
        function = self._function
        if code.co_kwonlyargcount or variable:
            rest = iter(names[number:])
            for flag, stars in ((inspect.CO_VARARGS, "*"), (inspect.CO_VARKEYWORDS, "**")):
                if code.co_flags & flag:
                    args.append(self._argument(stars + next(rest), known))
            function = _taking(function, len(args))
        return self._flattened(function, args, names[:number])

    def _placeholder(self, name: str, default: tuple[Any, ...] = (), kind: Any = None) -> Proxy:
        return self._tracer.create_proxy("placeholder", name, default, {}, type_expr=kind)

    def _argument(self, name: str, concrete: dict[str, Any]) -> Any:
        """A proxy for a parameter, or what is known of it."""
        default: tuple[Any, ...] = ()
        if not name.startswith("*"):
            parameter = inspect.signature(self._analysed).parameters[name]
            default = () if parameter.default is parameter.empty else (parameter.default,)
        if name not in concrete:
            return self._placeholder(name, default, annotations_of(self._analysed).get(name))
        numbers = count(1)

        def known(value: Any) -> Any:
            proxy = self._placeholder(f"{name}_{next(numbers)}", default)
            if isinstance(value, PHBase):
                return proxy
            self._assert_is(proxy, value, name)
            return value

        return pytree.tree_map(known, concrete[name])

    def _assert_is(self, proxy: Proxy, value: Any, name: str) -> None:
        """Let the graph check that an argument is what it was traced for."""
        from graphnet.fx._symbolic_trace import _assert_is_none  # it needs what is here

        create = self._tracer.create_proxy
        told = f"{name} has been specialized to have value {value} but got another value"
        if value is None:
            create("call_function", _assert_is_none, (proxy, told), {})
        elif type(value) in base_types and type(value) is not Tensor:
            equal = create("call_function", operator.eq, (proxy, value), {})
            create("call_function", _assert, (equal, told), {})
        else:
            warnings.warn(
                f"Was not able to add assertion to guarantee correct input {name} to specialized "
                "function. It is up to the user to make sure that your inputs match the inputs "
                "you specialized the function with.",
                stacklevel=2,
            )

    def _flattened(self, function: Callable[..., Any], args: list[Any], names: list[str]) -> Called:
        """The same function, taking what is in the containers among the arguments."""
        leaves, spec = pytree.tree_flatten(tuple(args))
        if all(child.is_leaf() for child in spec.children_specs):
            return function, args
        codegen = _PyTreeCodeGen(PyTreeInfo(names, spec, None))
        self._tracer.graph.set_codegen(codegen)

        def flat(*leaves: Any) -> Any:
            result = function(*pytree.tree_unflatten(leaves, spec))
            results, out_spec = pytree.tree_flatten(result)
            codegen.pytree_info = codegen.pytree_info._replace(out_spec=out_spec)
            return results

        flat.__annotations__ = {}
        return flat, leaves


def _taking(function: Any, number: int) -> Callable[..., Any]:
    """The same function, with its ``*args`` and ``**kwargs`` as ordinary parameters."""
    code = function.__code__.replace(
        co_argcount=number,
        co_posonlyargcount=0,
        co_kwonlyargcount=0,
        co_flags=function.__code__.co_flags & ~_VARIABLE,
    )
    return FunctionType(
        code,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
