"""Trees of containers and what they hold: ``torch.utils._pytree``.

A container of a registered type is a branch: tuples, lists, dictionaries, named tuples and others.
All else is a leaf. Source: PyTorch's module ``torch.utils._pytree``.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from graphnet.errors import ValueRangeError

__all__ = [
    "Context",
    "GetAttrKey",
    "LeafSpec",
    "MappingKey",
    "NodeDef",
    "PyTree",
    "SUPPORTED_NODES",
    "SequenceKey",
    "TreeSpec",
    "is_namedtuple_class",
    "is_namedtuple_instance",
    "is_structseq_instance",
    "key_get",
    "keystr",
    "register_pytree_node",
    "tree_all",
    "tree_all_only",
    "tree_any",
    "tree_any_only",
    "tree_flatten",
    "tree_flatten_with_path",
    "tree_is_leaf",
    "tree_iter",
    "tree_leaves",
    "tree_leaves_with_path",
    "tree_map",
    "tree_map_",
    "tree_map_only",
    "tree_map_only_",
    "tree_map_with_path",
    "tree_structure",
    "tree_unflatten",
]

PyTree = Any
Context = Any
Predicate = Callable[[Any], bool]


@dataclass(frozen=True)
class SequenceKey:
    """A place in a sequence."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx!r}]"

    def get(self, sequence: Any) -> Any:
        """What is there."""
        return sequence[self.idx]


@dataclass(frozen=True)
class MappingKey:
    """A key of a dictionary."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"

    def get(self, mapping: Any) -> Any:
        """What is there."""
        return mapping[self.key]


@dataclass(frozen=True)
class GetAttrKey:
    """A field of a named tuple."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"

    def get(self, obj: Any) -> Any:
        """What is there."""
        return getattr(obj, self.name)


class NodeDef(NamedTuple):
    """How containers of a type are taken apart and put together."""

    type: type[Any]
    flatten_fn: Callable[[Any], tuple[list[Any], Context]]
    unflatten_fn: Callable[[Iterable[Any], Context], Any]
    flatten_with_keys_fn: Callable[[Any], tuple[list[tuple[Any, Any]], Context]]


def _with_keys(tree: Any, keys: Iterable[Any], context: Context) -> tuple[list[Any], Context]:
    values = tree.values() if isinstance(tree, Mapping) else tree
    return list(zip(keys, values, strict=True)), context


def _list_flatten(d: Any) -> tuple[list[Any], Context]:
    return list(d), None


def _list_flatten_with_keys(d: Any) -> tuple[list[Any], Context]:
    return _with_keys(d, map(SequenceKey, range(len(d))), None)


def _list_unflatten(values: Iterable[Any], context: Context) -> list[Any]:
    return list(values)


def _tuple_unflatten(values: Iterable[Any], context: Context) -> tuple[Any, ...]:
    return tuple(values)


def _dict_flatten(d: Mapping[Any, Any]) -> tuple[list[Any], Context]:
    return list(d.values()), list(d)


def _dict_flatten_with_keys(d: Mapping[Any, Any]) -> tuple[list[Any], Context]:
    return _with_keys(d, map(MappingKey, d), list(d))


def _dict_unflatten(values: Iterable[Any], context: Context) -> dict[Any, Any]:
    return dict(zip(context, values, strict=True))


def _ordereddict_unflatten(values: Iterable[Any], context: Context) -> OrderedDict[Any, Any]:
    return OrderedDict(zip(context, values, strict=True))


def _defaultdict_flatten(d: defaultdict[Any, Any]) -> tuple[list[Any], Context]:
    return list(d.values()), [d.default_factory, list(d)]


def _defaultdict_flatten_with_keys(d: defaultdict[Any, Any]) -> tuple[list[Any], Context]:
    return _with_keys(d, map(MappingKey, d), [d.default_factory, list(d)])


def _defaultdict_unflatten(values: Iterable[Any], context: Context) -> defaultdict[Any, Any]:
    factory, keys = context
    return defaultdict(factory, zip(keys, values, strict=True))


def _deque_flatten(d: deque[Any]) -> tuple[list[Any], Context]:
    return list(d), d.maxlen


def _deque_flatten_with_keys(d: deque[Any]) -> tuple[list[Any], Context]:
    return _with_keys(d, map(SequenceKey, range(len(d))), d.maxlen)


