"""Softmax over many classes, of which most are rare."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.errors import ValueRangeError
from graphnet.functions.arguments import RefusedError
from graphnet.nn import functional as F
from graphnet.nn.modules.container import ModuleList, Sequential
from graphnet.nn.modules.linear import Linear
from graphnet.nn.modules.module import Module
from graphnet.ops.compare import Where


class _ASMoutput(NamedTuple):
    """The log-probability of each sample's target, and minus their mean."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """Log-probabilities of classes in clusters, the rarer the cheaper.

    The *head* has a score for each class of the first cluster, and one for each other cluster;
    the *tail* has a smaller layer for each of those. Only clusters in which a target lies are
    computed. Classes are to be numbered from the most frequent on.

    Args:
        in_features: size of the last dimension of the input.
        n_classes: the number of classes.
        cutoffs: where the second cluster begins, the third, and so on.
        div_value: by how much the features of each cluster of the tail are fewer than before.
        head_bias: whether the head has a bias.
        device: where the parameters are.
        dtype: their type; the default floating-point type when left out.

    Shapes: input ``(N, in_features)`` and target ``(N,)``, or ``(in_features,)`` and ``()``. The
    result has ``output``, of the target's shape, and ``loss``. Raises ValueError for cutoffs that
    do not increase between 1 and ``n_classes - 1``, RuntimeError for a target outside the classes
    and shapes that do not fit. Source: Grave et al. 2017, "Efficient softmax approximation for
    GPUs"; PyTorch's page "AdaptiveLogSoftmaxWithLoss".

    >>> import graphnet as torch
    >>> layer = torch.nn.AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs=[5, 10])
    >>> found = layer(torch.ones(4, 16), torch.tensor([0, 6, 19, 3]))
    >>> found.output.shape, found.loss.shape, layer.log_prob(torch.ones(4, 16)).shape
    (torch.Size([4]), torch.Size([]), torch.Size([4, 20]))
    """

    head: Linear
    tail: ModuleList

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        if len(cutoffs) == 0:
            raise ValueRangeError("cutoffs should be a sequence of length larger than 0")
        bounds = [0, *cutoffs, n_classes]
        if any(low >= high or int(high) != high for low, high in pairwise(bounds)):
            raise ValueRangeError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing "
                f"order, where each value is between 1 and n_classes-1, but got {list(cutoffs)} "
                f"for {n_classes} classes"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = bounds[1:]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        made: dict[str, Any] = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for place, (low, high) in enumerate(pairwise(self.cutoffs)):
            hidden = int(in_features // div_value ** (place + 1))
            narrow = Linear(in_features, hidden, bias=False, **made)
            self.tail.append(Sequential(narrow, Linear(hidden, high - low, bias=False, **made)))

    def reset_parameters(self) -> None:
        """Draw new values for the parameters."""
        self.head.reset_parameters()
        for layers in self.tail:
            for layer in layers.children():
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        _check_sizes(input_, target_)
        alone = target_.dim() == 0
        input, target = (x.unsqueeze(0) if alone else x for x in (input_, target_))
        self._check_classes(target)
        cluster = fn.bucketize(target, fn.tensor(self.cutoffs), right=True)
        chosen = Where()(cluster == 0, target, cluster + (self.shortlist_size - 1))
        output = _picked(self.head(input), chosen)
        for place, low in enumerate(self.cutoffs[:-1]):
            rows = fn.nonzero(cluster == place + 1).squeeze(1)
            if rows.numel():
                scores = self.tail[place](input.index_select(0, rows))
                relative = target.index_select(0, rows) - low
                output = output.index_add(0, rows, _picked(scores, relative))
        return _ASMoutput(output.squeeze(0) if alone else output, (-output).mean())

    def _check_classes(self, target: Tensor) -> None:
        if not target.numel():
            return
        least, greatest = target.min().item(), target.max().item()
        if least < 0 or greatest >= self.n_classes:
            raise RefusedError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{least}, {greatest}] were found. "
            )

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities of all classes, ``(N, n_classes)``."""
        head = F.log_softmax(self.head(input), dim=1)
        parts = [head[:, : self.shortlist_size]]
        for place, layers in enumerate(self.tail):
            of_cluster = head[:, self.shortlist_size + place].unsqueeze(1)
            parts.append(F.log_softmax(layers(input), dim=1) + of_cluster)
        return fn.cat(parts, dim=1)

    def predict(self, input: Tensor) -> Tensor:
        """The most probable class of each sample, ``(N,)``.

        It is a class of the head where the head finds one of its own most probable, and else that
        of all classes.
        """
        likeliest = fn.argmax(self.head(input), dim=1)
        among_all = fn.argmax(self.log_prob(input), dim=1)
        predicted: Tensor = Where()(likeliest < self.shortlist_size, likeliest, among_all)
        return predicted


def _check_sizes(input: Tensor, target: Tensor) -> None:
    if target.dim() > 1:
        raise RefusedError("0D or 1D target tensor expected, multi-target not supported")
    if target.dim() == 1 and input.dim() and input.shape[0] != target.shape[0]:
        raise RefusedError(
            "Input and target should have the same size in the batch dimension, but got "
            f"{list(input.shape)} and {list(target.shape)}"
        )
    if input.dim() != target.dim() + 1:
        raise RefusedError(
            f"{target.dim()}D target tensor expects {target.dim() + 1}D input tensors, but found "
            f"inputs with size {input.shape}"
        )


def _picked(scores: Tensor, classes: Tensor) -> Tensor:
    """The log-probability of one class for each row."""
    picked: Tensor = F.log_softmax(scores, dim=1).gather(1, classes.unsqueeze(1)).squeeze(1)
    return picked
