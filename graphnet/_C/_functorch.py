"""What programs ask of the tensors that ``vmap`` gives to functions."""

from __future__ import annotations

from typing import Any

from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__: list[str] = []


def is_batchedtensor(tensor: Any) -> bool:
    """False: a function that is vectorised is recorded for one member of the batch."""
    return False


is_legacy_batchedtensor = is_gradtrackingtensor = is_functorch_wrapped_tensor = is_batchedtensor

_PROBLEM = "there are no wrapped tensors in graphnet: a function is recorded and then transformed"
_add_batch_dim = refusal("_add_batch_dim", "Wrap a batch", NotSupportedError, _PROBLEM)
_remove_batch_dim = refusal("_remove_batch_dim", "Unwrap a batch", NotSupportedError, _PROBLEM)
get_unwrapped = refusal("get_unwrapped", "What is wrapped", NotSupportedError, _PROBLEM)
