"""Keeping gradients from growing too large.

``foreach``, by which PyTorch chooses between ways to run the same arithmetic, has no effect.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.autograd import no_grad


def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all tensors together, as if they were one vector.

    Args:
        tensors: any number of tensors; of none, the norm is 0.
        norm_type: the p of the p-norm; infinity for the largest absolute value.
        error_if_nonfinite: whether a norm that is infinite or NaN raises RuntimeError; this looks
            at the value.
        foreach: without effect.

    >>> import graphnet as torch
    >>> torch.nn.utils.get_total_norm([torch.tensor([3.0]), torch.tensor([[4.0]])])
    tensor(5.)
    """
    several = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not several:
        return fn.tensor(0.0)
    total = fn.norm(fn.stack([fn.norm(tensor, norm_type) for tensor in several]), norm_type)
    if error_if_nonfinite and not fn.isfinite(total):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is "
            "non-finite, so it cannot be clipped. To disable this error and scale the gradients by "
            "the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    total_norm: Tensor,
    foreach: bool | None = None,
) -> None:
    """Scale the gradients in place so that their norm, now ``total_norm``, is at most ``max_norm``.

    Parameters without a gradient are passed over.
    """
    # The small number keeps a norm of zero from dividing; the clamp keeps small norms as they are.
    scale = fn.clamp(max_norm / (total_norm + 1e-6), max=1.0)
    with no_grad():
        for gradient in _gradients(parameters):
            gradient.mul_(scale)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients of all parameters in place, so that their norm is at most ``max_norm``.

    The other arguments are :func:`get_total_norm`'s. Returns the norm from before. Source:
    PyTorch's page "torch.nn.utils.clip_grad_norm_".

    >>> import graphnet as torch
    >>> weight = torch.nn.Parameter(torch.zeros(2))
    >>> weight.grad = torch.tensor([3.0, 4.0])
    >>> torch.nn.utils.clip_grad_norm_(weight, max_norm=1.0)
    tensor(5.)
    >>> weight.grad
    tensor([0.6000, 0.8000])
    """
    several = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    with no_grad():
        total = get_total_norm(_gradients(several), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(several, max_norm, total)
    return total


def clip_grad_norm(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Do what :func:`clip_grad_norm_` does; the old name, which warns."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of "
        "`torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Bring each element of the gradients, in place, between ``-clip_value`` and ``clip_value``.

    ``foreach`` is without effect. Source: PyTorch's page "torch.nn.utils.clip_grad_value_".

    >>> import graphnet as torch
    >>> weight = torch.nn.Parameter(torch.zeros(2))
    >>> weight.grad = torch.tensor([-3.0, 0.5])
    >>> torch.nn.utils.clip_grad_value_(weight, 1.0)
    >>> weight.grad
    tensor([-1.0000,  0.5000])
    """
    with no_grad():
        for gradient in _gradients(parameters):
            gradient.clamp_(min=-float(clip_value), max=float(clip_value))


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    several = [parameters] if isinstance(parameters, Tensor) else parameters
    return [parameter.grad for parameter in several if parameter.grad is not None]
