"""Trees of containers against PyTorch's."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from importlib import import_module
from typing import Any

import pytest

from tests.parity.expressions import outcome

pytest.importorskip("torch")

Point = namedtuple("Point", "x y")  # as programs make them

TREES: list[Any] = [
    1,
    [1, (2, 3), {"a": 4, "b": [5]}],
    Point(1, [2, 3]),
    OrderedDict(b=1, a=(2,)),
    None,
    [],
    {"z": {}, "a": ()},
]


@pytest.mark.parametrize("tree", TREES, ids=repr)
@pytest.mark.parametrize(
    "code",
    [
        "P.tree_flatten(t)[0]",
        "P.tree_unflatten(P.tree_flatten(t)[0], P.tree_flatten(t)[1])",
        "P.tree_map(lambda x: (x, 0), t)",
        "P.tree_map(lambda x, y: [x, y], t, t)",
        "P.tree_map_only(int, lambda x: x + 1, t)",
        "P.tree_leaves(t), list(P.tree_iter(t)), P.tree_structure(t).num_leaves",
        "P.tree_all(lambda x: x is None, t), P.tree_any(lambda x: x == 2, t)",
        "P.tree_is_leaf(t)",
        "[P.keystr(path) for path, _ in P.tree_flatten_with_path(t)[0]]",
        "P.tree_map_with_path(lambda path, x: P.keystr(path), t)",
        "P.tree_leaves(t, is_leaf=lambda x: isinstance(x, tuple))",
        "P.tree_unflatten([1] * 9, P.tree_flatten(t)[1])",
        "P.tree_map(lambda x, y: x, t, [t])",
        "P.tree_structure(t) == P.tree_structure([t])",
    ],
)
def test_a_tree_is_taken_apart_as_in_pytorch(code: str, tree: Any) -> None:
    found = []
    for name in ("graphnet", "torch"):
        module = import_module(f"{name}.utils._pytree")
        found.append(outcome(code, None, {"P": module, "t": tree}))
    ours, theirs = found
    if isinstance(theirs, Exception):
        assert isinstance(ours, ValueError)
        assert isinstance(theirs, ValueError)
    else:
        assert ours == theirs


def test_a_class_of_ones_own_is_a_branch() -> None:
    for name in ("graphnet", "torch"):
        module = import_module(f"{name}.utils._pytree")
        pair = type("Pair", (), {"__init__": lambda self, a, b: self.__dict__.update(a=a, b=b)})
        module.register_pytree_node(
            pair, lambda p: ([p.a, p.b], None), lambda values, _, pair=pair: pair(*values)
        )
        assert module.tree_leaves([pair(1, 2), 3]) == [1, 2, 3]
        doubled = module.tree_map(lambda x: x * 2, pair(1, 2))
        assert (doubled.a, doubled.b) == (2, 4)
