"""Tables of vectors, looked up by number."""

from __future__ import annotations

from typing import Any, Self

from graphnet import dtypes
from graphnet import functions as fn
from graphnet._tensor import Tensor
from graphnet.autograd import no_grad
from graphnet.nn import functional as F
from graphnet.nn import init
from graphnet.nn.modules.module import Module
from graphnet.nn.parameter import Parameter


class _Table(Module):
    """What the layers share that look vectors up: the table."""

    weight: Parameter

    def _hold(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None,
        weight: Tensor | None,
        trained: bool,
        device: Any,
        dtype: dtypes.dtype | None,
    ) -> None:
        """Keep the sizes, and the given table or a new one."""
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise AssertionError(
                    "Padding_idx must be within num_embeddings: "
                    f"{padding_idx} is outside a table of {num_embeddings}"
                )
            padding_idx %= num_embeddings
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        if weight is None:
            empty = fn.empty(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.weight = Parameter(empty, requires_grad=trained)
            self.reset_parameters()
        elif tuple(weight.shape) != (num_embeddings, embedding_dim):
            raise AssertionError(
                "Shape of weight does not match num_embeddings and embedding_dim: got "
                f"{tuple(weight.shape)}, expected {(num_embeddings, embedding_dim)}"
            )
        else:
            self.weight = Parameter(weight, requires_grad=trained)

    def reset_parameters(self) -> None:
        """Draw a new table; the padding row is zeros."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx].fill_(0)

    def _shown(self, **defaults: Any) -> list[str]:
        """The sizes, and those settings that are not what they are when left out."""
        chosen = {name: getattr(self, name) for name in defaults}
        return [
            f"{self.num_embeddings}, {self.embedding_dim}",
            *(f"{name}={value!r}" for name, value in chosen.items() if value != defaults[name]),
        ]


def _size(embeddings: Tensor) -> tuple[int, int]:
    """The number of vectors and the size of each."""
    if embeddings.dim() != 2:
        raise AssertionError(
            "Embeddings parameter is expected to be 2-dimensional, "
            f"got shape {tuple(embeddings.shape)}"
        )
    rows, columns = embeddings.shape
    return rows, columns


class Embedding(_Table):
    """A table from which integers look up vectors.

    Args:
        num_embeddings: how many vectors.
        embedding_dim: the size of each.
        padding_idx: a row that begins as zeros and gets no gradient; negative counts from the end.
        max_norm: longer vectors are shortened to this length, in place, when they are looked up.
        norm_type: the p of the p-norm that ``max_norm`` means.
        scale_grad_by_freq: whether to divide gradients by how often a row occurs in the batch.
        sparse: kept for the ``repr``; gradients are dense.
        _weight: the table, instead of a new one.
        _freeze: whether the table is not to be trained.
        device: where the table is.
        dtype: its type; the default floating-point type when left out.

    Shapes: input ``(*)`` of integers, result ``(*, embedding_dim)``.

    Attributes:
        weight: ``(num_embeddings, embedding_dim)``, from the standard normal distribution.

    Raises AssertionError, as PyTorch does, for a ``padding_idx`` outside the table and for a
    ``_weight`` of another shape. Source: PyTorch's page "Embedding".

    >>> import graphnet as torch
    >>> table = torch.nn.Embedding(10, 3, padding_idx=0)
    >>> table(torch.tensor([[1, 2, 4, 0]])).shape
    torch.Size([1, 4, 3])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self._hold(num_embeddings, embedding_dim, padding_idx, _weight, not _freeze, device, dtype)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """An embedding with the given table, which is trained unless ``freeze``.

        The other arguments are the constructor's. Raises AssertionError, as PyTorch does, unless
        ``embeddings`` has two dimensions.

        >>> import graphnet as torch
        >>> table = torch.nn.Embedding.from_pretrained(torch.tensor([[1.0, 2.3], [4.0, 5.1]]))
        >>> table(torch.tensor([1]))
        tensor([[4.0000, 5.1000]])
        """
        rows, columns = _size(embeddings)
        return cls(
            rows,
            columns,
            padding_idx=padding_idx,
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            sparse=sparse,
            _weight=embeddings,
            _freeze=freeze,
        )

    def forward(self, input: Tensor) -> Tensor:
        return F.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        shown = self._shown(padding_idx=None, max_norm=None, norm_type=2, scale_grad_by_freq=False)
        return ", ".join([*shown, "sparse=True"] if self.sparse else shown)


class EmbeddingBag(_Table):
    """A table of which bags of integers look up the sums, means or maxima of vectors.

    Args:
        num_embeddings: how many vectors.
        embedding_dim: the size of each.
        max_norm: longer vectors are shortened to this length, in place, when they are looked up.
        norm_type: the p of the p-norm that ``max_norm`` means.
        scale_grad_by_freq: whether to divide gradients by how often a row occurs in the batch.
        mode: ``"sum"``, ``"mean"`` or ``"max"``.
        sparse: kept for programs that ask for it; gradients are dense.
        _weight: the table, instead of a new one.
        include_last_offset: whether the last offset is the end of the last bag.
        padding_idx: a row that counts in no bag; negative counts from the end.
        device: where the table is.
        dtype: its type; the default floating-point type when left out.

    Shapes: input ``(bags, n)``, or ``(N,)`` with ``offsets`` at which the bags begin; result
    ``(bags, embedding_dim)``. ``per_sample_weights``, of the input's shape, are for sums.

    Attributes:
        weight: ``(num_embeddings, embedding_dim)``, from the standard normal distribution.

    Raises AssertionError, as PyTorch does, for a ``padding_idx`` outside the table and for a
    ``_weight`` of another shape. Source: PyTorch's page "EmbeddingBag".

    >>> import graphnet as torch
    >>> bags = torch.nn.EmbeddingBag(10, 3, mode="sum")
    >>> bags(torch.tensor([1, 2, 4, 5, 4]), torch.tensor([0, 3])).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: dtypes.dtype | None = None,
    ) -> None:
        super().__init__()
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        self._hold(num_embeddings, embedding_dim, padding_idx, _weight, True, device, dtype)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """Bags over the given table, which is trained unless ``freeze``.

        The other arguments are the constructor's. Raises AssertionError, as PyTorch does, unless
        ``embeddings`` has two dimensions.

        >>> import graphnet as torch
        >>> bags = torch.nn.EmbeddingBag.from_pretrained(torch.tensor([[1.0, 2.0], [3.0, 6.0]]))
        >>> bags(torch.tensor([[0, 1]]))
        tensor([[2., 4.]])
        """
        made = cls(
            *_size(embeddings),
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            mode=mode,
            sparse=sparse,
            _weight=embeddings,
            include_last_offset=include_last_offset,
            padding_idx=padding_idx,
        )
        made.weight.requires_grad = not freeze
        return made

    def forward(
        self,
        input: Tensor,
        offsets: Tensor | None = None,
        per_sample_weights: Tensor | None = None,
    ) -> Tensor:
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        shown = self._shown(max_norm=None, norm_type=2, scale_grad_by_freq=False, mode=None)
        if self.padding_idx is not None:
            shown.append(f"padding_idx={self.padding_idx}")
        return ", ".join(shown)
