"""``vmap``: a function of one set of inputs made one of a batch of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from graphnet._tensor import Tensor
from graphnet.func.tracing import Tracing, TransformUsageError, TransformValueError, stand_in
from graphnet.functions.joining import cat
from graphnet.trace.nested import nested
from graphnet.utils._pytree import (
    TreeSpec,
    tree_flatten,
    tree_map,
    tree_structure,
    tree_unflatten,
)

__all__ = ["vmap"]

Dims = Any
_RANDOMNESS = ("error", "different", "same")


def vmap(
    func: Callable[..., Any],
    in_dims: Dims = 0,
    out_dims: Dims = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function that does for each member of a batch what ``func`` does for one.

    ``func`` is called once, on tensors that stand for one member; what it does is recorded and
    vectorised. It cannot look at values that differ between members. Source: PyTorch's page
    ``torch.func.vmap``.

    Args:
        func: takes and returns tensors, or trees of them.
        in_dims: the dimension that is the batch, for each argument; None for what all share.
        out_dims: where it is in the results.
        randomness: whether members may draw random numbers: ``"error"``, ``"different"`` ones, or
            the ``"same"``.
        chunk_size: how many members are done at once; all unless given.

    Raises:
        ValueError: the dimensions do not fit, or batches are of different sizes.
        RuntimeError: ``func`` does what cannot be done for a batch.

    >>> import graphnet as torch
    >>> torch.vmap(torch.dot)(torch.ones(3, 2), torch.tensor([[1.0, 2.0]] * 3))
    tensor([3., 3., 3.])
    """
    if randomness not in _RANDOMNESS:
        raise TransformUsageError(
            "Only allowed values for randomness are 'error', 'different', or 'same'. Got "
            f"{randomness}"
        )
    if chunk_size is not None and chunk_size <= 0:
        raise TransformValueError(
            f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})"
        )

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        name = _name_of(func)
        leaves, dims, spec = _inputs(name, args, in_dims)
        size = _size(leaves, dims)
        whole = _Call(func, name, spec, out_dims, randomness, kwargs)
        if chunk_size is None or size <= chunk_size:
            return whole(leaves, dims, size)
        parts = [
            whole(part, dims, part_size)
            for part, part_size in _chunks(leaves, dims, size, chunk_size)
        ]
        where = _as_tree(name, out_dims, parts[0])
        return tree_map(lambda dim, *pieces: cat(list(pieces), dim), where, *parts)

    return wrapped


def _name_of(func: Any) -> str:
    return str(getattr(func, "__name__", repr(func)))


def _inputs(
    name: str, args: tuple[Any, ...], in_dims: Dims
) -> tuple[list[Any], list[int | None], TreeSpec]:
    """The arguments, flat, and the dimension of each that is a batch."""
    if not isinstance(in_dims, (int, tuple)):
        raise TransformValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a "
            f"(potentially nested) tuple matching the structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise TransformValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are "
            "trying to vmap over a function with no inputs. The latter is unsupported."
        )
    leaves, spec = tree_flatten(args)
    dims = _spread(in_dims, spec)
    if dims is None:
        raise TransformValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the "
            f"structure of `inputs`. in_dims has structure {tree_flatten(in_dims)[1]} but inputs "
            f"has structure {spec}."
        )
    found = [_checked(name, leaf, dim, in_dims) for leaf, dim in zip(leaves, dims, strict=True)]
    return leaves, found, spec


def _checked(name: str, leaf: Any, dim: Any, in_dims: Dims) -> int | None:
    where = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim} for"
    if dim is None:
        return None
    if not isinstance(dim, int):
        raise TransformValueError(
            f"{where} an input but in_dim must be either an integer dimension or None."
        )
    if not isinstance(leaf, Tensor):
        raise TransformValueError(
            f"{where} an input but the input is of type {type(leaf)}. We cannot vmap over "
            "non-Tensor arguments, please use None as the respective in_dim"
        )
    if not -leaf.dim() <= dim < leaf.dim():
        raise TransformValueError(
            f"{where} some input, but that input is a Tensor of dimensionality {leaf.dim()} so "
            f"expected in_dim to satisfy -{leaf.dim()} <= in_dim < {leaf.dim()}."
        )
    return dim % leaf.dim()


