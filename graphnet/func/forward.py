"""Derivatives along directions: ``jvp``, ``jacfwd``, ``linearize``.

The product of vectors with a Jacobian is linear in these vectors. Its derivative by them is the
product of the Jacobian with a vector: reverse mode, twice.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NoReturn

from graphnet._tensor import Tensor
from graphnet.func.arguments import chosen, exchanged
from graphnet.func.reverse import Argnums, gradients, unit_vectors
from graphnet.func.tracing import (
    Staged,
    Tracing,
    TransformUsageError,
    differentiable,
    flat_tensors,
    stand_in,
)
from graphnet.func.vectorized import vmap
from graphnet.functions.factories import zeros_like
from graphnet.grad_mode import enable_grad
from graphnet.trace.nested import NestedRecorder, nested
from graphnet.utils._pytree import TreeSpec, tree_flatten, tree_unflatten

__all__ = ["jacfwd", "jvp", "linearize"]

Function = Callable[..., Any]


def _refuse(leaf: Any) -> NoReturn:
    raise TransformUsageError(
        "jvp(f, primals, tangents): expected f(*primals) to return only tensors, got unsupported "
        f"type {type(leaf)}"
    )


class _Forward:
    """A function called in a nested trace, with its derivative along directions.

    Attributes:
        split: how many nodes there were before the derivative.
        late: the values that the directions are.
        count: how many results come before the derivatives.
    """

    def __init__(
        self, inner: NestedRecorder, func: Function, primals: Any, tangents: Any, has_aux: bool
    ) -> None:
        leaves, spec = tree_flatten(primals)
        originals, aliases = differentiable(inner, leaves)
        returned = func(*tree_unflatten(aliases, spec))
        if has_aux and (not isinstance(returned, tuple) or len(returned) != 2):
            raise TransformUsageError(
                "jvp(f, primals, tangents): output of function f should be a tuple: (output, aux) "
                "if has_aux is True"
            )
        output, aux = returned if has_aux else (returned, ())
        results, self.spec = flat_tensors(output, _refuse)
        extra, self.aux_spec = flat_tensors(aux, _refuse)
        for each in (*results, *extra):
            inner.slot_of(each)
        self.split = len(inner.trace().nodes)
        along = [
            stand_in(inner, t, tuple(x.shape), x.requires_grad)
            for t, x in zip(tangents, originals, strict=True)
        ]
        self.late = [inner.value(tangent._slot) for tangent in along]
        derivatives = self._derivatives(results, originals, along)
        self.results, self.extra = len(results), len(extra)
        self.tracing = Tracing(inner, [*results, *extra, *derivatives])

    @staticmethod
    def _derivatives(results: list[Tensor], by: list[Tensor], along: list[Tensor]) -> list[Tensor]:
        """Of what is linear in weights, differentiated by them."""
        weights = [zeros_like(x).requires_grad_() if _is_smooth(x) else x for x in results]
        products = gradients(results, by, weights)
        pairs = [(p, t) for p, t in zip(products, along, strict=True) if p.requires_grad]
        smooth = [weight for weight in weights if _is_smooth(weight)]
        found = iter(gradients([p for p, _ in pairs], smooth, [t for _, t in pairs]))
        return [next(found) if _is_smooth(x) else zeros_like(x) for x in results]


def _is_smooth(x: Tensor) -> bool:
    return x.dtype.is_floating_point or x.dtype.is_complex


def _fitting(primals: Any, tangents: Any) -> tuple[list[Tensor], TreeSpec]:
    """The directions, which must have the structure and the shapes of the arguments."""
    if not isinstance(primals, tuple):
        raise TransformUsageError(
            "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to "
            "call f(*primals)."
        )
    leaves, spec = tree_flatten(primals)
    given, given_spec = tree_flatten(tangents)
    if given_spec != spec:
        raise TransformUsageError(
            "jvp(f, primals, tangents): Expected primals and tangents to have the same python "
            f"structure. For example, if primals is a tuple of 3 tensors, tangents also must be. "
            f"Got primals with structure {spec} and tangents with structure {given_spec}"
        )
    for x, t in zip(leaves, given, strict=True):
        if tuple(x.shape) != tuple(t.shape):
            raise TransformUsageError(
                "Trying to set a forward gradient that has a different size than that of the "
                "original Tensor, this is not supported. Tensor is of size "
                f"{list(x.shape)} while the given forward gradient is of size {list(t.shape)}."
            )
    return given, spec


def jvp(
    func: Function,
    primals: Any,
    tangents: Any,
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> Any:
    """The value of ``func``, and its derivative along directions.

    Source: PyTorch's page ``torch.func.jvp``.

    Args:
        func: takes and returns tensors, or trees of them.
        primals: a tuple of its arguments.
        tangents: the directions, in the structure of the arguments.
        strict: has no meaning here: what does not depend on an argument has a derivative of zero.
        has_aux: whether it returns a pair, of which only the first is differentiated.

    >>> import graphnet as torch
    >>> torch.func.jvp(torch.sin, (torch.tensor(0.0),), (torch.tensor(2.0),))
    (tensor(0.), tensor(2.))
    """
    given, _ = _fitting(primals, tangents)
    with nested() as inner, enable_grad():
        forward = _Forward(inner, func, primals, given, has_aux)
    found = forward.tracing.once("jvp")
    results, extra = forward.results, forward.extra
    value = tree_unflatten(found[:results], forward.spec)
    derivative = tree_unflatten(found[results + extra :], forward.spec)
    if not has_aux:
        return value, derivative
    return value, derivative, tree_unflatten(found[results : results + extra], forward.aux_spec)


def linearize(func: Function, *primals: Any) -> tuple[Any, Function]:
    """The value of ``func``, and the function of its derivatives along directions.

    Source: PyTorch's page ``torch.func.linearize``.

    >>> import graphnet as torch
    >>> value, along = torch.func.linearize(torch.sin, torch.tensor(0.0))
    >>> value, along(torch.tensor(2.0))
    (tensor(0.), tensor(2.))
    """
    with nested() as inner, enable_grad():
        leaves, _ = tree_flatten(primals)
        forward = _Forward(inner, func, primals, leaves, has_aux=False)
    staged = Staged(forward.tracing, forward.split, forward.late, forward.results)

    def along(*tangents: Any) -> Any:
        given, _ = _fitting(primals, tangents)
        return tree_unflatten(staged.second(given), forward.spec)

    return tree_unflatten(staged.results, forward.spec), along


def jacfwd(
    func: Function, argnums: Argnums = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Function:
    """The function that gives the Jacobian of ``func``, by columns.

    Source: PyTorch's page ``torch.func.jacfwd``.

    >>> import graphnet as torch
    >>> torch.func.jacfwd(lambda x: x**2)(torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        selected = chosen(args, argnums)
        inputs, spec = tree_flatten(selected)

        def of_chosen(*by: Any) -> Any:
            return func(*exchanged(args, argnums, tree_unflatten(by, spec)), **kwargs)

        def push(*directions: Any) -> Any:
            _, *rest = jvp(of_chosen, tuple(inputs), tuple(directions), has_aux=has_aux)
            return tuple(rest)

        columns, *aux = vmap(push, randomness=randomness)(*unit_vectors(inputs))
        leaves, output_spec = tree_flatten(columns)
        sizes = [x.numel() for x in inputs]
        jacobians = []
        for leaf in leaves:
            parts = leaf.movedim(0, -1).split(sizes, -1)
            shaped = [
                part.reshape((*leaf.shape[1:], *x.shape))
                for part, x in zip(parts, inputs, strict=True)
            ]
            jacobians.append(tree_unflatten(shaped, spec))
        result = tree_unflatten(jacobians, output_spec)
        if not has_aux:
            return result
        first, first_spec = tree_flatten(aux[0])
        return result, tree_unflatten([each[0] for each in first], first_spec)

    return wrapper
