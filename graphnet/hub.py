"""``torch.hub``: models and weights of PyTorch's on the net, which are not to be had here."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlparse

from graphnet.errors import NotSupportedError
from graphnet.refusals import refusal

__all__ = [
    "HASH_REGEX",
    "download_url_to_file",
    "get_dir",
    "list",
    "load",
    "load_state_dict_from_url",
    "urlparse",
]

#: Where the names of PyTorch's files of weights have the beginning of their checksum.
HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")

_NO_WEIGHTS = "graphnet reads no weights of PyTorch's"
_CURE = "train the model, or load what graphnet's torch.save wrote"
load = refusal("load", "A model from a repository", NotSupportedError, _NO_WEIGHTS, _CURE)
list = refusal("list", "The models of a repository", NotSupportedError, _NO_WEIGHTS, _CURE)
load_state_dict_from_url = refusal(
    "load_state_dict_from_url", "Weights from the net", NotSupportedError, _NO_WEIGHTS, _CURE
)
download_url_to_file = refusal(
    "download_url_to_file", "A file from the net", NotSupportedError, _NO_WEIGHTS, _CURE
)


def get_dir() -> str:
    """Where PyTorch keeps what it has downloaded."""
    home = os.environ.get("TORCH_HOME")
    return str((Path(home) if home else Path.home() / ".cache" / "torch") / "hub")
