"""Derivatives by reverse mode: ``grad``, ``grad_and_value``, ``vjp``, ``jacrev``, ``hessian``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from graphnet import autograd
from graphnet._tensor import Tensor
from graphnet.func.arguments import chosen, exchanged
from graphnet.func.tracing import (
    Staged,
    Tracing,
    TransformUsageError,
    differentiable,
    flat_tensors,
    stand_in,
)
from graphnet.func.vectorized import vmap
from graphnet.functions.factories import zeros, zeros_like
from graphnet.functions.joining import cat
from graphnet.functions.ranges import eye
from graphnet.grad_mode import enable_grad
from graphnet.trace.nested import nested
from graphnet.utils._pytree import tree_flatten, tree_unflatten

__all__ = ["grad", "grad_and_value", "hessian", "jacrev", "vjp"]

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


def gradients(outputs: Sequence[Tensor], by: Sequence[Tensor], weights: Any) -> list[Tensor]:
    """Differentiable gradients, zeros where there are none."""
    pairs = [
        (output, None if weights is None else weights[number])
        for number, output in enumerate(outputs)
        if output.requires_grad
    ]
    wanted = [x for x in by if x.requires_grad]
    found: Sequence[Tensor | None] = [None] * len(wanted)
    if pairs and wanted:
        roots = [output for output, _ in pairs]
        given: Any = None if weights is None else [weight for _, weight in pairs]
        found = autograd.grad(roots, wanted, given, create_graph=True, allow_unused=True)
    made = iter(found)
    each = [next(made) if x.requires_grad else None for x in by]
    return [zeros_like(x) if g is None else g for x, g in zip(by, each, strict=True)]


def grad_and_value(
    func: Function, argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """The function that gives the gradient of ``func`` and its value.

    Source: PyTorch's page ``torch.func.grad_and_value``.

    Args:
        func: returns a tensor of one element; with ``has_aux`` a pair of it and anything else.
        argnums: by which argument, or arguments, it is differentiated.
        has_aux: then the value is a pair, too.

    Raises:
        RuntimeError: ``func`` returns something else.

    >>> import graphnet as torch
    >>> torch.func.grad_and_value(lambda x: x**2)(torch.tensor(3.0))
    (tensor(6.), tensor(9.))
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        selected = chosen(args, argnums)
        leaves, spec = tree_flatten(selected)
        with nested() as inner, enable_grad():
            originals, aliases = differentiable(inner, leaves)
            given = exchanged(args, argnums, tree_unflatten(aliases, spec))
            output, aux = _value_and_aux(func(*given, **kwargs), has_aux)
            found = gradients([output], originals, None)
            extra, extra_spec = flat_tensors(aux, _refuse_aux) if has_aux else ([], None)
            tracing = Tracing(inner, [*found, output, *extra])
        made = tracing.once("grad")
        count = len(leaves)
        by = tree_unflatten(made[:count], spec)
        value: Any = made[count]
        if extra_spec is not None:
            value = value, tree_unflatten(made[count + 1 :], extra_spec)
        return by, value

    return wrapper


def _value_and_aux(output: Any, has_aux: bool) -> tuple[Tensor, Any]:
    name = "grad_and_value(f)(*args)"
    aux = None
    if has_aux:
        if not isinstance(output, tuple) or len(output) != 2:
            raise TransformUsageError(
                f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True"
            )
        output, aux = output
    if not isinstance(output, Tensor):
        raise TransformUsageError(
            f"{name}: Expected f(*args) to return a Tensor, got {type(output)}"
        )
    if output.dim():
        raise TransformUsageError(
            f"{name}: Expected f(*args) to return a scalar Tensor, got tensor with {output.dim()} "
            "dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
        )
    return output, aux


def _refuse_aux(leaf: Any) -> NoReturn:
    raise TransformUsageError(
        f"Expected tensors, got unsupported type {type(leaf)}", cure="return tensors as aux"
    )


