"""How far a result is from what it should be, as one number to make smaller.

Each loss has ``reduction``: ``"mean"`` and ``"sum"`` make one number of the losses of all elements
or samples, ``"none"`` returns them as they are. ``size_average`` and ``reduce`` are the old way to
say so, by two bools, and warn.
"""

from __future__ import annotations

from graphnet._tensor import Tensor
from graphnet.errors import ArgumentError
from graphnet.nn import functional as F
from graphnet.nn.functional.common import reduction_of
from graphnet.nn.modules.module import Module


class _Loss(Module):
    """What all losses share: the reduction."""

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.reduction = reduction_of(size_average, reduce, reduction)


class _WeightedLoss(_Loss):
    """What losses with a weight for each class or element share: the weight, a buffer."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class L1Loss(_Loss):
    """The distance ``|input - target|``.

    Shapes: any, the same for both. Source: PyTorch's page "L1Loss".

    >>> import graphnet as torch
    >>> torch.nn.L1Loss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]))
    tensor(1.5000)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    """The squared distance ``(input - target)**2``.

    Shapes: any, the same for both. Source: PyTorch's page "MSELoss".

    >>> import graphnet as torch
    >>> torch.nn.MSELoss()(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]))
    tensor(4.5000)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


MSE = MSELoss


class SmoothL1Loss(_Loss):
    """The distance less ``beta / 2``, but below ``beta`` the squared one divided by ``2 * beta``.

    Shapes: any, the same for both. Raises RuntimeError when ``beta`` is negative. Source: Girshick
    2015, "Fast R-CNN"; PyTorch's page "SmoothL1Loss".

    >>> import graphnet as torch
    >>> torch.nn.SmoothL1Loss()(torch.tensor([1.0, 2.0]), torch.tensor([1.5, 5.0]))
    tensor(1.3125)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """Half the squared distance below ``delta``, and on from there along the tangent.

    Shapes: any, the same for both. Source: Huber 1964, "Robust estimation of a location parameter";
    PyTorch's page "HuberLoss".

    >>> import graphnet as torch
    >>> torch.nn.HuberLoss(delta=2.0)(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]))
    tensor(2.)
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not isinstance(delta, (float, int)):
            raise ArgumentError(f"delta must be a float or int, got: {type(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class NLLLoss(_WeightedLoss):
    """The negative of the log-probability that the input gives the target class.

    Args:
        weight: how much each class counts, ``(C,)``.
        size_average: an old argument, see the module.
        ignore_index: a target that is left out.
        reduce: an old argument, see the module.
        reduction: ``"mean"`` (weighted), ``"sum"`` or ``"none"``.

    Shapes: input ``(N, C, *)`` or ``(C,)`` of log-probabilities, target ``(N, *)`` or ``()`` of
    class numbers. Raises IndexError for a target outside the classes. Source: PyTorch's page
    "NLLLoss".

    >>> import graphnet as torch
    >>> log_probabilities = torch.tensor([[0.25, 0.75]]).log()
    >>> torch.nn.NLLLoss()(log_probabilities, torch.tensor([1]))
    tensor(0.2877)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class CrossEntropyLoss(_WeightedLoss):
    """The cross entropy between the softmax of the input and the target.

    Args:
        weight: how much each class counts, ``(C,)``.
        size_average: an old argument, see the module.
        ignore_index: a target class that is left out.
        reduce: an old argument, see the module.
        reduction: ``"mean"`` (weighted), ``"sum"`` or ``"none"``.
        label_smoothing: how much of the target is spread evenly over the classes, 0 to 1.

    Shapes: input ``(N, C, *)`` or ``(C,)`` of any real numbers; target ``(N, *)`` or ``()`` of
    class numbers, or probabilities of the input's shape. Raises IndexError for a target outside
    the classes. Source: PyTorch's page "CrossEntropyLoss".

    >>> import graphnet as torch
    >>> torch.nn.CrossEntropyLoss()(torch.zeros(3, 5), torch.tensor([1, 0, 4]))
    tensor(1.6094)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class BCELoss(_WeightedLoss):
    """The cross entropy between probabilities and targets of two classes, each between 0 and 1.

    ``weight`` says how much each element counts, in a shape that broadcasts. Logarithms are cut off
    at -100. Shapes: any, the same for both. Source: PyTorch's page "BCELoss".

    >>> import graphnet as torch
    >>> torch.nn.BCELoss()(torch.tensor([0.25]), torch.tensor([1.0]))
    tensor(1.3863)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """:class:`BCELoss` of the sigmoid of the input, computed without overflow.

    Args:
        weight: how much each element counts, in a shape that broadcasts.
        size_average: an old argument, see the module.
        reduce: an old argument, see the module.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        pos_weight: how much targets of 1 count, in a shape that broadcasts.

    Shapes: any, the same for both. Source: PyTorch's page "BCEWithLogitsLoss".

    >>> import graphnet as torch
    >>> torch.nn.BCEWithLogitsLoss()(torch.tensor([0.0, 100.0]), torch.tensor([1.0, 1.0]))
    tensor(0.3466)
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input,
            target,
            self.weight,
            pos_weight=self.pos_weight,
            reduction=self.reduction,
        )


class KLDivLoss(_Loss):
    """The Kullback-Leibler divergence ``target * (log(target) - input)``.

    Args:
        size_average: an old argument, see the module.
        reduce: an old argument, see the module.
        reduction: also ``"batchmean"``, the sum divided by the number of samples, which is the
            divergence; ``"mean"`` divides by the number of elements.
        log_target: whether the target, like the input, holds logarithms of probabilities.

    Shapes: any, the same for both. Source: PyTorch's page "KLDivLoss".

    >>> import graphnet as torch
    >>> even = torch.tensor([[0.5, 0.5]])
    >>> torch.nn.KLDivLoss(reduction="batchmean")(torch.tensor([[0.25, 0.75]]).log(), even)
    tensor(0.1438)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(_Loss):
    """``exp(input) - target * input``: minus a Poisson log-likelihood, up to a constant.

    Without ``log_input`` the input is the rate itself, and ``eps`` is added before its logarithm is
    taken; ``full`` adds Stirling's approximation of the constant.

    Shapes: any, the same for both. Source: PyTorch's page "PoissonNLLLoss".

    >>> import graphnet as torch
    >>> torch.nn.PoissonNLLLoss()(torch.zeros(1), torch.ones(1))
    tensor(1.)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            log_input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(_Loss):
    """``(log(var) + (input - target)**2 / var) / 2``: minus a normal log-likelihood.

    Variances below ``eps`` count as ``eps``; ``full`` adds the constant.

    Shapes: any for input and target; var the same, or without the last dimension, or one number.
    Source: PyTorch's page "GaussianNLLLoss".

    >>> import graphnet as torch
    >>> torch.nn.GaussianNLLLoss()(torch.zeros(1), torch.ones(1), torch.ones(1))
    tensor(0.5000)
    """

    def __init__(
        self,
        *,
        full: bool = False,
        eps: float = 1e-6,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return F.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )


class CTCLoss(_Loss):
    """Minus the log-probability of label sequences, whatever their alignment with the steps.

    Args:
        blank: the class that stands for no label.
        reduction: ``"mean"`` (of the losses by the numbers of labels), ``"sum"`` or ``"none"``.
        zero_infinity: whether losses of labels that do not fit into their steps count as 0.

    Shapes: log-probabilities ``(T, N, C)`` or ``(T, C)``; targets ``(N, S)``, or all of them one
    after the other; lengths ``(N,)``. Source: Graves et al. 2006, "Connectionist temporal
    classification"; PyTorch's page "CTCLoss".

    >>> import graphnet as torch
    >>> steps = torch.zeros(2, 1, 2).log_softmax(2)
    >>> torch.nn.CTCLoss()(steps, torch.tensor([[1]]), torch.tensor([2]), torch.tensor([1]))
    tensor(0.2877)
    """

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(
        self, log_probs: Tensor, targets: Tensor, input_lengths: Tensor, target_lengths: Tensor
    ) -> Tensor:
        return F.ctc_loss(
            log_probs,
            targets,
            input_lengths,
            target_lengths,
            self.blank,
            self.reduction,
            self.zero_infinity,
        )
