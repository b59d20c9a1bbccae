"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError, ShapeError


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The elements of all parameters, one after the other, in one dimension.

    Source: PyTorch's page "torch.nn.utils.parameters_to_vector".

    >>> import graphnet as torch
    >>> torch.nn.utils.parameters_to_vector([torch.ones(2, 1), torch.zeros(1)])
    tensor([1., 1., 0.])
    """
    joined: Tensor = fn.cat([parameter.reshape(-1) for parameter in parameters])
    return joined


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Give all parameters their elements from one vector, in place of those they have.

    They become views of the vector. Raises TypeError when ``vec`` is no tensor, RuntimeError when
    it is too short. Source: PyTorch's page "torch.nn.utils.vector_to_parameters".

    >>> import graphnet as torch
    >>> layer = torch.nn.Linear(2, 1)
    >>> torch.nn.utils.vector_to_parameters(torch.tensor([1.0, 2.0, 3.0]), layer.parameters())
    >>> layer.bias.data
    tensor([3.])
    """
    if not isinstance(vec, Tensor):
        raise ArgumentError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    used = 0
    for parameter in parameters:
        count = parameter.numel()
        if used + count > vec.numel():
            raise ShapeError(
                f"vector_to_parameters: {vec.numel()} elements are not enough; a parameter of "
                f"shape {tuple(parameter.shape)} needs {count} after the first {used}"
            )
        parameter.data = vec[used : used + count].view(parameter.shape).data
        used += count
