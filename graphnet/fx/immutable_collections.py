"""Lists and dictionaries that cannot be changed: ``torch.fx.immutable_collections``.

Nodes keep their arguments in them. A graph knows who uses whom: arguments that could be changed
behind its back would make that wrong.
"""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from graphnet.utils._pytree import register_pytree_node

__all__ = ["immutable_dict", "immutable_list"]

_T = TypeVar("_T")
_K = TypeVar("_K")

_CURE = (
    "If you are attempting to modify the kwargs or args of a torch.fx.Node object,\n"
    "instead create a new copy of it and assign the copy to the node:\n\n"
    "    new_args = ...  # copy and mutate args\n"
    "    node.args = new_args"
)


def _refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise TypeError(f"{type(self).__name__!r} object does not support mutation. {_CURE}")


class immutable_list(list[_T]):  # noqa: N801  # PyTorch's name
    """A list that cannot be changed, and so can be hashed.

    >>> from graphnet.fx.immutable_collections import immutable_list
    >>> immutable_list([1, 2]) == [1, 2], hash(immutable_list([1])) == hash((1,))
    (True, True)
    """

    __delitem__ = __iadd__ = __imul__ = __setitem__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # a list's is None
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (tuple(self),)


class immutable_dict(dict[_K, _T]):  # noqa: N801  # PyTorch's name
    """A dictionary that cannot be changed, and so can be hashed."""

    __delitem__ = __ior__ = __setitem__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # a dictionary's is None
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (tuple(self.items()),)


register_pytree_node(
    immutable_list, lambda tree: (list(tree), None), lambda leaves, _: immutable_list(leaves)
)
register_pytree_node(
    immutable_dict,
    lambda tree: (list(tree.values()), list(tree)),
    lambda leaves, keys: immutable_dict(zip(keys, leaves, strict=True)),
)