def grad(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function that gives the gradient of ``func``; with ``has_aux`` a pair with the rest.

    Source: PyTorch's page ``torch.func.grad``.

    >>> import graphnet as torch
    >>> torch.func.grad(torch.sin)(torch.tensor(0.0))
    tensor(1.)
    >>> torch.func.grad(torch.func.grad(lambda x: x**3))(torch.tensor(2.0))
    tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        by, value = both(*args, **kwargs)
        return (by, value[1]) if has_aux else by

    return wrapper


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> Any:
    """The value of ``func``, and the function of products of vectors with its Jacobian.

    Source: PyTorch's page ``torch.func.vjp``.

    Returns:
        The value, and a function that takes vectors of its structure, and gives a tuple with one
        product for each argument; with ``has_aux`` what else ``func`` returned, too.

    >>> import graphnet as torch
    >>> value, products = torch.func.vjp(lambda x: x**2, torch.tensor([1.0, 2.0]))
    >>> value, products(torch.tensor([1.0, 10.0]))
    (tensor([1., 4.]), (tensor([ 2., 40.]),))
    """
    leaves, spec = tree_flatten(primals)
    with nested() as inner, enable_grad():
        originals, aliases = differentiable(inner, leaves)
        returned = func(*tree_unflatten(aliases, spec))
        output, aux = _pair("vjp", returned) if has_aux else (returned, None)
        results, output_spec = flat_tensors(output, _refuse_output)
        extra, extra_spec = flat_tensors(aux, _refuse_aux) if has_aux else ([], None)
        for each in (*results, *extra):
            inner.slot_of(each)
        split = len(inner.trace().nodes)
        vectors = [stand_in(inner, x, tuple(x.shape), _may_have_gradients(x)) for x in results]
        late = [inner.value(vector._slot) for vector in vectors]
        found = gradients(results, originals, vectors)
        tracing = Tracing(inner, [*results, *extra, *found])
    staged = Staged(tracing, split, late, len(results) + len(extra))
    made = staged.results
    value = tree_unflatten(made[: len(results)], output_spec)
    shapes = [tuple(result.shape) for result in results]

    def products(cotangents: Any) -> Any:
        given, given_spec = tree_flatten(cotangents)
        if given_spec != output_spec:
            raise TransformUsageError(
                f"Expected pytree structure of cotangents to be the same as pytree structure of "
                f"outputs to the function. cotangents: {given_spec}, primal output: {output_spec}"
            )
        for number, (vector, shape) in enumerate(zip(given, shapes, strict=True)):
            if tuple(vector.shape) != shape:
                raise TransformUsageError(
                    f"Mismatch in shape: grad_output[{number}] has a shape of {vector.shape} and "
                    f"output[{number}] has a shape of {results[number].shape}."
                )
        return tree_unflatten(staged.second(given), spec)

    if extra_spec is None:
        return value, products
    return value, products, tree_unflatten(made[len(results) :], extra_spec)


def _may_have_gradients(x: Tensor) -> bool:
    return x.dtype.is_floating_point or x.dtype.is_complex


def _pair(name: str, returned: Any) -> tuple[Any, Any]:
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise TransformUsageError(
            f"{name}(f, *primals): output of function f should be a tuple: (output, aux) if "
            "has_aux is True"
        )
    return returned


def _refuse_output(leaf: Any) -> NoReturn:
    raise TransformUsageError(
        "vjp(f, *primals): expected f(*primals) to return only tensors, got unsupported type "
        f"{type(leaf)}"
    )


def jacrev(
    func: Function,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Function:
    """The function that gives the Jacobian of ``func``, by rows.

    Source: PyTorch's page ``torch.func.jacrev``.

    Args:
        func: returns a tensor, or a tree of tensors.
        argnums: by which argument, or arguments.
        has_aux: whether it returns a pair, of which only the first is differentiated.
        chunk_size: how many rows are computed at once.

    >>> import graphnet as torch
    >>> torch.func.jacrev(lambda x: x**2)(torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        selected = chosen(args, argnums)

        def of_chosen(*by: Any) -> Any:
            given = by if isinstance(argnums, tuple) else by[0]
            return func(*exchanged(args, argnums, given), **kwargs)

        primals = selected if isinstance(argnums, tuple) else (selected,)
        value, products, *aux = vjp(of_chosen, *primals, has_aux=has_aux)
        outputs, output_spec = tree_flatten(value)
        basis = tree_unflatten(unit_vectors(outputs), output_spec)
        rows = vmap(products, chunk_size=chunk_size)(basis)
        leaves, spec = tree_flatten(rows if isinstance(argnums, tuple) else rows[0])
        inputs, _ = tree_flatten(selected)
        sizes = [output.numel() for output in outputs]
        columns = [leaf.split(sizes, 0) for leaf in leaves]
        jacobians = [
            tree_unflatten(
                [
                    column[number].reshape((*output.shape, *x.shape))
                    for column, x in zip(columns, inputs, strict=True)
                ],
                spec,
            )
            for number, output in enumerate(outputs)
        ]
        result = tree_unflatten(jacobians, output_spec)
        return (result, aux[0]) if has_aux else result

    return wrapper


def unit_vectors(parts: Sequence[Tensor]) -> list[Tensor]:
    """The unit vectors of tensors together: of each part, stacked along a new first dimension."""
    total = sum(part.numel() for part in parts)
    found: list[Tensor] = []
    start = 0
    for part in parts:
        count = part.numel()
        block = eye(count, dtype=part.dtype)
        above = zeros((start, count), dtype=part.dtype)
        below = zeros((total - start - count, count), dtype=part.dtype)
        found.append(cat([above, block, below]).reshape((total, *part.shape)))
        start += count
    return found


def hessian(func: Function, argnums: Argnums = 0) -> Function:
    """The function that gives the second derivatives of ``func``: ``jacfwd(jacrev(func))``.

    Source: PyTorch's page ``torch.func.hessian``.

    >>> import graphnet as torch
    >>> torch.func.hessian(lambda x: (x**3).sum())(torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    from graphnet.func.forward import jacfwd

    return jacfwd(jacrev(func, argnums), argnums)
