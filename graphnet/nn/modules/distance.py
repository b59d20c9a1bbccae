"""How near two vectors are to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphnet._tensor import Tensor
from graphnet.nn import functional as F
from graphnet.nn.modules.configured import Configured


@dataclass(eq=False, repr=False)
class CosineSimilarity(Configured):
    """The cosine of the angle between two vectors.

    Args:
        dim: the dimension along which the vectors are.
        eps: what norms are replaced by where they are smaller.

    Shapes: any that broadcast to each other; ``dim`` is gone. Source: PyTorch's page
    "CosineSimilarity".

    >>> import graphnet as torch
    >>> torch.nn.CosineSimilarity()(torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    tensor([0.6000])
    """

    dim: int = field(default=1, repr=False)
    eps: float = field(default=1e-8, repr=False)

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


@dataclass(eq=False, repr=False)
class PairwiseDistance(Configured):
    """The p-norm of the difference of two vectors.

    Args:
        p: the order of the norm.
        eps: added to each difference.
        keepdim: whether the last dimension stays, with size 1.

    Shapes: ``(N, D)`` or ``(D,)``. Source: PyTorch's page "PairwiseDistance".

    >>> import graphnet as torch
    >>> torch.nn.PairwiseDistance()(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]))
    tensor([5.0000])
    """

    p: float = field(default=2.0, repr=False)
    eps: float = field(default=1e-6, repr=False)
    keepdim: bool = field(default=False, repr=False)

    @property
    def norm(self) -> float:
        """The order of the norm."""
        return self.p

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.pairwise_distance(x1, x2, self.p, self.eps, self.keepdim)
