"""The state of a module as a dictionary of tensors, and a module from such a dictionary."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from graphnet._tensor import Tensor
from graphnet.autograd import no_grad
from graphnet.errors import ArgumentError, GraphnetError
from graphnet.nn.modules.tree import Tree
from graphnet.nn.parameter import Parameter, is_lazy
from graphnet.utils.hooks import RemovableHandle, StateHooks

if TYPE_CHECKING:
    from graphnet.nn.modules.module import Module

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"
_ASSIGN = "assign_to_params_buffers"
_NO_HOOKS = StateHooks()


class StateDictError(GraphnetError, RuntimeError):
    """A dictionary that does not fit the module it is loaded into."""


class IncompatibleKeys(NamedTuple):
    """What a module misses in a dictionary it was given, and what it found too much.

    >>> import graphnet as torch
    >>> layer = torch.nn.Linear(1, 1)
    >>> layer.load_state_dict({"weight": torch.ones(1, 1)}, strict=False)
    _IncompatibleKeys(missing_keys=['bias'], unexpected_keys=[])
    """

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"_IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


class Stateful(Tree):
    """Saving and loading what a module holds."""

    #: Saved beside the state; to be raised by a class that changes what its entries mean.
    _version: int = 1
    _state_hooks = None  # type: StateHooks | None  # an annotation would be resolved by programs

    def state_dict(
        self,
        *args: Any,
        destination: dict[str, Any] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Any]:
        """The parameters and persistent buffers of this module and all inside it, by dotted name.

        The tensors share storage with the module's own, so training goes on to change them.

        Args:
            *args: the same three, by position, as in older programs.
            destination: a dictionary to fill and return instead of a new one.
            prefix: what the names begin with.
            keep_vars: whether to give the tensors themselves rather than detached ones.

        >>> import graphnet as torch
        >>> list(torch.nn.Sequential(torch.nn.Linear(3, 2)).state_dict())
        ['0.weight', '0.bias']
        """
        if args:
            destination, prefix, keep_vars = args + (destination, prefix, keep_vars)[len(args) :]
        if destination is None:
            destination = OrderedDict()
            vars(destination)["_metadata"] = OrderedDict()
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        hooks = self._state_hooks or _NO_HOOKS
        for hook in hooks.before_save.snapshot():
            hook.function(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(
                    destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars
                )
        for hook in hooks.after_save.snapshot():
            replaced = hook.function(self, destination, prefix, local_metadata)
            if replaced is not None:
                if not hook.may_replace:
                    raise RuntimeError("state_dict post-hook must return None")
                destination = replaced
        return destination

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy the tensors of ``state_dict`` into this module and all inside it.

        Args:
            state_dict: tensors by dotted name, as :meth:`state_dict` gives them.
            strict: whether a missing or unexpected name is an error.
            assign: whether to keep the given tensors themselves, with their dtype, instead of
                copying their values. An optimizer made before still has the old ones.

        Returns the names that were missing and those that were unexpected. Raises RuntimeError
        where names (if ``strict``) or shapes do not fit, after loading what does; TypeError when
        ``state_dict`` is no mapping.

        >>> import graphnet as torch
        >>> layer = torch.nn.Linear(3, 2)
        >>> layer.load_state_dict(torch.nn.Linear(3, 2).state_dict())
        <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise ArgumentError(
                f"Expected state_dict to be dict-like, got {type(state_dict)}.",
                cure="give what another module's state_dict() gave",
            )
        metadata = getattr(state_dict, "_metadata", {})
        keys = IncompatibleKeys([], [])
        problems: list[str] = []
        self._load_tree(dict(state_dict), "", metadata, assign, keys, problems)
        if strict:
            problems = [
                f"{title} key(s) in state_dict: {', '.join(map(_quoted, names))}. "
                for title, names in zip(("Missing", "Unexpected"), keys, strict=True)
                if names
            ] + problems
        if problems:
            listing = "\n\t".join(problems)
            raise StateDictError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listing}",
                cure="make the module as the saved one was made; strict=False lets names differ",
            )
        return keys

    def _load_tree(
        self,
        state: dict[str, Any],
        prefix: str,
        metadata: Mapping[str, dict[str, Any]],
        assign: bool,
        keys: IncompatibleKeys,
        problems: list[str],
    ) -> None:
        """Load this module and then its children, each from the entries below its own prefix."""
        local_metadata = dict(metadata.get(prefix[:-1], {}))
        if assign:
            local_metadata[_ASSIGN] = True
        self._load_from_state_dict(state, prefix, local_metadata, True, *keys, problems)
        for name, child in self._modules.items():
            if child is not None:
                below = f"{prefix}{name}."
                part = {key: value for key, value in state.items() if key.startswith(below)}
                child._load_tree(part, below, metadata, assign, keys, problems)
        for hook in (self._state_hooks or _NO_HOOKS).after_load.snapshot():
            if hook.function(self, keys) is not None:
                raise AssertionError(
                    "Hooks registered with ``register_load_state_dict_post_hook`` are not expected "
                    "to return new values, if incompatible_keys need to be modified, it should be "
                    "done inplace."
                )

    def _save_to_state_dict(
        self, destination: dict[str, Any], prefix: str, keep_vars: bool
    ) -> None:
        """Enter what this module itself holds, without its children, into ``destination``."""
        for name, member in self._saved_members():
            destination[prefix + name] = member if keep_vars or is_lazy(member) else member.detach()
        if self._has_extra_state():
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Take what this module itself holds, without its children, from ``state_dict``.

        Problems are collected in the three lists, so that one error can name them all.
        """
        for hook in (self._state_hooks or _NO_HOOKS).before_load.snapshot():
            given = (strict, missing_keys, unexpected_keys, error_msgs)
            hook.function(self, state_dict, prefix, local_metadata, *given)
        self._upgrade_state_dict(state_dict, prefix, local_metadata.get("version"))
        expected = set()
        for name, member in tuple(self._saved_members()):
            expected.add(name)
            key = prefix + name
            if key not in state_dict:
                if strict:
                    missing_keys.append(key)
            elif problem := _misfit(key, member, state_dict[key]):
                error_msgs.append(problem)
            else:
                self._load_member(name, member, state_dict[key], local_metadata.get(_ASSIGN, False))
        if self._has_extra_state():
            expected.add(_EXTRA_STATE_KEY_SUFFIX)
            if prefix + _EXTRA_STATE_KEY_SUFFIX in state_dict:
                self.set_extra_state(state_dict[prefix + _EXTRA_STATE_KEY_SUFFIX])
            elif strict:
                missing_keys.append(prefix + _EXTRA_STATE_KEY_SUFFIX)
        for key in state_dict if strict else ():
            if key.startswith(prefix):
                head, dot, _ = key.removeprefix(prefix).partition(".")
                if head not in (self._modules if dot else expected):
                    unexpected_keys.append(key)

    def _load_member(self, name: str, member: Tensor, value: Tensor, assign: bool) -> None:
        if is_lazy(member) and not assign:
            return  # a value with a shape would have given it one before
        with no_grad():
            if not assign:
                if member.is_meta and not value.is_meta:
                    _warn_of_no_copy(name)
                # Long ago, a state of a single number was saved as a tensor of one dimension.
                member.copy_(value.reshape(member.shape))
            elif isinstance(member, Parameter) and not isinstance(value, Parameter):
                setattr(self, name, Parameter(value, member.requires_grad))
            else:
                setattr(self, name, value.requires_grad_(member.requires_grad))

    def _saved_members(self) -> Iterator[tuple[str, Tensor]]:
        """The parameters and buffers of this module alone that are part of its state."""
        for table in (self._parameters, self._buffers):
            for name, member in table.items():
                if member is not None and name not in self._non_persistent_buffers_set:
                    yield name, member

    def _upgrade_state_dict(
        self, state_dict: dict[str, Any], prefix: str, version: int | None
    ) -> None:
        """Bring entries that an older ``version`` of this class saved up to date, in place.

        For subclasses; there is nothing to do by default.
        """

    def get_extra_state(self) -> Any:
        """What to save beside parameters and buffers: for subclasses, with :meth:`set_extra_state`.

        It becomes the entry ``_extra_state`` of the ``state_dict``.
        """
        raise RuntimeError(
            f"{type(self).__name__} has no extra state; define get_extra_state() and "
            "set_extra_state() in the class to have some saved"
        )

    def set_extra_state(self, state: Any) -> None:
        """Take back what :meth:`get_extra_state` gave when the ``state_dict`` was made."""
        raise RuntimeError(
            f"{type(self).__name__} does not take extra state; define set_extra_state() in the "
            "class that defines get_extra_state()"
        )

    def _has_extra_state(self) -> bool:
        return type(self).get_extra_state is not Stateful.get_extra_state

    def register_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before this module's state is saved."""
        return self._own_state_hooks().before_save.add(hook)

    def register_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` after the state is saved.

        It may change the dictionary in place.
        """
        return self._own_state_hooks().after_save.add(hook)

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """As :meth:`register_state_dict_post_hook`; the hook may return another dictionary."""
        return self._own_state_hooks().after_save.add(hook, may_replace=True)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable[..., None], with_module: bool = False
    ) -> RemovableHandle:
        """As :meth:`register_load_state_dict_pre_hook`, without the module as first argument."""
        if with_module:
            return self.register_load_state_dict_pre_hook(hook)
        return self.register_load_state_dict_pre_hook(lambda module, *given: hook(*given))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call ``hook`` before this module's state is loaded.

        Its arguments are ``(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)``; it may change them in place.
        """
        return self._own_state_hooks().before_load.add(hook)

    def register_load_state_dict_post_hook(
        self, hook: Callable[[Module, IncompatibleKeys], None]
    ) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` after this module's state is loaded.

        It may change the two lists of names in place; clearing them lets the loading succeed.
        """
        return self._own_state_hooks().after_load.add(hook)

    def _own_state_hooks(self) -> StateHooks:
        if self._state_hooks is None:
            self._state_hooks = StateHooks()
        return self._state_hooks


def consume_prefix_in_state_dict_if_present(state_dict: dict[str, Any], prefix: str) -> None:
    """Take a prefix off the names of a state, such as the ``module.`` of parallel training.

    >>> from graphnet.nn.modules.state_dict import consume_prefix_in_state_dict_if_present
    >>> state = {"module.weight": 1, "bias": 2}
    >>> consume_prefix_in_state_dict_if_present(state, "module.")
    >>> state
    {'bias': 2, 'weight': 1}
    """
    for name in list(state_dict):
        if name.startswith(prefix):
            state_dict[name.removeprefix(prefix)] = state_dict.pop(name)
    metadata = getattr(state_dict, "_metadata", {})
    for name in list(metadata):
        if name and (name == prefix.rstrip(".") or name.startswith(prefix)):
            metadata[name[len(prefix) :]] = metadata.pop(name)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _misfit(key: str, member: Tensor, value: object) -> str | None:
    """Why ``value`` cannot be loaded into ``member``, or None."""
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
            f"object from checkpoint but received {type(value)}"
        )
    if (
        is_lazy(member)
        or value.shape == member.shape
        or (member.dim() == 0 and value.shape == (1,))
    ):
        return None
    return (
        f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
        f"the shape in current model is {member.shape}."
    )


def _warn_of_no_copy(name: str) -> None:
    warnings.warn(
        f"for {name}: copying from a non-meta parameter in the checkpoint to a meta parameter in "
        "the current model, which is a no-op. (Did you mean to pass `assign=True` to assign items "
        "in the state dictionary to their corresponding key in the module instead of copying them "
        "in place?)",
        stacklevel=8,
    )
