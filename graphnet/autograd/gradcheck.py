"""Gradients compared with finite differences: ``torch.autograd.gradcheck``.

Source: PyTorch's pages ``gradcheck`` and ``gradgradcheck``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from graphnet import dtypes
from graphnet._tensor import Tensor
from graphnet.autograd.engine import grad
from graphnet.errors import AutogradError, GraphnetError, NotSupportedError, ValueRangeError
from graphnet.functions.comparison import allclose
from graphnet.functions.complex_numbers import imag, real
from graphnet.functions.factories import empty, zeros, zeros_like
from graphnet.functions.joining import stack
from graphnet.functions.ranges import eye
from graphnet.functions.reduction import amax
from graphnet.grad_mode import no_grad
from graphnet.ops.math import Abs

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]

Function = Callable[..., Any]
Tensors = Sequence[Tensor]


class GradcheckError(GraphnetError, RuntimeError):
    """A gradient that is not the derivative."""


class NothingToCheckError(GraphnetError, AssertionError):
    """No way of differentiating is to be checked."""


#: What is computed again is compiled then, and may be rounded otherwise by so many units.
_ROUNDING: Final = 64


class _Tolerance(NamedTuple):
    """How far a gradient may be from the finite difference, and from itself another time."""

    rtol: float
    atol: float
    nondet: float

    def agree(self, one: Tensor, other: Tensor) -> bool:
        """Whether two Jacobians are close."""
        dtype = dtypes.promote_types(one.dtype, other.dtype)
        return bool(allclose(one.to(dtype), other.to(dtype), self.rtol, self.atol))

    def repeats(self, one: Tensor, other: Tensor) -> bool:
        """Whether a Jacobian is the same as one computed before, up to rounding."""
        if not one.numel():
            return True
        rounding = _ROUNDING * dtypes.finfo(one.dtype).eps * _magnitude(one)
        return _magnitude(one - other) <= self.nondet + rounding


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether gradients are what central finite differences give, for every element of the inputs.

    Inputs are changed in place by ``eps`` and back, so they should be of double precision.

    Args:
        func: takes the inputs, and returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple; those that require grad are differentiated by.
        eps: the step of the differences.
        atol, rtol: how close gradients must be, as for :func:`allclose`.
        raise_exception: whether to raise what is wrong, rather than return False.
        nondet_tol: by how much, beyond rounding, a gradient may differ from one computed again.
        check_undefined_grad: has no effect: each output is differentiated with the gradients of the
            others undefined.
        check_grad_dtypes: whether gradients must have their inputs' dtypes.
        check_batched_grad: whether gradients of a batch (``is_grads_batched``) must agree, too.
        check_batched_forward_grad: refused.
        check_forward_ad: whether to check derivatives along directions, of real numbers only.
        check_backward_ad: whether to check gradients.
        fast_mode: has no effect: whole Jacobians are compared.
        masked: has no effect, as tensors are dense.

    Raises:
        GradcheckError: (a RuntimeError) a gradient is wrong.
        ValueRangeError: (a ValueError) no input requires grad.
        AutogradError: (a RuntimeError) elements of an input share memory.
        NothingToCheckError: (an AssertionError) gradients are not to be checked.
        NotSupportedError: (a NotImplementedError) a batch of directions is to be checked.

    >>> import graphnet as torch
    >>> x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(torch.sin, (x,))
    True
    """
    if check_batched_forward_grad:
        raise NotSupportedError(
            "torch.autograd.gradcheck: derivatives along a batch of directions are not there",
            cure="leave check_batched_forward_grad out",
        )
    if not (check_forward_ad or check_backward_ad):
        raise NothingToCheckError(
            "Expected at least one of check_forward_ad or check_backward_ad to be True"
        )
    given = _tuple(inputs)
    wanted = _checked(given)
    tolerance = _Tolerance(rtol, atol, nondet_tol)
    try:
        outputs = _differentiable(func(*given))
        if not outputs:
            _check_constant(func, given, wanted, eps)
        if check_forward_ad:
            _check_forward(func, given, wanted, eps, tolerance)
        for part in _PARTS if check_backward_ad else ():
            _check_jacobians(func, given, wanted, part, eps, tolerance)
        for output in outputs if check_backward_ad else ():
            _check_backward(output, wanted, check_grad_dtypes)
            if check_batched_grad:
                _check_batched(output, wanted, tolerance)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """:func:`gradcheck` of the gradients, as functions of inputs and of gradients of the outputs.

    Args:
        func, inputs, eps, atol, rtol, raise_exception, nondet_tol, check_undefined_grad: those of
            :func:`gradcheck`.
        grad_outputs: the gradients of the outputs; uniform random numbers in [-1, 1] unless given.
        gen_non_contig_grad_outputs: has no effect.
        check_grad_dtypes, check_batched_grad, fast_mode, masked: those of :func:`gradcheck`.
        check_fwd_over_rev: whether to check derivatives of gradients along directions.
        check_rev_over_rev: whether to check gradients of gradients.

    Raises:
        GradcheckError: (a RuntimeError) a second derivative is wrong.

    >>> import graphnet as torch
    >>> x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradgradcheck(torch.sin, (x,))
    True
    """
    given = _tuple(inputs)
    outputs = _differentiable(func(*given))
    weights = _weights(outputs) if grad_outputs is None else _tuple(grad_outputs)

    def gradients(*args: Any) -> tuple[Tensor, ...]:
        count = len(args) - len(outputs)
        results = _differentiable(func(*args[:count]))
        leaves = [x for x in args[:count] if isinstance(x, Tensor) and x.requires_grad]
        found = grad(results, leaves, args[count:], create_graph=True, allow_unused=True)
        return tuple(each for each in found if each is not None)

    return gradcheck(
        gradients,
        (*given, *weights),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


def _magnitude(jacobian: Tensor) -> float:
    """The greatest of its elements' magnitudes."""
    return float(amax(Abs()(jacobian)).item())


# ---------------------------------------------------------------------- inputs and outputs


def _checked(inputs: tuple[Any, ...]) -> list[Tensor]:
    """Those of the inputs that require grad.

    Raises:
        ValueRangeError: none does.
        AutogradError: elements of one share memory, so that they cannot be changed one by one.
    """
    wanted = []
    for place, x in enumerate(inputs):
        if not isinstance(x, Tensor) or not x.requires_grad:
            continue
        if x.dtype not in (dtypes.float64, dtypes.complex128):
            warnings.warn(
                f"Input #{place} requires gradient and is not a double precision floating point or "
                "complex. This check will likely fail if all the inputs are not of double "
                "precision floating point or complex. ",
                stacklevel=3,
            )
        if x._layout.overlaps:
            raise AutogradError(
                f"The {place}th input has a dimension with stride 0. gradcheck only supports "
                "inputs that are non-overlapping to be able to compute the numerical gradients "
                "correctly. You should call .contiguous on the input before passing it to "
                "gradcheck."
            )
        wanted.append(x)
    if not wanted:
        raise ValueRangeError(
            "gradcheck expects at least one input tensor to require gradient, but none of them "
            "have requires_grad=True."
        )
    return wanted


def _differentiable(outputs: Any) -> list[Tensor]:
    return [each for each in _tuple(outputs) if each.requires_grad]


def _tuple(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def _weights(outputs: Tensors) -> tuple[Tensor, ...]:
    """Random gradients of outputs."""
    drawn: list[Any] = [empty(tuple(each.shape), dtype=each.dtype) for each in outputs]
    return tuple(each.uniform_(-1, 1).requires_grad_() for each in drawn)


class _Part(NamedTuple):
    """What is checked of outputs: real numbers, or one of the parts of complex ones."""

    complex: bool
    of: Callable[[Tensor], Tensor]
    label: str


_PARTS = (
    _Part(True, imag, "While considering the imaginary part of complex outputs only, "),
    _Part(True, real, "While considering the real part of complex outputs only, "),
    _Part(False, lambda output: output, ""),
)


# ---------------------------------------------------------------------- Jacobians


def _check_jacobians(
    func: Function,
    given: tuple[Any, ...],
    wanted: list[Tensor],
    part: _Part,
    eps: float,
    tolerance: _Tolerance,
) -> None:
    """Compare the derivatives of one part of all outputs by all inputs."""

    def chosen() -> list[tuple[int, Tensor]]:
        """The outputs that have this part, with their places."""
        outputs = enumerate(_differentiable(func(*given)))
        return [(n, part.of(each)) for n, each in outputs if each.dtype.is_complex == part.complex]

    outputs = chosen()
    if not outputs:
        return
    sizes = [output.numel() for _, output in outputs]
    numerical = [_numerical(x, lambda: [each for _, each in chosen()], sizes, eps) for x in wanted]
    for number, (place, output) in enumerate(outputs):
        analytical = _analytical(output, wanted)
        again = _analytical(output, wanted)
        for one, other in zip(analytical, again, strict=True):
            if not tolerance.repeats(one, other):
                raise GradcheckError(
                    f"{part.label}Backward is not reentrant, i.e., running backward with same "
                    "input and grad_output multiple times gives different values, although "
                    "analytical gradient matches numerical gradient."
                    f"The tolerance for nondeterminism was {tolerance.nondet}."
                )
        for which, (found, expected) in enumerate(zip(analytical, numerical, strict=True)):
            if not tolerance.agree(found, expected[number]):
                raise GradcheckError(
                    f"{part.label}Jacobian mismatch for output {place} with respect to input "
                    f"{which},\nnumerical:{expected[number]}\nanalytical:{found}\n"
                )


def _check_forward(
    func: Function,
    given: tuple[Any, ...],
    wanted: list[Tensor],
    eps: float,
    tolerance: _Tolerance,
) -> None:
    """Compare the derivatives along directions of all outputs of real numbers."""
    from graphnet.autograd.forward_ad import dual_level, make_dual, unpack_dual

    if any(x.dtype.is_complex for x in wanted):
        raise NotSupportedError(
            "torch.autograd.gradcheck: derivatives along directions of complex inputs",
            cure="leave check_forward_ad out",
        )

    def real() -> list[Tensor]:
        return [each for each in _differentiable(func(*given)) if not each.dtype.is_complex]

    sizes = [output.numel() for output in real()]
    for which, x in enumerate(wanted):
        numerical = _numerical(x, real, sizes, eps)
        rows: list[list[Tensor]] = [[] for _ in sizes]
        for direction in _basis(x):
            with dual_level():
                duals = [make_dual(each, direction) if each is x else each for each in given]
                outputs = [o for o in _differentiable(func(*duals)) if not o.dtype.is_complex]
                for row, output in zip(rows, outputs, strict=True):
                    tangent = unpack_dual(output).tangent
                    found = zeros_like(output) if tangent is None else tangent
                    row.append(found.detach().reshape(-1))
                    row[-1]._settled()  # the next direction is then the same program once more
        for place, (row, expected) in enumerate(zip(rows, numerical, strict=True)):
            if row and not tolerance.agree(stack(row), expected):
                raise GradcheckError(
                    f"Jacobian computed with forward mode mismatch for output {place} with "
                    f"respect to input {which},\nnumerical:{expected}\nanalytical:{stack(row)}\n"
                )


def _analytical(output: Tensor, wanted: list[Tensor]) -> list[Tensor]:
    """The Jacobians of an output, inputs by outputs, row by row of the output."""
    columns: list[list[Tensor]] = [[] for _ in wanted]
    for weight in _basis(output):
        found = grad(output, wanted, weight, retain_graph=True, allow_unused=True)
        for column, x, gradient in zip(columns, wanted, found, strict=True):
            row = (zeros_like(x) if gradient is None else gradient).reshape(-1)
            row._settled()  # the next direction is then the same program once more
            column.append(row)
    return [
        stack(column, 1) if column else zeros(x.numel(), 0, dtype=x.dtype)
        for column, x in zip(columns, wanted, strict=True)
    ]


def _numerical(
    x: Tensor, evaluate: Callable[[], Tensors], sizes: list[int], eps: float
) -> list[Tensor]:
    """The finite differences of all outputs by one input, inputs by outputs.

    By a complex number they are the derivative by its real part and, times i, by its imaginary one.
    """
    values = x.detach().clone()

    def slopes(step: Any) -> list[Tensor]:
        ends = []
        for moved in (values + step, values - step):
            with no_grad():
                x.data.copy_(moved)
            ends.append([each.detach().clone() for each in evaluate()])
        return [(a - b).reshape(-1) / (2 * eps) for a, b in zip(*ends, strict=True)]

    rows: list[list[Tensor]] = [[] for _ in sizes]
    try:
        for direction in _basis(x):
            found = slopes(direction * eps)
            if x.dtype.is_complex:
                turned = slopes(direction * (eps * 1j))
                found = [a + b * 1j for a, b in zip(found, turned, strict=True)]
            for row, slope in zip(rows, found, strict=True):
                row.append(slope)
    finally:
        with no_grad():
            x.data.copy_(values)
    return [
        stack(row) if row else zeros(0, size, dtype=x.dtype)
        for row, size in zip(rows, sizes, strict=True)
    ]


def _basis(x: Tensor) -> Tensor:
    """For each element of a tensor, one that is 1 there and 0 elsewhere."""
    count = x.numel()
    basis: Tensor = eye(count, dtype=x.dtype).reshape(count, *x.shape)
    return basis


def _check_constant(
    func: Function, given: tuple[Any, ...], wanted: list[Tensor], eps: float
) -> None:
    """Raise unless outputs that have no gradient do not change."""

    def evaluate() -> list[Tensor]:
        return [each for each in _tuple(func(*given)) if each.dtype.is_floating_point]

    sizes = [each.numel() for each in evaluate()]
    for x in wanted:
        if any((slopes != 0).any() for slopes in _numerical(x, evaluate, sizes, eps)):
            raise GradcheckError("Numerical gradient for function expected to be zero")


# ---------------------------------------------------------------------- other properties


def _check_backward(output: Tensor, wanted: list[Tensor], check_dtypes: bool) -> None:
    """Raise where gradients are not zeros for a gradient of zeros, or of another type."""
    weight = zeros_like(output)
    found = grad(output, wanted, weight, retain_graph=True, allow_unused=True)
    for x, gradient in zip(wanted, found, strict=True):
        if gradient is None:
            continue
        if (gradient != 0).any():
            raise GradcheckError("backward not multiplied by grad_output")
        if gradient.shape != x.shape:
            raise GradcheckError("grad is incorrect size")
        if check_dtypes and gradient.dtype is not x.dtype:
            raise GradcheckError(
                "Gradient has dtype mismatch: the gradient's is "
                f"{gradient.dtype}, the input's {x.dtype}"
            )


def _check_batched(output: Tensor, wanted: list[Tensor], tolerance: _Tolerance) -> None:
    """Raise where the gradients of a batch are not those of its members."""
    weights = _basis(output)
    batch = grad(
        output, wanted, weights, retain_graph=True, allow_unused=True, is_grads_batched=True
    )
    single = _analytical(output, wanted)
    for which, (found, expected) in enumerate(zip(batch, single, strict=True)):
        if found is None:
            continue
        if not tolerance.agree(found.reshape(expected.shape[::-1]).t(), expected):
            raise GradcheckError(
                f"The batched gradient with respect to input {which} is not that of the members of "
                f"the batch,\nexpected:{expected}\ngot:{found}\n"
            )
