"""What all optimizers share: groups, state, and a step that is one update of the graph."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ValueRangeError
from graphnet.grad_mode import enable_grad
from graphnet.optim.rule import RuleOver
from graphnet.trace.recorder import current_recorder

Params = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
Closure = Callable[[], Any]
Group = dict[str, Any]


class Optimizer(ABC):
    """Base of all optimizers.

    A subclass gives the default options and says how a group of parameters is updated
    (:meth:`update_group`); the rest is here.

    Source: PyTorch's page ``torch.optim.Optimizer``.

    Args:
        params: tensors, (name, tensor) pairs, or dictionaries with ``params`` and options.
        defaults: the options of groups that do not say otherwise.

    Raises:
        TypeError: ``params`` is a single tensor, or holds something that is none.
        ValueError: it is empty, or a tensor is no leaf or stands in two groups.
    """

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise ArgumentError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {type(params).__name__}",
                cure="put the tensor into a list",
            )
        self.defaults = defaults
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        groups: list[Any] = list(params)
        if not groups:
            raise ValueRangeError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with options of their own."""
        if not isinstance(param_group, dict):
            raise ArgumentError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        entries = [given] if isinstance(given, Tensor) else list(given)
        names = [entry[0] for entry in entries if isinstance(entry, tuple)]
        params = [entry[1] if isinstance(entry, tuple) else entry for entry in entries]
        for param in params:
            if not isinstance(param, Tensor):
                raise ArgumentError(
                    f"optimizer can only optimize Tensors, but one of the params is {type(param)}"
                )
            if not param.is_leaf:
                raise ValueRangeError("can't optimize a non-leaf Tensor")
        group = {**self.defaults, **param_group, "params": params}
        if names:
            group["param_names"] = names
        if len({id(param) for param in params}) < len(params):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this "
                "will cause an error",
                UserWarning,
                stacklevel=3,
            )
        taken = {id(param) for other in self.param_groups for param in other["params"]}
        if any(id(param) in taken for param in params):
            raise ValueRangeError("some parameters appear in more than one parameter group")
        self.param_groups.append(group)

    @abstractmethod
    def update_group(self, group: Group) -> None:
        """Update the parameters of one group that have a gradient."""

    def step(self, closure: Closure | None = None) -> Any:
        """Update all parameters once.

        Args:
            closure: evaluates the model again and returns the loss, which is then returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            self.update_group(group)
        current_recorder().finish_step()
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to zero."""
        for param in self._all_params():
            if set_to_none:
                param._grad = None
            elif param.grad is not None:
                param.grad.detach_()
                param.grad.zero_()

    def _all_params(self) -> Iterator[Tensor]:
        for group in self.param_groups:
            yield from group["params"]

    # ------------------------------------------------------------------ updates

    def with_gradient(self, group: Group) -> list[Tensor]:
        """The group's parameters that have a gradient."""
        return [param for param in group["params"] if param._grad is not None]

    def with_state(self, group: Group, key: str) -> tuple[list[Tensor], list[Tensor]]:
        """The parameters that have a gradient: those without ``key`` in their state, the others."""
        fresh: list[Tensor] = []
        known: list[Tensor] = []
        state = self.state
        for param in group["params"]:
            if param._grad is not None:
                (fresh if state[param].get(key) is None else known).append(param)
        return fresh, known

    def apply(
        self,
        rule: RuleOver,
        params: Sequence[Tensor],
        numbers: Sequence[float],
        keys: Sequence[str] = (),
        created: Sequence[str] = (),
    ) -> None:
        """Record one update of several parameters.

        Args:
            rule: the formula, over them all.
            params: the parameters; all have a gradient.
            numbers: the formula's numbers.
            keys: the state tensors it reads and writes.
            created: the state tensors it makes.
        """
        operands: list[Any] = []
        state = self.state
        for param in params:
            operands += (param, param._grad)
            if keys:
                kept = state[param]
                operands += [kept[key] for key in keys]
        operands += numbers
        made = iter(current_recorder().update(rule, operands, rule.writes))
        if created:
            for param in params:
                for key in created:
                    state[param][key] = next(made)

    # ------------------------------------------------------------------ state

    def state_dict(self) -> dict[str, Any]:
        """The state and the options, parameters named by their number."""
        number = {id(param): n for n, param in enumerate(self._all_params())}
        groups = [
            {**group, "params": [number[id(param)] for param in group["params"]]}
            for group in self.param_groups
        ]
        state = {number[id(param)]: dict(kept) for param, kept in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take up what :meth:`state_dict` gave.

        Raises:
            ValueError: the groups or their sizes differ.
        """
        saved = deepcopy(state_dict["param_groups"])
        if len(saved) != len(self.param_groups):
            raise ValueRangeError(
                f"loaded state dict has a different number of parameter groups: {len(saved)}, not "
                f"{len(self.param_groups)}"
            )
        for mine, theirs in zip(self.param_groups, saved, strict=True):
            if len(mine["params"]) != len(theirs["params"]):
                raise ValueRangeError(
                    "loaded state dict contains a parameter group that doesn't match the size of "
                    f"optimizer's group: {len(theirs['params'])}, not {len(mine['params'])}"
                )
        by_number = {
            n: param
            for mine, theirs in zip(self.param_groups, saved, strict=True)
            for n, param in zip(theirs["params"], mine["params"], strict=True)
        }
        self.state = defaultdict(dict)
        for n, kept in state_dict["state"].items():
            self.state[by_number[n]] = {key: _copied(value) for key, value in kept.items()}
        self.param_groups = [
            {**theirs, "params": mine["params"]}
            for mine, theirs in zip(self.param_groups, saved, strict=True)
        ]

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for number, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {number}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])


def _copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, Tensor) else deepcopy(value)


def check_rates(**rates: float) -> None:
    """Refuse negative rates.

    Raises:
        ValueError: one is negative; the message names it.
    """
    names = {"lr": "learning rate", "eps": "epsilon value"}
    for name, value in rates.items():
        if not value >= 0.0:  # NaN is refused, too
            what = names.get(name, f"{name} value")
            raise ValueRangeError(f"Invalid {what}: {value}", cure="use 0 or more")


def check_betas(betas: Sequence[float]) -> None:
    """Refuse averaging coefficients outside [0, 1)."""
    for place, beta in enumerate(betas):
        if not 0.0 <= beta < 1.0:
            raise ValueRangeError(f"Invalid beta parameter at index {place}: {beta}")
