"""The functions of ``torch.nn.functional`` that PyTorch offers as ``torch.*``, too.

Most are the same functions. Others have another signature there, older than that of
``torch.nn.functional``: those are in :mod:`~graphnet.nn.top_level.layers` and
:mod:`~graphnet.nn.top_level.losses`. What is a method of tensors as well becomes one here: layers
stand above tensors, which must not know of them.

>>> import graphnet as torch
>>> torch.softmax(torch.zeros(2), 0)
tensor([0.5000, 0.5000])
>>> torch.zeros(2).softmax(0)
tensor([0.5000, 0.5000])
"""

from graphnet.functions.methods import method
from graphnet.nn.functional import (
    adaptive_avg_pool1d,
    avg_pool1d,
    bilinear,
    celu_,
    channel_shuffle,
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    cosine_similarity,
    hardshrink,
    pairwise_distance,
    pixel_shuffle,
    pixel_unshuffle,
    prelu,
    relu_,
    rms_norm,
    rrelu_,
    selu_,
    threshold_,
)
from graphnet.nn.top_level.layers import (
    adaptive_max_pool1d,
    alpha_dropout,
    alpha_dropout_,
    batch_norm,
    celu,
    constant_pad_nd,
    dropout,
    dropout_,
    embedding,
    feature_alpha_dropout,
    feature_alpha_dropout_,
    feature_dropout,
    feature_dropout_,
    group_norm,
    instance_norm,
    layer_norm,
    log_softmax,
    max_pool1d,
    max_pool1d_with_indices,
    max_pool2d,
    max_pool3d,
    rrelu,
    selu,
    softmax,
    threshold,
)
from graphnet.nn.top_level.losses import (
    binary_cross_entropy_with_logits,
    cosine_embedding_loss,
    hinge_embedding_loss,
    kl_div,
    margin_ranking_loss,
    poisson_nll_loss,
    triplet_margin_loss,
)

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_max_pool1d",
    "alpha_dropout",
    "alpha_dropout_",
    "avg_pool1d",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy_with_logits",
    "celu",
    "celu_",
    "channel_shuffle",
    "constant_pad_nd",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "cosine_similarity",
    "dropout",
    "dropout_",
    "embedding",
    "feature_alpha_dropout",
    "feature_alpha_dropout_",
    "feature_dropout",
    "feature_dropout_",
    "group_norm",
    "hardshrink",
    "hinge_embedding_loss",
    "instance_norm",
    "kl_div",
    "layer_norm",
    "log_softmax",
    "margin_ranking_loss",
    "max_pool1d",
    "max_pool1d_with_indices",
    "max_pool2d",
    "max_pool3d",
    "pairwise_distance",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "prelu",
    "relu_",
    "rms_norm",
    "rrelu",
    "rrelu_",
    "selu",
    "selu_",
    "softmax",
    "threshold",
    "threshold_",
    "triplet_margin_loss",
]

for _function in (hardshrink, log_softmax, prelu, softmax):
    method(_function)
