"""The state of an optimizer as a dictionary, and from one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError

Group = dict[str, Any]
State = defaultdict[Any, dict[str, Any]]


def packed(state: Mapping[Any, Any], groups: list[Group]) -> dict[str, Any]:
    """State and groups, parameters named by their number."""
    params = [param for group in groups for param in group["params"]]
    number = {id(param): n for n, param in enumerate(params)}
    return {
        "state": {
            number[id(key)] if isinstance(key, Tensor) else key: _shallow(kept)
            for key, kept in state.items()
        },
        "param_groups": [
            {
                **{key: option for key, option in group.items() if key != "params"},
                "params": [number[id(param)] for param in group["params"]],
            }
            for group in groups
        ],
    }


def _shallow(kept: Any) -> Any:
    return dict(kept) if isinstance(kept, dict) else kept


def unpacked(saved: Mapping[str, Any], groups: list[Group]) -> tuple[State, list[Group]]:
    """State and groups as :func:`packed` saved them, for the parameters of ``groups``.

    State that belongs to no parameter is kept as it is.

    Raises:
        ValueError: the groups or their sizes differ.
    """
    theirs = deepcopy(saved["param_groups"])
    if len(theirs) != len(groups):
        raise ValueRangeError(
            f"loaded state dict has a different number of parameter groups: {len(theirs)}, not "
            f"{len(groups)}"
        )
    by_number: dict[Any, Tensor] = {}
    for mine, other in zip(groups, theirs, strict=True):
        if len(mine["params"]) != len(other["params"]):
            raise ValueRangeError(
                "loaded state dict contains a parameter group that doesn't match the size of "
                f"optimizer's group: {len(other['params'])}, not {len(mine['params'])}"
            )
        by_number.update(zip(other["params"], mine["params"], strict=True))
        other["params"] = mine["params"]
        if "param_names" in mine:
            other.setdefault("param_names", mine["param_names"])
    state: State = defaultdict(dict)
    for number, kept in saved["state"].items():
        param = by_number.get(number)
        if param is None:
            state[number] = kept
        else:
            state[param] = _fitted(kept, param)
    return state, theirs


def _fitted(value: Any, param: Tensor, key: Any = None) -> Any:
    """A copy of a piece of state; its tensors get the parameter's dtype, but for the step."""
    if isinstance(value, Tensor):
        copy = value.detach().clone()
        return copy if key == "step" or not param.is_floating_point() else copy.to(param.dtype)
    if isinstance(value, dict):
        return {name: _fitted(each, param, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_fitted(each, param) for each in value)
    return deepcopy(value)


def scalar_dtype() -> dtypes.dtype:
    """The dtype of the numbers among an optimizer's state, such as the step."""
    double = dtypes.get_default_dtype() is dtypes.float64
    return dtypes.float64 if double else dtypes.float32
