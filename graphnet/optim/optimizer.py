"""What all optimizers share: groups, state, and a step that is one update of the graph."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, GraphnetError, ValueRangeError
from graphnet.functions.creation import tensor
from graphnet.grad_mode import enable_grad
from graphnet.optim.hooks import (
    StepHooks,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
    with_step_hooks,
)
from graphnet.optim.options import squeezed
from graphnet.optim.rule import UpdateRule
from graphnet.optim.state_dict import Group, State, packed, scalar_dtype, unpacked
from graphnet.trace.recorder import current_recorder
from graphnet.utils.hooks import RemovableHandle, StateHooks

__all__ = [
    "Optimizer",
    "ParamsT",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
    "required",
]

ParamsT = Iterable[Tensor] | Iterable[Group] | Iterable[tuple[str, Tensor]]
Closure = Callable[[], Any]


class _Required:
    """The default of an option that has none: each group has to give it."""

    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


class UnsupportedOptionError(GraphnetError, RuntimeError):
    """Options that do not go together."""


class CapturableError(GraphnetError, AssertionError):
    """A step with ``capturable=True``, which is for accelerators."""


class Optimizer:
    """Base of all optimizers.

    A subclass gives the default options and says how a group of parameters is updated
    (:meth:`update_group`); the rest is here. One written for PyTorch, which defines :meth:`step`
    with operations on its parameters, works as it is.

    ``foreach`` and ``fused`` choose between PyTorch's kernels; here a step is one update of the
    graph in any case, and they change nothing. ``capturable`` is for accelerators: a step with it
    raises, as PyTorch's does on the CPU. ``differentiable`` lets gradients pass through the step.
    Options that may be tensors (``lr`` and others) are read at each step; with ``differentiable``
    they get gradients.

    Source: PyTorch's page ``torch.optim.Optimizer``.

    Args:
        params: tensors, (name, tensor) pairs, or dictionaries with ``params`` and options.
        defaults: the options of groups that do not say otherwise.

    Raises:
        TypeError: ``params`` is a single tensor, or holds something that is none.
        ValueError: it is empty, or a tensor is no leaf or stands in two groups.
        RuntimeError: ``fused`` comes with ``foreach`` or ``differentiable``.
    """

    #: The state that older versions of PyTorch saved as Python numbers.
    _numbers_in_state: ClassVar[tuple[str, ...]] = ("step",)

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise ArgumentError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {type(params).__name__}",
                cure="put the tensor into a list",
            )
        self.defaults = defaults
        self.state: State = defaultdict(dict)
        self.param_groups: list[Group] = []
        groups: list[Any] = list(params)
        if not groups:
            raise ValueRangeError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)
        if defaults.get("fused"):
            for other in ("differentiable", "foreach"):
                self._refuse_with_fused(other)

    # Made when first asked for: a class around another optimizer may never call `__init__`.
    @cached_property
    def _step_hooks(self) -> StepHooks:
        return StepHooks()

    @cached_property
    def _state_hooks(self) -> StateHooks:
        return StateHooks()

    def __init_subclass__(cls) -> None:
        """A step that a subclass defines runs between the hooks, too."""
        super().__init_subclass__()
        if "step" in vars(cls):
            cls.step = with_step_hooks(cls.step)  # type: ignore[method-assign]  # it stays a method

    def _patch_step_function(self) -> None:
        """Let hooks run around :meth:`step`, as wrappers of optimizers ask for: they do anyway."""

    def _refuse_with_fused(self, other: str) -> None:
        if not self.defaults.get(other):
            return
        raise UnsupportedOptionError(
            "`fused` does not support `differentiable`"
            if other == "differentiable"
            else "`fused` and `foreach` cannot be `True` together."
        )

    # ------------------------------------------------------------------ groups

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with options of their own; the dictionary becomes the group.

        Raises:
            TypeError: it is no dictionary, or its parameters are a set or no tensors.
            ValueError: a tensor is no leaf or in another group already, only some parameters have
                names, or an option without default is missing.
        """
        if not isinstance(param_group, dict):
            raise ArgumentError(f"param_group must be a dict, but got {type(param_group)}")
        entries = _entries(param_group["params"])
        names = [entry[0] for entry in entries if isinstance(entry, tuple)]
        params = [entry[1] if isinstance(entry, tuple) else entry for entry in entries]
        if names and len(names) < len(params):
            raise ValueRangeError(
                "all optimizer params should be with/without names. Some param names are missing"
            )
        for param in params:
            self._check_param(param)
        param_group["params"] = params
        if names:
            param_group["param_names"] = names
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueRangeError(
                    "parameter group didn't specify a value of required optimization parameter "
                    f"{name}"
                )
            param_group.setdefault(name, default)
        self._check_against_others(param_group)
        self.param_groups.append(param_group)

    def _check_param(self, param: Any) -> None:
        if not isinstance(param, Tensor):
            raise ArgumentError(
                f"optimizer can only optimize Tensors, but one of the params is {type(param)}"
            )
        if not (param.is_leaf or self.defaults.get("differentiable")):
            raise ValueRangeError("can't optimize a non-leaf Tensor")

    def _check_against_others(self, group: Group) -> None:
        params = {id(param) for param in group["params"]}
        if len(params) < len(group["params"]):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error",
                UserWarning,
                stacklevel=4,
            )
        named = "param_names" in group
        if any(named != ("param_names" in other) for other in self.param_groups):
            raise ValueRangeError(
                "all optimizer param groups should be with/without names. cannot add param group "
                f"{'with' if named else 'without'} names to the optimizer"
            )
        if any(id(param) in params for param in self._all_params()):
            raise ValueRangeError("some parameters appear in more than one parameter group")

    def _all_params(self) -> Iterator[Tensor]:
        for group in self.param_groups:
            yield from group["params"]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to zero."""
        for param in self._all_params():
            if set_to_none:
                param._grad = None
            elif param.grad is not None:
                param.grad.detach_()
                param.grad.zero_()

    # ------------------------------------------------------------------ steps

    @with_step_hooks
    def step(self, closure: Closure | None = None) -> Any:
        """Update all parameters once.

        Args:
            closure: evaluates the model again and returns the loss, which is then returned.

        Raises:
            AssertionError: a group has ``capturable=True``.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            if group.get("capturable"):
                raise CapturableError(
                    "If capturable=True, params and state_steps must be on supported devices, "
                    "which the CPU is not",
                    cure="leave capturable out",
                )
            self.update_group(group)
        return loss

    def update_group(self, group: Group) -> None:
        """Update the parameters of one group that have a gradient, for subclasses to define."""
        raise NotImplementedError(f"{type(self).__name__} defines neither update_group nor step")

    def with_gradient(self, group: Group) -> list[Tensor]:
        """The group's parameters that have a gradient."""
        return [param for param in group["params"] if param._grad is not None]

    def cohorts(
        self, rule: UpdateRule, params: list[Tensor], **start: float
    ) -> list[tuple[list[Tensor], bool, list[float]]]:
        """Parameters that can be updated together.

        Args:
            rule: says which state they have.
            params: all of them; they have a gradient.
            start: the scalars of their state that the numbers of an update depend on, with the
                values that they start from.

        Returns:
            Parameters, whether they have yet to get their state, and those scalars, equal for all.
        """
        first = rule.first_key
        if first is None:
            return [(params, False, [])]
        found: dict[tuple[float, ...] | None, list[Tensor]] = {}
        for param in params:
            state = self.state[param]
            scalars = None
            if state.get(first) is not None:
                scalars = tuple([float(state[key]) for key in start])
            together = found.get(scalars)
            if together is None:
                found[scalars] = [param]
            else:
                together.append(param)
        return [
            (together, scalars is None, list(start.values() if scalars is None else scalars))
            for scalars, together in found.items()
        ]

    def number(self, option: Any) -> Any:
        """An option as a number, or as a tensor where gradients pass through the step to it."""
        if option.__class__ is float:
            return option
        if isinstance(option, Tensor) and self.defaults.get("differentiable"):
            return squeezed(option)
        return float(option)

    def apply(
        self, rule: UpdateRule, params: Sequence[Tensor], fresh: bool, numbers: Sequence[Any]
    ) -> None:
        """Record one update of several parameters.

        Args:
            rule: the formula.
            params: the parameters; all have a gradient.
            fresh: whether they get their state now.
            numbers: the formula's numbers.
        """
        whole = rule.over(len(params), scalar_dtype() if fresh else None)
        operands: list[Any] = []
        state, keys = self.state, whole.keys
        for param in params:
            operands += (param, param._grad)
            if keys:
                kept = state[param]
                operands += [kept[key] for key in keys]
        operands += numbers
        differentiable = bool(self.defaults.get("differentiable"))
        if differentiable:
            with enable_grad():
                for param in params:
                    param._check_writable()
        made = iter(current_recorder().update(whole, operands, whole.writes, differentiable))
        if fresh:
            for param in params:
                for key in whole.created:
                    state[param][key] = next(made)

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step.

        What it returns, unless ``None``, is a pair that takes the place of ``args`` and ``kwargs``;
        the optimizer is the first of ``args``.
        """
        return self._step_hooks.before.add(hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        return self._step_hooks.after.add(hook)

    # ------------------------------------------------------------------ state

    def state_dict(self) -> dict[str, Any]:
        """The state and the options, parameters named by their number."""
        for hook in self._state_hooks.before_save.snapshot():
            hook.function(self)
        saved = packed(self.state, self.param_groups)
        for hook in self._state_hooks.after_save.snapshot():
            given = hook.function(self, saved)
            saved = saved if given is None else given
        return saved

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take up what :meth:`state_dict` gave; its options take the place of those here.

        Tensors of the state are copied, in the dtype of their parameter.

        Raises:
            ValueError: the groups or their sizes differ.
        """
        saved = dict(state_dict)
        for hook in self._state_hooks.before_load.snapshot():
            given = hook.function(self, saved)
            saved = saved if given is None else given
        state, groups = unpacked(saved, self.param_groups)
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._state_hooks.after_load.snapshot():
            hook.function(self)

    def register_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` before :meth:`state_dict`, or first of all if ``prepend``."""
        return self._state_hooks.before_save.add(hook, prepend=prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` after :meth:`state_dict`.

        What it returns, unless ``None``, is returned in its stead.
        """
        return self._state_hooks.after_save.add(hook, prepend=prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before :meth:`load_state_dict`.

        It is given a shallow copy; what it returns, unless ``None``, is loaded in its stead.
        """
        return self._state_hooks.before_load.add(hook, prepend=prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` after :meth:`load_state_dict`."""
        return self._state_hooks.after_load.add(hook, prepend=prepend)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for group in self.param_groups:
            for name in _ADDED_OPTIONS.keys() & self.defaults.keys():
                group.setdefault(name, _ADDED_OPTIONS[name])
        for param in self._all_params():
            kept = self.state.get(param, {})
            for key in self._numbers_in_state:
                if key in kept and not isinstance(kept[key], Tensor):
                    kept[key] = tensor(float(kept[key]), dtype=scalar_dtype())

    def __repr__(self) -> str:
        parts = []
        for number, group in enumerate(self.param_groups):
            options = [f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params"]
            parts.append(f"\nParameter Group {number}\n{''.join(options)}")
        return f"{type(self).__name__} ({''.join(parts)})"


_ADDED_OPTIONS = {
    "amsgrad": False,
    "capturable": False,
    "centered": False,
    "decoupled_weight_decay": False,
    "differentiable": False,
    "foreach": None,
    "fused": None,
    "maximize": False,
    "nesterov": False,
}
"""What options are that PyTorch has not always had, in states saved without them."""


def _entries(params: Any) -> list[Any]:
    if isinstance(params, Tensor):
        return [params]
    if isinstance(params, set):
        raise ArgumentError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of "
            "tensors in sets will change between runs. Please use a list instead."
        )
    return list(params)