def _deque_unflatten(values: Iterable[Any], context: Context) -> deque[Any]:
    return deque(values, maxlen=context)


def _namedtuple_flatten(d: Any) -> tuple[list[Any], Context]:
    return list(d), type(d)


def _namedtuple_flatten_with_keys(d: Any) -> tuple[list[Any], Context]:
    return _with_keys(d, map(GetAttrKey, type(d)._fields), type(d))


def _namedtuple_unflatten(values: Iterable[Any], context: Context) -> Any:
    return context(*values)


#: Every type that is a branch. Named tuples are known under the function that makes such types.
SUPPORTED_NODES: Final[dict[Any, NodeDef]] = {
    each.type: each
    for each in (
        NodeDef(tuple, _list_flatten, _tuple_unflatten, _list_flatten_with_keys),
        NodeDef(list, _list_flatten, _list_unflatten, _list_flatten_with_keys),
        NodeDef(dict, _dict_flatten, _dict_unflatten, _dict_flatten_with_keys),
        NodeDef(OrderedDict, _dict_flatten, _ordereddict_unflatten, _dict_flatten_with_keys),
        NodeDef(
            defaultdict,
            _defaultdict_flatten,
            _defaultdict_unflatten,
            _defaultdict_flatten_with_keys,
        ),
        NodeDef(deque, _deque_flatten, _deque_unflatten, _deque_flatten_with_keys),
        NodeDef(
            namedtuple,  # type: ignore[arg-type]  # it stands for the types it makes
            _namedtuple_flatten,
            _namedtuple_unflatten,
            _namedtuple_flatten_with_keys,
        ),
    )
}


def register_pytree_node(
    cls: type[Any],
    flatten_fn: Callable[[Any], tuple[list[Any], Context]],
    unflatten_fn: Callable[[Iterable[Any], Context], Any],
    *,
    serialized_type_name: str | None = None,
    to_dumpable_context: Callable[[Any], Any] | None = None,
    from_dumpable_context: Callable[[Any], Any] | None = None,
    flatten_with_keys_fn: Callable[[Any], tuple[list[Any], Any]] | None = None,
) -> None:
    """Say how containers of a class are taken apart and put together.

    Raises:
        ValueRangeError: (a ValueError) it is registered already.
    """
    if cls in SUPPORTED_NODES:
        raise ValueRangeError(f"{cls} is already registered as pytree node.")

    def by_position(tree: Any) -> tuple[list[Any], Context]:
        children, context = flatten_fn(tree)
        return _with_keys(children, map(SequenceKey, range(len(children))), context)

    keyed = flatten_with_keys_fn or by_position
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn, keyed)


def is_namedtuple_class(cls: Any) -> bool:
    """Whether a class was made by ``namedtuple``, or inherits from one that was."""
    return isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")


def is_namedtuple_instance(obj: object) -> bool:
    """Whether something is a named tuple."""
    return is_namedtuple_class(type(obj))


def is_structseq_instance(obj: object) -> bool:
    """Whether something is what PyTorch's functions with several results give: named tuples."""
    return is_namedtuple_instance(obj) and type(obj).__module__.endswith("return_types")


def _get_node_type(tree: Any) -> Any:
    """The type under which a container is known, or would be."""
    kind = type(tree)
    # A class may be registered itself; any other named tuple is known as one.
    return namedtuple if is_namedtuple_class(kind) and kind not in SUPPORTED_NODES else kind


def tree_is_leaf(tree: PyTree, is_leaf: Predicate | None = None) -> bool:
    """Whether something is no container, or is to be taken for none."""
    return (is_leaf is not None and is_leaf(tree)) or _get_node_type(tree) not in SUPPORTED_NODES