def _spread(dims: Any, spec: TreeSpec) -> list[Any] | None:
    """Dimensions for each leaf; one number may stand for a whole container."""
    if dims is None or isinstance(dims, int):
        return [dims] * spec.num_leaves
    if spec.is_leaf():
        return None
    children = list(dims.values()) if isinstance(dims, dict) else None
    if children is None:
        if not isinstance(dims, (tuple, list)) or len(dims) != spec.num_children:
            return None
        children = list(dims)
    if len(children) != spec.num_children:
        return None
    found: list[Any] = []
    for child, inner in zip(children, spec.children_specs, strict=True):
        part = _spread(child, inner)
        if part is None:
            return None
        found += part
    return found


def _size(leaves: list[Any], dims: list[int | None]) -> int:
    sizes = [leaf.shape[dim] for leaf, dim in zip(leaves, dims, strict=True) if dim is not None]
    if not sizes:
        raise TransformValueError("vmap: at least one input must be batched; all in_dims are None")
    if any(size != sizes[0] for size in sizes):
        raise TransformValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return int(sizes[0])


def _chunks(
    leaves: list[Any], dims: list[int | None], size: int, chunk: int
) -> Iterator[tuple[list[Any], int]]:
    for start in range(0, size, chunk):
        count = min(chunk, size - start)
        part = [
            leaf if dim is None else leaf.narrow(dim, start, count)
            for leaf, dim in zip(leaves, dims, strict=True)
        ]
        yield part, count


def _as_tree(name: str, out_dims: Dims, outputs: Any) -> Any:
    """Where the batch is in each output."""
    spec = tree_structure(outputs)
    dims = _spread(out_dims, spec)
    if dims is None and spec.is_leaf() and isinstance(out_dims, tuple) and len(out_dims) == 1:
        dims = list(out_dims)
    if dims is None:
        raise TransformValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with "
            f"the structure of `outputs`. out_dims has structure {tree_flatten(out_dims)[1]} but "
            f"outputs has structure {spec}."
        )
    return tree_unflatten(dims, spec)


class _Call:
    """A function, about to be called on one member of a batch."""

    def __init__(
        self,
        func: Callable[..., Any],
        name: str,
        spec: TreeSpec,
        out_dims: Dims,
        randomness: str,
        kwargs: dict[str, Any],
    ) -> None:
        self.func, self.name, self.spec = func, name, spec
        self.out_dims, self.randomness, self.kwargs = out_dims, randomness, kwargs

    def __call__(self, leaves: list[Any], dims: list[int | None], size: int) -> Any:
        """What it returns for a batch of that size."""
        batches = {
            place: leaves[place].movedim(dim, 0)
            for place, dim in enumerate(dims)
            if dim is not None
        }
        with nested(self.randomness) as inner:
            members: dict[int, Any] = {}
            for place, whole in batches.items():
                shape = tuple(whole.shape[1:])
                members[place] = stand_in(inner, whole, shape, whole.requires_grad)
                inner.arguments.add(inner.value(members[place]._slot))
            given = [members.get(place, leaf) for place, leaf in enumerate(leaves)]
            returned = self.func(*tree_unflatten(given, self.spec), **self.kwargs)
            results, spec = tree_flatten(returned)
            for leaf in results:
                if not isinstance(leaf, Tensor):
                    self._refuse(leaf)
            written = [place for place, member in members.items() if member._storage.version]
            changed = [members[place] for place in written]
            tracing = Tracing(inner, [*results, *changed])
        found = tracing.once(
            "vmap",
            batched=frozenset(inner.arguments),
            size=size,
            different=self.randomness == "different",
        )
        for place, value in zip(written, found[len(results) :], strict=True):
            batches[place].copy_(value)
        where, _ = tree_flatten(
            _as_tree(self.name, self.out_dims, tree_unflatten(results, spec)),
            is_leaf=lambda x: x is None,
        )
        moved = [
            self._placed(value, dim)
            for value, dim in zip(found[: len(results)], where, strict=True)
        ]
        return tree_unflatten(moved, spec)

    def _placed(self, value: Any, dim: Any) -> Any:
        if dim is None:
            raise TransformValueError(
                f"vmap({self.name}, ...): `{self.name}` can not return a BatchedTensor when "
                "out_dim is None"
            )
        return value if dim == 0 else value.movedim(0, dim)

    def _refuse(self, leaf: Any) -> NoReturn:
        raise TransformValueError(
            f"vmap({self.name}, ...): `{self.name}` must only return Tensors, got type "
            f"{type(leaf)}. Did you mean to set out_dims= to None for output?"
        )
