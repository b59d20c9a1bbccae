"""Tensors of rows of different lengths: ``torch.nested``, which is not here."""

from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = [
    "as_nested_tensor",
    "masked_select",
    "narrow",
    "nested_tensor",
    "nested_tensor_from_jagged",
    "to_padded_tensor",
]


def _refused(name: str, summary: str) -> object:
    problem = f"torch.nested.{name}: graphnet has no nested tensors"
    cure = "pad the rows, as with torch.nn.utils.rnn.pad_sequence, and mask what was added"
    return refusal(name, summary, NotSupportedError, problem, cure)


as_nested_tensor = _refused("as_nested_tensor", "A nested tensor over tensors")
masked_select = _refused("masked_select", "What a mask selects, row by row")
narrow = _refused("narrow", "Parts of rows")
nested_tensor = _refused("nested_tensor", "A nested tensor of rows")
nested_tensor_from_jagged = _refused("nested_tensor_from_jagged", "One over joined rows")
to_padded_tensor = _refused("to_padded_tensor", "Its rows, padded")
