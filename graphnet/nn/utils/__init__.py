"""Helpers for the parameters of a network and their gradients."""

from graphnet.nn.utils import fusion as fusion
from graphnet.nn.utils import parametrizations as parametrizations
from graphnet.nn.utils import parametrize as parametrize
from graphnet.nn.utils import rnn as rnn
from graphnet.nn.utils.clip_grad import (
    clip_grad_norm,
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)
from graphnet.nn.utils.convert_parameters import parameters_to_vector, vector_to_parameters
from graphnet.nn.utils.spectral_norm import remove_spectral_norm, spectral_norm
from graphnet.nn.utils.weight_norm import remove_weight_norm, weight_norm

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
    "parameters_to_vector",
    "remove_spectral_norm",
    "remove_weight_norm",
    "spectral_norm",
    "vector_to_parameters",
    "weight_norm",
]