@dataclass(frozen=True)
class TreeSpec:
    """The containers of a tree, without its leaves.

    Attributes:
        type: that of the outermost container; None of a leaf.
        context: what else is needed to make it, such as the keys.
        children_specs: the structures inside.
    """

    type: Any
    context: Context
    children_specs: list[TreeSpec]
    num_leaves: int = field(init=False)
    num_children: int = field(init=False)
    num_nodes: int = field(init=False)

    def __post_init__(self) -> None:
        leaves = sum(child.num_leaves for child in self.children_specs)
        nodes = sum(child.num_nodes for child in self.children_specs)
        object.__setattr__(self, "num_leaves", leaves if self.type is not None else 1)
        object.__setattr__(self, "num_children", len(self.children_specs))
        object.__setattr__(self, "num_nodes", nodes + 1)

    def is_leaf(self) -> bool:
        """Whether it is that of a leaf."""
        return self.type is None

    def unflatten(self, leaves: Iterable[Any]) -> PyTree:
        """The tree with these leaves.

        Raises:
            ValueRangeError: (a ValueError) there are too few or too many.
        """
        given = list(leaves)
        if len(given) != self.num_leaves:
            raise ValueRangeError(
                "treespec.unflatten(leaves): `leaves` has length "
                f"{len(given)} but the spec refers to a pytree that holds {self.num_leaves} "
                f"items ({self})."
            )
        return self._built(iter(given))

    def _built(self, leaves: Iterator[Any]) -> PyTree:
        if self.type is None:
            return next(leaves)
        children = [child._built(leaves) for child in self.children_specs]
        return SUPPORTED_NODES[self.type].unflatten_fn(children, self.context)

    def flatten_up_to(self, tree: PyTree) -> list[PyTree]:
        """What stands in a tree where this one has its leaves.

        Raises:
            ValueRangeError: (a ValueError) the tree does not begin with these containers.
        """
        if self.type is None:
            return [tree]
        if _get_node_type(tree) is not self.type:
            raise ValueRangeError(f"Type mismatch; expected {self.type!r}, but got {type(tree)!r}.")
        children, context = SUPPORTED_NODES[self.type].flatten_fn(tree)
        if len(children) != self.num_children:
            raise ValueRangeError(
                f"Node arity mismatch; expected {self.num_children}, but got {len(children)}."
            )
        if context != self.context:
            raise ValueRangeError(f"Node context mismatch for custom node type {self.type!r}.")
        pairs = zip(self.children_specs, children, strict=True)
        return [leaf for spec, child in pairs for leaf in spec.flatten_up_to(child)]

    def __repr__(self) -> str:
        if self.type is None:
            return "*"
        inner = ", ".join(map(repr, self.children_specs))
        return f"TreeSpec({self.type.__name__}, {self.context}, [{inner}])"


def LeafSpec() -> TreeSpec:  # noqa: N802  # PyTorch's name
    """The structure of a leaf."""
    return TreeSpec(None, None, [])


def tree_flatten(tree: PyTree, is_leaf: Predicate | None = None) -> tuple[list[Any], TreeSpec]:
    """The leaves of a tree, and its structure.

    >>> from graphnet.utils._pytree import tree_flatten, tree_unflatten
    >>> leaves, spec = tree_flatten({"a": 1, "b": [2, 3]})
    >>> leaves
    [1, 2, 3]
    >>> tree_unflatten([10, 20, 30], spec)
    {'a': 10, 'b': [20, 30]}
    """
    leaves: list[Any] = []
    return leaves, _flatten(tree, leaves, is_leaf)


def _flatten(tree: PyTree, leaves: list[Any], is_leaf: Predicate | None) -> TreeSpec:
    if tree_is_leaf(tree, is_leaf):
        leaves.append(tree)
        return LeafSpec()
    kind = _get_node_type(tree)
    children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
    return TreeSpec(kind, context, [_flatten(child, leaves, is_leaf) for child in children])


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> PyTree:
    """The tree of a structure with these leaves."""
    return treespec.unflatten(leaves)


def tree_iter(tree: PyTree, is_leaf: Predicate | None = None) -> Iterator[Any]:
    """The leaves of a tree, one after the other."""
    return iter(tree_flatten(tree, is_leaf)[0])


def tree_leaves(tree: PyTree, is_leaf: Predicate | None = None) -> list[Any]:
    """The leaves of a tree."""
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree: PyTree, is_leaf: Predicate | None = None) -> TreeSpec:
    """The structure of a tree."""
    return tree_flatten(tree, is_leaf)[1]


def tree_map(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: Predicate | None = None
) -> PyTree:
    """A tree of what a function makes of each leaf, and of what stands there in other trees.

    >>> from graphnet.utils._pytree import tree_map
    >>> tree_map(lambda x: x + 1, {"a": 1, "b": (2, 3)})
    {'a': 2, 'b': (3, 4)}
    """
    leaves, spec = tree_flatten(tree, is_leaf)
    columns = [leaves, *(spec.flatten_up_to(rest) for rest in rests)]
    return spec.unflatten([func(*row) for row in zip(*columns, strict=True)])


def tree_map_(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: Predicate | None = None
) -> PyTree:
    """Call a function with each leaf; the tree itself is given back."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only(
    type_or_types_or_pred: Any,
    /,
    func: Callable[[Any], Any],
    tree: PyTree,
    is_leaf: Predicate | None = None,
) -> PyTree:
    """The same for leaves of a type, or of which a function is true; others stay."""
    chosen = _chosen(type_or_types_or_pred)
    return tree_map(lambda x: func(x) if chosen(x) else x, tree, is_leaf=is_leaf)


def tree_map_only_(
    type_or_types_or_pred: Any,
    /,
    func: Callable[[Any], Any],
    tree: PyTree,
    is_leaf: Predicate | None = None,
) -> PyTree:
    """Call a function with such leaves; the tree itself is given back."""
    tree_map_only(type_or_types_or_pred, func, tree, is_leaf=is_leaf)
    return tree


def _chosen(condition: Any) -> Predicate:
    if isinstance(condition, (type, tuple)) or hasattr(condition, "__args__"):
        return lambda x: isinstance(x, condition)
    chosen: Predicate = condition
    return chosen


def tree_all(pred: Predicate, tree: PyTree, is_leaf: Predicate | None = None) -> bool:
    """Whether it is true of all leaves."""
    return all(map(pred, tree_iter(tree, is_leaf)))


def tree_any(pred: Predicate, tree: PyTree, is_leaf: Predicate | None = None) -> bool:
    """Whether it is true of any leaf."""
    return any(map(pred, tree_iter(tree, is_leaf)))


def tree_all_only(
    type_or_types: Any, /, pred: Predicate, tree: PyTree, is_leaf: Predicate | None = None
) -> bool:
    """Whether it is true of all leaves of a type."""
    return all(pred(x) for x in tree_iter(tree, is_leaf) if isinstance(x, type_or_types))


def tree_any_only(
    type_or_types: Any, /, pred: Predicate, tree: PyTree, is_leaf: Predicate | None = None
) -> bool:
    """Whether it is true of any leaf of a type."""
    return any(pred(x) for x in tree_iter(tree, is_leaf) if isinstance(x, type_or_types))


def tree_flatten_with_path(
    tree: PyTree, is_leaf: Predicate | None = None
) -> tuple[list[tuple[tuple[Any, ...], Any]], TreeSpec]:
    """The leaves of a tree with the keys that lead there, and its structure."""
    return list(_with_paths((), tree, is_leaf)), tree_structure(tree, is_leaf)


def _with_paths(
    path: tuple[Any, ...], tree: PyTree, is_leaf: Predicate | None
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if tree_is_leaf(tree, is_leaf):
        yield path, tree
        return
    for key, child in SUPPORTED_NODES[_get_node_type(tree)].flatten_with_keys_fn(tree)[0]:
        yield from _with_paths((*path, key), child, is_leaf)


def tree_leaves_with_path(
    tree: PyTree, is_leaf: Predicate | None = None
) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves of a tree with the keys that lead there."""
    return list(_with_paths((), tree, is_leaf))


def tree_map_with_path(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: Predicate | None = None
) -> PyTree:
    """As :func:`tree_map`, with a function that is given the path first."""
    pairs, spec = tree_flatten_with_path(tree, is_leaf)
    columns = [spec.flatten_up_to(rest) for rest in rests]
    rows = zip(pairs, *columns, strict=True)
    return spec.unflatten([func(path, leaf, *rest) for (path, leaf), *rest in rows])


def keystr(kp: Iterable[Any]) -> str:
    """A path as Python writes it."""
    return "".join(map(str, kp))


def key_get(obj: Any, kp: Iterable[Any]) -> Any:
    """What a path leads to."""
    for key in kp:
        obj = key.get(obj)
    return obj


_is_leaf = tree_is_leaf
_register_pytree_node = register_pytree_node
